import type { ElementKind } from '../schema/ingest.ts';
import type { Block } from './block.ts';
import type { DropReason } from './transport.ts';

/** How much may wait, or how much one batch may take. */
export interface Bounds {
  readonly maxRecords: number;
  readonly maxBytes: number;
}

/** What a {@link BlockQueue} works with. */
export interface BlockQueueOptions {
  readonly bounds: Bounds;
  readonly batch: Bounds;
  /** An empty block, for records from this place in the order on. */
  readonly createBlock: (firstSequence: number) => Block;
  /** Called once with each block that takes no more records. */
  readonly complete: (block: Block) => void;
  readonly onDrop: (reason: DropReason, count: number) => void;
  /** Whether a block that must go is kept elsewhere; if so it is no drop. */
  readonly evict?: ((block: Block) => boolean) | undefined;
}

interface Announcement {
  readonly kind: ElementKind;
  readonly json: string;
}

// What is full must drop its oldest block whole: no more than this part of all that waits.
const leastBlocks = 8;

/**
 * What waits to be sent, in blocks of a request each, bounded by count and bytes; a compressed block counts as the
 * bytes it has left. Pure: no timer, no I/O.
 *
 * The newest records are in the open block, the only one that takes more. Announcements of what is running wait beside
 * it, and join it when it is completed while records are flowing: so they can go first when the queue is full, and the
 * end of what they announced takes the place of one that still waits. After them the oldest blocks go. A block that
 * travels counts, and does not go.
 */
export class BlockQueue {
  readonly #options: BlockQueueOptions;
  readonly #maxBlockRecords: number;
  readonly #maxBlockBytes: number;
  readonly #announcements = new Map<string, Announcement>();
  readonly #travelling = new Set<Block>();
  #announcementBytes = 0;
  #latestSequence = 0;
  /** Completed blocks, oldest first. */
  #waiting: Block[] = [];
  #open: Block | undefined;
  /** Of completed blocks, travelling ones included. */
  #bytes = 0;
  #size = 0;

  constructor(options: BlockQueueOptions) {
    const { bounds, batch } = options;
    this.#options = options;
    this.#maxBlockRecords = Math.max(1, Math.min(batch.maxRecords, Math.floor(bounds.maxRecords / leastBlocks)));
    this.#maxBlockBytes = Math.min(batch.maxBytes, Math.floor(bounds.maxBytes / leastBlocks));
  }

  /** Records, announcements included. */
  get length(): number {
    return this.#size + (this.#open?.size ?? 0) + this.#announcements.size;
  }

  get bytes(): number {
    return this.#bytes + (this.#open?.bytes ?? 0) + this.#announcementBytes;
  }

  /** Completed blocks that wait, oldest first. */
  get waiting(): readonly Block[] {
    return this.#waiting;
  }

  /** Whether there is anything that no completed block holds yet. */
  get hasOpen(): boolean {
    return this.#open !== undefined || this.#announcements.size > 0;
  }

