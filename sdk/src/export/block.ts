import type { ElementKind } from '../schema/ingest.ts';
import type { Compression, Encoding } from './compression.ts';
import type { Batch, BatchRecord, DropCounts } from './transport.ts';

/** Who sends: fixed for a tracer's life. */
export interface Sender {
  readonly name: string;
  readonly version: string;
  /** Unique to one tracer of one process; the server keeps drop counts by it. */
  readonly instance: string;
}

/** Bytes as they travel, and how they are compressed. */
export interface Body {
  readonly bytes: Bytes;
  readonly encoding: Encoding | undefined;
}

export type Bytes = Uint8Array<ArrayBuffer>;

/** How many records of each kind. */
type Counts = Record<ElementKind, number>;

export const elementKinds = ['trace', 'span', 'score'] as const;

const encoder = new TextEncoder();
const comma = 0x2c;

// A Buffer writes in a third of the time that an encoder takes, and its memory need not be cleared first.
const hasBuffer = globalThis.Buffer !== undefined;
const allocate = (length: number): Bytes =>
  hasBuffer ? globalThis.Buffer.allocUnsafeSlow(length) : new Uint8Array(length);
const write = (bytes: Bytes, text: string, position: number): number =>
  hasBuffer
    ? (bytes as Buffer<ArrayBuffer>).write(text, position)
    : encoder.encodeInto(text, bytes.subarray(position)).written;

/** Texts of JSON, one after the other as UTF-8, in memory that grows. */
class JsonText {
  bytes: Bytes;
  length = 0;

  constructor(bytes: Bytes) {
    this.bytes = bytes;
  }

  add(text: string): void {
    // A UTF-16 unit becomes three bytes at most. Counting them exactly costs as much as writing them does.
    if (this.length + text.length * 3 > this.bytes.length) this.#grow(text);
    this.length += write(this.bytes, text, this.length);
  }

  addByte(byte: number): void {
    if (this.length === this.bytes.length) this.#resize(this.length * 2);
    this.bytes[this.length] = byte;
    this.length += 1;
  }

  append(other: JsonText): void {
    if (this.length + other.length > this.bytes.length) this.#resize(this.length + other.length + 256);
    this.bytes.set(other.bytes.subarray(0, other.length), this.length);
    this.length += other.length;
  }

  #grow(text: string): void {
    const needed = this.length + (text.length > 4096 ? encoder.encode(text).length : text.length * 3);
    if (needed > this.bytes.length) this.#resize(Math.max(needed, this.bytes.length * 2));
  }

  #resize(length: number): void {
    const bytes = allocate(length);
    bytes.set(this.bytes.subarray(0, this.length));
    this.bytes = bytes;
  }
}

const firstBytes = 16 * 1024;

// As many wait for the compressor in a burst. More, and larger ones, would be held for nothing after one large batch.
const mostSpare = 4;
const mostSpareBytes = 4 * 1024 * 1024;

// What a request says around its records.
const frameBytes = 300;

/**
 * Memory of blocks that are done with, for the next ones: fresh memory costs a page fault every 4 KB, and what is let go
 * outside of the heap is collected late.
 */
export class SpareMemory {
  readonly #bodies: Bytes[] = [];
  readonly #others: Bytes[] = [];
  #usualBytes = 0;

