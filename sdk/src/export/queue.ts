import type { BatchRecord, DropReason } from './transport.ts';

/** How much may wait. */
export interface QueueBounds {
  readonly maxRecords: number;
  readonly maxBytes: number;
}

/** How much one batch may take. */
export interface BatchBounds {
  readonly maxRecords: number;
  readonly maxBytes: number;
}

/** A record with its place in the order of all records. */
export interface QueuedRecord extends BatchRecord {
  readonly sequence: number;
}

// Taken records leave a gap at the front of the array; it is closed when it is worth the copying.
const compactFrom = 1024;

/**
 * What waits to be sent, in order, bounded by count and bytes. Pure: no timer, no I/O.
 *
 * When it is full, running updates go first (a later record says more), then the oldest records. Each drop is reported
 * once, with its reason.
 */
export class RecordQueue {
  readonly #bounds: QueueBounds;
  readonly #onDrop: (record: BatchRecord, reason: DropReason) => void;
  #records: (QueuedRecord | undefined)[] = [];
  #first = 0;
  #length = 0;
  #bytes = 0;
  #runningLength = 0;

  constructor(bounds: QueueBounds, onDrop: (record: BatchRecord, reason: DropReason) => void) {
    this.#bounds = bounds;
    this.#onDrop = onDrop;
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Records that are not running updates: those whose loss is a loss. */
  get finalLength(): number {
    return this.#length - this.#runningLength;
  }

  /** The place in the order of the record that waits longest; undefined if none waits. */
  get firstSequence(): number | undefined {
    this.#skipGap();
    return this.#records[this.#first]?.sequence;
  }

  push(record: QueuedRecord): void {
    this.#records.push(record);
    this.#count(record, 1);
    this.#enforceBounds();
  }

  /** Puts records back that were taken and could not be sent: in front, since they are the oldest. */
  restore(records: readonly QueuedRecord[]): void {
    if (records.length === 0) return;
    const waiting = this.#records.slice(this.#first);
    // Batches that travelled at the same time come back in any order.
    this.#records = [...records, ...waiting].sort((a, b) => (a?.sequence ?? 0) - (b?.sequence ?? 0));
    this.#first = 0;
    for (const record of records) this.#count(record, 1);
    this.#enforceBounds();
  }

  /** Takes the oldest records, as many as fit a batch: at least one, if any waits. */
  take(bounds: BatchBounds): QueuedRecord[] {
    const taken: QueuedRecord[] = [];
    let bytes = 0;
    for (;;) {
      this.#skipGap();
      const record = this.#records[this.#first];
      if (record === undefined || taken.length === bounds.maxRecords) break;
      if (taken.length > 0 && bytes + record.bytes > bounds.maxBytes) break;
      this.#remove(this.#first, record);
      taken.push(record);
      bytes += record.bytes;
    }
    this.#compact();
    return taken;
  }

  #count(record: BatchRecord, sign: 1 | -1): void {
    this.#length += sign;
    this.#bytes += sign * record.bytes;
    if (record.isRunning) this.#runningLength += sign;
  }

  #remove(index: number, record: QueuedRecord): void {
    this.#records[index] = undefined;
    this.#count(record, -1);
  }

  #isOver(): boolean {
    return this.#length > this.#bounds.maxRecords || this.#bytes > this.#bounds.maxBytes;
  }

  #enforceBounds(): void {
    if (!this.#isOver()) return;
    for (let index = this.#first; this.#runningLength > 0 && this.#isOver(); index += 1) {
      const record = this.#records[index];
      if (!record?.isRunning) continue;
      this.#remove(index, record);
      this.#onDrop(record, 'running_update');
    }
    while (this.#isOver()) {
      this.#skipGap();
      const oldest = this.#records[this.#first];
      if (oldest === undefined) break;
      this.#remove(this.#first, oldest);
      this.#onDrop(oldest, 'queue_full');
    }
    this.#compact();
  }

  #skipGap(): void {
    while (this.#first < this.#records.length && this.#records[this.#first] === undefined) this.#first += 1;
  }

  #compact(): void {
    if (this.#length === 0) {
      this.#records = [];
      this.#first = 0;
    } else if (this.#first >= compactFrom && this.#first * 2 >= this.#records.length) {
      this.#records = this.#records.slice(this.#first);
      this.#first = 0;
    }
  }
}
