import type { Warnings } from '../warnings.ts';
import { type QueueBounds, type QueuedRecord, RecordQueue } from './queue.ts';
import type { Batch, BatchRecord, DropCounts, DropReason, SendOutcome, Transport } from './transport.ts';

/**
 * What became of everything that was recorded, since the tracer was made: `delivered + pending + dropped` is the number
 * of traces, spans and scores that ended. Announcements of running ones are not counted.
 */
export interface FlushReport {
  /** Records that the server has acknowledged: they are stored durably. */
  readonly delivered: number;
  /** Records that wait or travel. They go on being sent after the report. */
  readonly pending: number;
  /** Records that will never be stored. */
  readonly dropped: number;
  /** The same by reason. `running_update` counts announcements and is not part of `dropped`. */
  readonly dropReasons: DropCounts;
  /** What went wrong since the last report, each message once, at most 20. */
  readonly errors: readonly string[];
}

/** What a {@link Batcher} works with. */
export interface BatcherOptions {
  readonly transport: Transport;
  readonly elapsed: () => number;
  readonly createBatchId: () => string;
  readonly flushIntervalMs: number;
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  readonly queue: QueueBounds;
  readonly warnings: Warnings;
  /** Told when the first record waits, and when none waits or travels any more. */
  readonly onBusy?: (isBusy: boolean) => void;
}

// More would not arrive sooner over one connection pool, and a server that has come back would get all at once.
const mostInFlight = 4;

// How long the retrying transport may keep a batch before it comes back to the queue, where it can be dropped for space.
const sendingMs = 30_000;

// A wrong key stays wrong: one request in this time finds out when it does not.
const blockedPauseMs = 30_000;

// After a batch came back: the transport has waited already, this only keeps a broken one from spinning.
const shortPauseMs = 1000;

// What is longer would end at once.
const longestTimerMs = 2 ** 31 - 1;

const mostErrors = 20;

interface Waiter {
  readonly sequence: number;
  readonly resolve: () => void;
}