  /** @param forBody or for what is put behind a body's spans, which is less */
  take(forBody: boolean): Bytes {
    const spare = forBody ? this.#bodies : this.#others;
    return spare.pop() ?? allocate(Math.max(firstBytes, forBody ? this.#usualBytes : 0));
  }

  /** So long was a body: the next one need not grow to that step by step. */
  learn(bytes: number): void {
    this.#usualBytes = Math.min(bytes * 1.05, mostSpareBytes) | 0;
  }

  /** @param bytes or a part of them: all of their buffer is taken */
  give({ buffer }: Bytes, isBody: boolean): void {
    const spare = isBody ? this.#bodies : this.#others;
    if (spare.length === mostSpare || buffer.byteLength > mostSpareBytes) return;
    spare.push(hasBuffer ? globalThis.Buffer.from(buffer) : new Uint8Array(buffer));
  }

  /** Nothing waits any more: one will do. */
  trim(): void {
    for (const spare of [this.#bodies, this.#others]) spare.length = Math.min(spare.length, 1);
    this.#usualBytes = 0;
  }
}

/**
 * The records of one request: a body of `POST /api/ingest` that grows by a text at a time, is completed once, and
 * compressed whole.
 *
 * Each text is written straight into its place. Spans are most of a body, so they are its beginning, and the rest is
 * put behind them when the block is completed; nothing is joined or encoded a second time.
 */
export class Block implements Batch {
  readonly id: string;
  /** Place in the order of all records of the one that came first. */
  readonly firstSequence: number;
  /** Records by kind, announcements included: they are the last of their kind. */
  readonly counts: Counts = { trace: 0, span: 0, score: 0 };
  /** Records by kind whose loss is a loss. */
  readonly finals: Counts = { trace: 0, span: 0, score: 0 };
  dropped: DropCounts = {};
  /** It was given up once because a later request was answered first. */
  isHurried = false;
  /** It came from the spool: the records of a process before this one, counted apart. */
  isRecovered = false;
  readonly #spare: SpareMemory;
  #spans: JsonText | undefined;
  #others: Partial<Record<ElementKind, JsonText>> = {};
  #othersBytes = 0;
  #body: Body | undefined;

  constructor(id: string, firstSequence: number, spare: SpareMemory) {
    this.id = id;
    this.firstSequence = firstSequence;
    this.#spare = spare;
    this.#spans = new JsonText(spare.take(true));
    this.#spans.add('{"spans":[');
  }

  /** Records, announcements included. */
  get size(): number {
    return this.counts.trace + this.counts.span + this.counts.score;
  }

  /** Records whose loss is a loss. */
  get finalSize(): number {
    return this.finals.trace + this.finals.span + this.finals.score;
  }

  /** Bytes that it holds: of JSON until it is compressed. */
  get bytes(): number {
    return this.#body?.bytes.length ?? (this.#spans?.length ?? 0) + this.#othersBytes + frameBytes;
  }

  /** What travels; undefined until the block is completed. */
  get body(): Body | undefined {
    return this.#body;
  }

  /** Takes a record. Announcements come after all others: that is how a rejection tells them apart. */
  add(kind: ElementKind, json: string, isRunning: boolean): void {
    const text = kind === 'span' ? (this.#spans as JsonText) : this.#othersOf(kind);
    if (this.counts[kind] > 0) text.addByte(comma);
    const before = text.length;
    text.add(json);
    if (kind !== 'span') this.#othersBytes += text.length - before + 1;
    this.counts[kind] += 1;
    if (!isRunning) this.finals[kind] += 1;
  }

  /** Takes no more records: what is left to say is put behind them. */
  complete(sender: Sender, dropped: DropCounts): void {
    const text = this.#spans as JsonText;
    for (const kind of ['trace', 'score'] as const) {
      const others = this.#others[kind];
      if (others === undefined) continue;
      text.add(`],"${kind}s":[`);
      text.append(others);
      this.#spare.give(others.bytes, false);
    }
    this.dropped = dropped;
    const drops = Object.keys(dropped).length === 0 ? '' : `,"dropped":${JSON.stringify(dropped)}`;
    text.add(`],"batch_id":${JSON.stringify(this.id)},"sdk":${JSON.stringify(sender)}${drops}}`);
    this.#body = { bytes: text.bytes.subarray(0, text.length), encoding: undefined };
    this.#spare.learn(text.length);
    this.#spans = undefined;
    this.#others = {};
  }

  /** Holds the completed body in fewer bytes. Should that fail, it stays as it is. */
  async compress(compression: Compression): Promise<void> {
    const { bytes, encoding } = this.#body as Body;
    if (encoding !== undefined) return;
    this.#body = { bytes: await compression.compress(bytes), encoding: compression.encoding };
    this.#spare.give(bytes, true);
  }

  /** Takes the compression back. */
  async expand(compressions: readonly Compression[]): Promise<void> {
    const { bytes, encoding } = this.#body as Body;
    if (encoding === undefined) return;
    const compression = compressions.find((candidate) => candidate.encoding === encoding) as Compression;
    this.#body = { bytes: await compression.expand(bytes), encoding: undefined };
  }

  /** The records of a completed block; nothing while it is compressed. */
  get records(): readonly BatchRecord[] {
    if (this.#body === undefined || this.#body.encoding !== undefined) return [];
    const lists = JSON.parse(new TextDecoder().decode(this.#body.bytes)) as Record<string, Record<string, string>[]>;
    return elementKinds.flatMap((kind) =>
      (lists[`${kind}s`] ?? []).map((record, index) => ({
        kind,
        id: record[`${kind}_id`] as string,
        json: JSON.stringify(record),
        isRunning: index >= this.finals[kind],
      })),
    );
  }

  #othersOf(kind: ElementKind): JsonText {
    let text = this.#others[kind];
    if (text === undefined) {
      text = new JsonText(this.#spare.take(false));
      this.#others[kind] = text;
    }
    return text;
  }
}