  /** All blocks, oldest first; the open one last. */
  get blocks(): Block[] {
    const completed = [...this.#travelling, ...this.#waiting].sort((a, b) => a.firstSequence - b.firstSequence);
    return this.#open === undefined ? completed : [...completed, this.#open];
  }

  /** The place in the order of the record that waits or travels longest; undefined if there is none. */
  get firstSequence(): number | undefined {
    let first = this.#waiting[0]?.firstSequence ?? this.#open?.firstSequence;
    for (const { firstSequence } of this.#travelling) first = Math.min(first ?? firstSequence, firstSequence);
    return first;
  }

  /** The place in the order of the oldest record that no completed block holds yet; undefined if there is none. */
  get openSequence(): number | undefined {
    return this.#open?.firstSequence ?? (this.#announcements.size > 0 ? this.#latestSequence : undefined);
  }

  /** Takes a record; answers the block that it is in. */
  add(kind: ElementKind, id: string, json: string, sequence: number): Block {
    if (this.#announcements.size > 0) this.#withdraw(kind + id);
    this.#latestSequence = sequence;
    let block = this.#open;
    if (block !== undefined && this.#isFull(block, json.length)) {
      this.completeOpen(false);
      block = undefined;
    }
    if (block === undefined) {
      block = this.#options.createBlock(sequence);
      this.#open = block;
    }
    block.add(kind, json, false);
    this.#enforceBounds();
    return block;
  }

  /** Takes an announcement of something that is still open. */
  announce(kind: ElementKind, id: string, json: string, sequence: number): void {
    this.#withdraw(kind + id);
    this.#latestSequence = sequence;
    this.#announcements.set(kind + id, { kind, json });
    this.#announcementBytes += json.length;
    this.#enforceBounds();
  }

  /** Whether the open block should take no more. */
  get isOpenFull(): boolean {
    return this.#open !== undefined && this.#isFull(this.#open, 0);
  }

  /** Completes the open block, if it holds anything. */
  completeOpen(withAnnouncements: boolean): void {
    if (withAnnouncements && this.#announcements.size > 0) {
      this.#open ??= this.#options.createBlock(this.#latestSequence);
      this.#addAnnouncements(this.#open);
    }
    const block = this.#open;
    if (block === undefined) return;
    this.#open = undefined;
    this.append(block);
  }

  /** Takes a whole block: behind all others. */
  append(block: Block): void {
    this.#options.complete(block);
    this.#waiting.push(block);
    this.#count(block, 1);
  }

  /** Takes a block out, to be sent. It is still counted until it is {@link settle}d or put back. */
  take(block: Block): void {
    this.#waiting = this.#waiting.filter((other) => other !== block);
    this.#travelling.add(block);
  }

  /** Takes back what could not be sent, to its place in the order. */
  putBack(block: Block): void {
    if (!this.#travelling.delete(block)) return;
    this.#waiting = [...this.#waiting, block].sort((a, b) => a.firstSequence - b.firstSequence);
    this.#enforceBounds();
  }

  /** Forgets a block: what became of it is known. Answers whether it was still there. */
  settle(block: Block): boolean {
    const wasTravelling = this.#travelling.delete(block);
    const waiting = wasTravelling ? this.#waiting : this.#waiting.filter((other) => other !== block);
    if (!wasTravelling && waiting.length === this.#waiting.length) return false;
    this.#waiting = waiting;
    this.#count(block, -1);
    return true;
  }

  /** Puts a block's parts in its place. */
  replace(block: Block, parts: readonly Block[]): void {
    if (!this.settle(block)) return;
    for (const part of parts) {
      this.append(part);
      this.take(part);
      this.putBack(part);
    }
  }

  /** A block has become smaller, or larger again. */
  resized(block: Block, bytesBefore: number): void {
    if (this.#travelling.has(block) || this.#waiting.includes(block)) this.#bytes += block.bytes - bytesBefore;
  }

  #isFull(block: Block, more: number): boolean {
    // Room for the announcements that wait, so that they can go along even if every block becomes full.
    const reserved = Math.min(this.#announcements.size, this.#maxBlockRecords >> 2);
    return block.size + reserved >= this.#maxBlockRecords || block.bytes + more > this.#maxBlockBytes;
  }

  #addAnnouncements(block: Block): void {
    for (const [key, { kind, json }] of this.#announcements) {
      if (block.size >= this.#maxBlockRecords) return;
      this.#withdraw(key);
      block.add(kind, json, true);
    }
  }

  #withdraw(key: string): void {
    const announcement = this.#announcements.get(key);
    if (announcement === undefined) return;
    this.#announcements.delete(key);
    this.#announcementBytes -= announcement.json.length;
  }

  #count(block: Block, sign: 1 | -1): void {
    this.#size += sign * block.size;
    this.#bytes += sign * block.bytes;
  }

  get #isOver(): boolean {
    const { maxRecords, maxBytes } = this.#options.bounds;
    return this.length > maxRecords || this.bytes > maxBytes;
  }

  #enforceBounds(): void {
    if (!this.#isOver) return;
    const { onDrop, evict } = this.#options;
    for (const key of this.#announcements.keys()) {
      if (!this.#isOver) return;
      this.#withdraw(key);
      onDrop('running_update', 1);
    }
    while (this.#isOver) {
      // The open block goes last: it is a part of the bound at most, unless a single record is larger than that.
      if (this.#waiting.length === 0 && this.#open !== undefined && this.bytes > this.#options.bounds.maxBytes)
        this.completeOpen(false);
      const [oldest] = this.#waiting;
      if (oldest === undefined) return;
      this.settle(oldest);
      if (evict?.(oldest)) continue;
      if (oldest.finalSize > 0) onDrop('queue_full', oldest.finalSize);
      if (oldest.size > oldest.finalSize) onDrop('running_update', oldest.size - oldest.finalSize);
    }
  }
}