/** Decides when to send what waits: by count, bytes and time, when asked to flush, and for the last time on close. */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #queue: RecordQueue;
  readonly #dropped: Partial<Record<DropReason, number>> = {};
  readonly #inFlight = new Map<Batch, readonly QueuedRecord[]>();
  readonly #waiters = new Set<Waiter>();
  #errors = new Set<string>();
  #delivered = 0;
  #sequence = 0;
  /** Records up to this one are sent without waiting for company. */
  #flushThrough = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerDelayMs = 0;
  #isBusy = false;
  #isClosed = false;

  constructor(options: BatcherOptions) {
    this.#options = options;
    this.#queue = new RecordQueue(options.queue, (record, reason) => this.drop(reason, record));
  }

  /** Takes a record for sending. */
  offer(record: BatchRecord): void {
    if (this.#isClosed) {
      this.drop('closed', record);
      return;
    }
    this.#sequence += 1;
    this.#queue.push({ ...record, sequence: this.#sequence });
    this.#setBusy(true);
    // Sending from here would make the application's own call pay for the batch.
    this.#arm(this.#hasFullBatch() ? 0 : this.#options.flushIntervalMs);
  }

  /** Counts a record that will not be sent. */
  drop(reason: DropReason, record?: BatchRecord): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1;
    if (reason === 'running_update' || record?.isRunning) return;
    if (reason === 'queue_full') this.#problem('the queue is full: the oldest records are dropped');
    if (reason === 'closed') this.#options.warnings.debug('a record ended after the tracer was closed');
  }

  /** Sends what has been offered so far; resolves when all of it is settled, or when the time is over. */
  async flush(timeoutMs: number): Promise<FlushReport> {
    await this.#drain(timeoutMs);
    return this.#report();
  }

  /** Flushes, then stops for good. What could not be delivered in time is dropped as `closed`. */
  async close(timeoutMs: number): Promise<FlushReport> {
    this.#isClosed = true;
    await this.#drain(timeoutMs);
    clearTimeout(this.#timer);
    try {
      this.#options.transport.close();
    } catch (error) {
      this.#problem(`the transport could not be closed: ${String(error)}`);
    }
    this.#discardAll();
    return this.#report();
  }

  #drain(timeoutMs: number): Promise<void> {
    this.#flushThrough = this.#sequence;
    // Whoever flushes wants to know now, whatever was true a while ago.
    this.#pausedUntil = Number.NEGATIVE_INFINITY;
    this.#pump();
    return this.#settled(this.#sequence, timeoutMs);
  }

  #discardAll(): void {
    const everything = { maxRecords: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER };
    const lost = [...this.#inFlight.values()].flat().concat(this.#queue.take(everything));
    this.#inFlight.clear();
    for (const record of lost) this.drop(record.isRunning ? 'running_update' : 'closed', record);
    this.#wakeWaiters();
    this.#setBusy(false);
  }

  #hasFullBatch(): boolean {
    return this.#queue.length >= this.#options.maxBatchRecords || this.#queue.bytes >= this.#options.maxBatchBytes;
  }

  #mayGo(): boolean {
    const first = this.#queue.firstSequence;
    return first !== undefined && (first <= this.#flushThrough || this.#hasFullBatch());
  }

  /** Makes sure that the one timer is set, for no later than this. */
  #arm(delayMs: number): void {
    if (this.#timer !== undefined && this.#timerDelayMs <= delayMs) return;
    clearTimeout(this.#timer);
    this.#timerDelayMs = delayMs;
    this.#timer = setTimeout(() => this.#onTimer(), delayMs);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #onTimer(): void {
    this.#timer = undefined;
    if (this.#timerDelayMs > 0) this.#flushThrough = this.#sequence;
    this.#pump();
  }

  #pump(): void {
    const { elapsed, maxBatchRecords, maxBatchBytes, createBatchId, flushIntervalMs } = this.#options;
    const pausedMs = this.#pausedUntil - elapsed();
    if (pausedMs <= 0) {
      while (this.#inFlight.size < mostInFlight && this.#mayGo()) {
        const records = this.#queue.take({ maxRecords: maxBatchRecords, maxBytes: maxBatchBytes });
        const batch: Batch = { id: createBatchId(), records, dropped: { ...this.#dropped } };
        this.#inFlight.set(batch, records);
        void this.#send(batch, records);
      }
    }
    if (this.#queue.length > 0 && !this.#isClosed) this.#arm(pausedMs > 0 ? Math.ceil(pausedMs) : flushIntervalMs);
  }

  async #send(batch: Batch, records: readonly QueuedRecord[]): Promise<void> {
    const outcome = await this.#outcomeOf(batch);
    // Closed meanwhile: the records are counted already.
    if (!this.#inFlight.delete(batch)) return;
    this.#options.warnings.debug(`batch ${batch.id} of ${records.length} records: ${outcome.kind}`);
    this.#settle(records, outcome);
    this.#wakeWaiters();
    if (this.#queue.length === 0 && this.#inFlight.size === 0) this.#setBusy(false);
    this.#pump();
  }

  async #outcomeOf(batch: Batch): Promise<SendOutcome> {
    try {
      return await this.#options.transport.send(batch, this.#options.elapsed() + sendingMs);
    } catch (error) {
      // A transport of the user's own may break the contract.
      return { kind: 'retry', pending: batch.records, rejected: [], detail: String(error), isBlocked: true };
    }
  }

  #settle(records: readonly QueuedRecord[], outcome: SendOutcome): void {
    if (outcome.kind === 'refused') {
      this.#problem(`records were refused: ${outcome.detail}`);
      for (const record of records) this.drop(outcome.isTooLarge ? 'too_large' : 'refused', record);
      return;
    }
    const unsettled = new Set<BatchRecord>(outcome.kind === 'retry' ? outcome.pending : []);
    const rejected = new Set(outcome.rejected.map(({ record }) => record));
    for (const { record, reason, detail } of outcome.rejected) {
      this.drop(reason, record);
      this.#problem(`the ${record.kind} ${record.id} was rejected: ${detail}`);
    }
    for (const record of records) {
      if (!record.isRunning && !unsettled.has(record) && !rejected.has(record)) this.#delivered += 1;
    }
    if (outcome.kind === 'accepted') return;

    this.#problem(`records could not be delivered and are kept: ${outcome.detail}`);
    this.#queue.restore(records.filter((record) => unsettled.has(record)));
    const pauseMs = outcome.isBlocked ? blockedPauseMs : Math.max(outcome.retryAfterMs ?? 0, shortPauseMs);
    this.#pausedUntil = this.#options.elapsed() + pauseMs;
    // Nothing more will come soon: whoever waits learns what there is to know.
    if (pauseMs > shortPauseMs) for (const waiter of this.#waiters) waiter.resolve();
  }

  #problem(message: string): void {
    if (this.#errors.size < mostErrors) this.#errors.add(message);
    this.#options.warnings.warn(message);
  }

  /** The place in the order up to which everything is settled. */
  #settledThrough(): number {
    let first = this.#queue.firstSequence ?? this.#sequence + 1;
    for (const [oldest] of this.#inFlight.values()) first = Math.min(first, oldest?.sequence ?? first);
    return first - 1;
  }

  #settled(sequence: number, timeoutMs: number): Promise<void> {
    if (this.#settledThrough() >= sequence || timeoutMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      // The one timer that holds a process: somebody waits for this promise, for this long.
      const timer = setTimeout(() => waiter.resolve(), Math.min(timeoutMs, longestTimerMs));
      const waiter: Waiter = {
        sequence,
        resolve: () => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve();
        },
      };
      this.#waiters.add(waiter);
    });
  }

  #wakeWaiters(): void {
    if (this.#waiters.size === 0) return;
    const through = this.#settledThrough();
    for (const waiter of this.#waiters) if (waiter.sequence <= through) waiter.resolve();
  }

  #setBusy(isBusy: boolean): void {
    if (this.#isBusy === isBusy) return;
    this.#isBusy = isBusy;
    this.#options.onBusy?.(isBusy);
  }

  #report(): FlushReport {
    let pending = this.#queue.finalLength;
    for (const records of this.#inFlight.values()) pending += records.filter((record) => !record.isRunning).length;
    const errors = [...this.#errors];
    this.#errors = new Set();
    const { running_update: _, ...final } = this.#dropped;
    return {
      delivered: this.#delivered,
      pending,
      dropped: Object.values(final).reduce((total, count) => total + count, 0),
      dropReasons: { ...this.#dropped },
      errors,
    };
  }
}
