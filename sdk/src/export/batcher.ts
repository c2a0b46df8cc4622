import type { ElementKind } from '../schema/ingest.ts';
import type { Warnings } from '../warnings.ts';
import { Block, type Sender, SpareMemory } from './block.ts';
import { Circuit } from './circuit.ts';
import { BlockQueue, type Bounds } from './queue.ts';
import type { DropCounts, DropReason, SendOutcome, Transport } from './transport.ts';

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
  /** Records of an earlier process that the spool had kept and that are delivered now: in none of the other counts. */
  readonly recovered: number;
}

/** Makes blocks smaller for a transport. Neither call rejects for a reason that the block could not travel with. */
export interface Packer {
  pack(block: Block): Promise<void>;
  unpack(block: Block): Promise<void>;
}

/** Where blocks are kept besides memory. Nothing here throws. */
export interface BlockStore {
  /** Keeps a record of a block, before this returns. */
  append(block: Block, kind: ElementKind, json: string): void;
  /** The block is settled, or lost: it need not be kept. */
  forget(block: Block): void;
  /** Whether all of the block is kept, so that memory need not hold it. It comes back by {@link next}. */
  keep(block: Block): boolean;
  /** Records of this tracer that are kept and not in memory. */
  readonly keptSize: number;
  /** Whether {@link next} would have something. */
  readonly hasNext: boolean;
  /** The oldest that is kept and not in memory, in a block of those that `create` makes. */
  next(create: () => Block): Block | undefined;
  close(): void;
}

/** What a {@link BlockStore} tells the batcher that it works for. */
export interface StoreOptions {
  readonly onProblem: (message: string) => void;
  /** `isOwn`: the records were of this tracer, and not of a process before it. */
  readonly onDrop: (reason: DropReason, count: number, isOwn: boolean) => void;
}

/** What a {@link Batcher} works with. */
export interface BatcherOptions {
  readonly transport: Transport;
  /** Absent where blocks stay as they are. */
  readonly packer?: Packer | undefined;
  readonly openStore?: ((options: StoreOptions) => BlockStore | undefined) | undefined;
  readonly sender: Sender;
  readonly elapsed: () => number;
  readonly random?: (() => number) | undefined;
  readonly createBatchId: () => string;
  readonly flushIntervalMs: number;
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  readonly queue: Bounds;
  readonly warnings: Warnings;
  readonly onDrop?: ((reason: DropReason, count: number) => void) | undefined;
  /** Told when the first record waits, and when none waits or travels any more. */
  readonly onBusy?: (isBusy: boolean) => void;
  readonly onClosed?: () => void;
}

// More would not arrive sooner over one connection pool, and a server that has come back would get all at once.
const mostInFlight = 4;

// How long a transport may keep a batch. The one over HTTP gives up sooner.
const sendingMs = 30_000;

// While somebody waits in flush(): a request without an answer for this long, or four times as long as usual, may be
// one that a server has forgotten. Then a probe asks, once a second, and its answer is a reason to send again.
const suspectMs = 1500;
const probeIntervalMs = 1000;

// What is longer would end at once.
const longestTimerMs = 2 ** 31 - 1;

const mostErrors = 20;

interface Attempt {
  readonly startedAt: number;
  readonly controller: AbortController;
}

interface Waiter {
  readonly sequence: number;
  readonly deadline: number;
  readonly resolve: () => void;
}

/** Decides when to send what waits: by count, bytes and time, when asked to flush, and for the last time on close. */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #queue: BlockQueue;
  readonly #circuit: Circuit;
  readonly #store: BlockStore | undefined;
  readonly #spare = new SpareMemory();
  readonly #dropped: Partial<Record<DropReason, number>> = {};
  readonly #inFlight = new Map<Block, Attempt>();
  readonly #probes = new Set<Attempt>();
  /** One at a time: compression runs on the thread pool, which the application's files and look-ups need as well. */
  #packing: Block | undefined;
  readonly #packed = new WeakSet<Block>();
  readonly #waiters = new Set<Waiter>();
  #errors = new Set<string>();
  #delivered = 0;
  #recovered = 0;
  #droppedOfOthers = 0;
  #sequence = 0;
  /** Records up to this one are sent without waiting for company. */
  #flushThrough = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  /** When the open block is due. */
  #dueAt = Number.POSITIVE_INFINITY;
  #probedAt = Number.NEGATIVE_INFINITY;
  /** How long an answer takes: the slowest of late, soon forgotten. */
  #usualMs = 0;
  #hasUntoldDrops = false;
  #isBusy = false;
  #isClosed = false;
  #isShut = false;

  constructor(options: BatcherOptions) {
    const { maxBatchRecords, maxBatchBytes, queue, elapsed, random, sender, openStore } = options;
    this.#options = options;
    this.#circuit = new Circuit({ elapsed, random });
    this.#store = openStore?.({
      onProblem: (message) => this.#problem(message),
      onDrop: (reason, count, isOwn) => this.drop(reason, count, isOwn),
    });
    this.#queue = new BlockQueue({
      bounds: queue,
      batch: { maxRecords: maxBatchRecords, maxBytes: maxBatchBytes },
      createBlock: (sequence) => this.#createBlock(sequence),
      complete: (block) => {
        block.complete(sender, { ...this.#dropped });
        this.#hasUntoldDrops = false;
        this.#dueAt = Number.POSITIVE_INFINITY;
        this.#arm(0);
      },
      onDrop: (reason, count) => this.drop(reason, count),
      evict: (block) => this.#leaveOnDisk(block),
    });
  }

  /** Begins with what is there already. */
  start(): void {
    if (!this.#store?.hasNext) return;
    this.#setBusy(true);
    this.#arm(0);
  }

  /** Takes a record for sending. */
  offer(kind: ElementKind, id: string, json: string, isRunning: boolean): void {
    if (this.#isClosed) {
      if (!isRunning) this.drop('closed');
      return;
    }
    this.#sequence += 1;
    if (isRunning) this.#queue.announce(kind, id, json, this.#sequence);
    else {
      const block = this.#queue.add(kind, id, json, this.#sequence);
      this.#store?.append(block, kind, json);
    }
    this.#setBusy(true);
    // Sending from here would make the application's own call pay for the batch.
    if (this.#queue.isOpenFull) this.#arm(0);
    else if (this.#dueAt === Number.POSITIVE_INFINITY) {
      this.#dueAt = this.#options.elapsed() + this.#options.flushIntervalMs;
      this.#arm(this.#options.flushIntervalMs);
    }
  }

  /** Counts records that will not be sent. */
  drop(reason: DropReason, count = 1, isOwn = true): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + count;
    if (!isOwn) this.#droppedOfOthers += count;
    this.#hasUntoldDrops = true;
    if (reason === 'queue_full') this.#problem('the queue is full: the oldest records are dropped');
    if (reason === 'closed') this.#options.warnings.debug('a record ended after the tracer was closed');
    try {
      this.#options.onDrop?.(reason, count);
    } catch (error) {
      this.#problem(`onDrop threw: ${textOf(error)}`);
    }
  }

  /** Sends what has been offered so far; resolves when all of it is settled, or when the time is over. */
  async flush(timeoutMs: number): Promise<FlushReport> {
    await this.#drain(timeoutMs);
    return this.#report();
  }

  /** Flushes, then stops for good. What could not be delivered in time is dropped as `closed`, unless it is on disk. */
  async close(timeoutMs: number): Promise<FlushReport> {
    this.#isClosed = true;
    await this.#drain(timeoutMs);
    clearTimeout(this.#timer);
    for (const { controller } of [...this.#inFlight.values(), ...this.#probes]) controller.abort(closedError());
    try {
      this.#options.transport.close();
    } catch (error) {
      this.#problem(`the transport could not be closed: ${textOf(error)}`);
    }
    this.#isShut = true;
    this.discard();
    this.#store?.close();
    this.#options.onClosed?.();
    return this.#report();
  }

  /** All that waits or travels, completed, oldest first: for whoever sends it otherwise and then {@link settle}s it. */
  takeStock(): readonly Block[] {
    this.#queue.completeOpen(false);
    return this.#circuit.isBlocked ? [] : this.#queue.blocks;
  }

  /** Counts what was delivered otherwise. */
  settle(delivered: readonly Block[]): void {
    for (const block of delivered) this.#settled(block, { kind: 'accepted', rejected: [] });
  }

  /** Gives up all that waits or travels. What is on disk stays there, to be delivered by the next process. */
  discard(): void {
    this.#queue.completeOpen(true);
    this.#inFlight.clear();
    for (const block of this.#queue.blocks) {
      this.#queue.settle(block);
      if (!this.#leaveOnDisk(block) && block.finalSize > 0) this.drop('closed', block.finalSize, !block.isRecovered);
    }
    this.#wakeWaiters();
    this.#setBusy(false);
  }

  /** Records that wait or travel. */
  get pending(): number {
    let pending = this.#store?.keptSize ?? 0;
    for (const block of this.#queue.blocks) if (!block.isRecovered) pending += block.finalSize;
    return pending;
  }

  #createBlock(sequence: number): Block {
    return new Block(this.#options.createBatchId(), sequence, this.#spare);
  }

  #drain(timeoutMs: number): Promise<void> {
    this.#flushThrough = this.#sequence;
    this.#circuit.forget();
    // Nothing else would tell the server.
    const isIdle = !this.#hasWork && this.#inFlight.size === 0;
    if (isIdle && this.#hasUntoldDrops && !this.#isShut) this.#queue.append(this.#createBlock(this.#sequence));
    const settled = this.#settledOf(this.#sequence, timeoutMs);
    this.#pump();
    this.#wakeWaiters();
    return settled;
  }

  /** Makes sure that the one timer is set, for no later than this. */
  #arm(delayMs: number): void {
    if (this.#isDone) return;
    const at = this.#options.elapsed() + delayMs;
    if (this.#timer !== undefined && this.#timerAt <= at) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => this.#onTimer(), Math.min(Math.max(Math.ceil(delayMs), 0), longestTimerMs));
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #onTimer(): void {
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
    if (this.#options.elapsed() >= this.#dueAt) this.#flushThrough = this.#sequence;
    this.#pump();
  }

  /** Does all that may be done now, and sets the timer for what may be done later. */
  #pump(): void {
    const now = this.#options.elapsed();
    this.#lookForTheForgotten(now);
    const circuit = this.#circuit;
    const nextAt = circuit.nextAt(this.#waiters.size > 0);
    if (circuit.wantsProbe) {
      if (this.#hasWork && nextAt <= now && this.#probes.size === 0) void this.#probe(now);
    } else {
      const room = nextAt > now ? 0 : circuit.isClosed ? mostInFlight : 1;
      this.#completeWhatIsDue(room);
      this.#pack();
      this.#sendReady(room, now);
    }
    this.#pack();
    this.#armForLater(now, nextAt);
  }

  get #hasWork(): boolean {
    return this.#queue.hasOpen || this.#queue.waiting.length > 0 || this.#store?.hasNext === true;
  }

  /** A block that is not full goes when it is due and can go at once: otherwise it may as well take more. */
  #completeWhatIsDue(room: number): void {
    const queue = this.#queue;
    const canGo = this.#inFlight.size < room && queue.waiting.length === 0;
    const isDue = (queue.openSequence ?? Number.POSITIVE_INFINITY) <= this.#flushThrough;
    if (queue.isOpenFull || (canGo && isDue)) queue.completeOpen(this.#circuit.isClosed);
    if (!canGo || queue.waiting.length > 0) return;
    const stored = this.#store?.hasNext && this.#store.next(() => this.#createBlock(0));
    if (stored) queue.append(stored);
  }

  #pack(): void {
    const { packer } = this.#options;
    if (packer === undefined) return;
    for (const block of this.#queue.waiting) {
      if (this.#packing !== undefined) return;
      if (this.#packed.has(block)) continue;
      this.#packed.add(block);
      this.#packing = block;
      void this.#packOne(packer, block);
    }
  }

  async #packOne(packer: Packer, block: Block): Promise<void> {
    const before = block.bytes;
    try {
      await packer.pack(block);
    } catch (error) {
      this.#problem(`records could not be compressed: ${textOf(error)}`);
    }
    this.#packing = undefined;
    this.#queue.resized(block, before);
    this.#pump();
  }

  #sendReady(room: number, now: number): void {
    for (const block of this.#queue.waiting) {
      if (this.#inFlight.size >= room) return;
      if (this.#packing !== block && (this.#options.packer === undefined || this.#packed.has(block)))
        void this.#send(block, now);
    }
  }

  async #send(block: Block, startedAt: number): Promise<void> {
    const attempt: Attempt = { startedAt, controller: new AbortController() };
    this.#queue.take(block);
    this.#inFlight.set(block, attempt);
    const bytesBefore = block.bytes;
    const outcome = await this.#outcomeOf(block, attempt);
    this.#queue.resized(block, bytesBefore);
    // Closed, settled otherwise or sent again meanwhile.
    if (this.#inFlight.get(block) !== attempt) return;
    this.#inFlight.delete(block);
    this.#options.warnings.debug(`batch ${block.id} of ${block.size} records: ${outcome.kind}`);

    if (outcome.kind === 'retry') this.#failed(attempt, outcome);
    else {
      this.#usualMs = Math.max(this.#options.elapsed() - startedAt, this.#usualMs * 0.8);
      this.#circuit.succeeded();
    }
    if (outcome.kind === 'retry') this.#queue.putBack(block);
    else if (outcome.kind === 'refused' && outcome.isTooLarge && block.size > 1) await this.#halve(block);
    else this.#settled(block, outcome);
    this.#afterOutcome();
  }

  async #outcomeOf(batch: Block, { controller }: Attempt): Promise<SendOutcome> {
    try {
      return await this.#options.transport.send(batch, this.#options.elapsed() + sendingMs, controller.signal);
    } catch (error) {
      // A transport of the user's own may break the contract.
      return { kind: 'retry', detail: textOf(error) };
    }
  }

  /** An empty batch asks whether the server is there: what waits need not travel for that. */
  async #probe(startedAt: number): Promise<void> {
    const attempt: Attempt = { startedAt, controller: new AbortController() };
    this.#probes.add(attempt);
    this.#probedAt = startedAt;
    const block = this.#createBlock(this.#sequence);
    block.complete(this.#options.sender, { ...this.#dropped });
    const outcome = await this.#outcomeOf(block, attempt);
    if (!this.#probes.delete(attempt) || this.#isDone) return;
    this.#options.warnings.debug(`probe ${block.id}: ${outcome.kind}`);
    if (outcome.kind === 'retry') this.#failed(attempt, outcome);
    else {
      this.#circuit.answered();
      for (const probe of this.#probes) probe.controller.abort(hurriedError());
      this.#probes.clear();
      this.#hurry(startedAt);
    }
    this.#afterOutcome();
  }

  #leaveOnDisk(block: Block): boolean {
    if (this.#store?.keep(block)) return true;
    this.#store?.forget(block);
    return false;
  }

  get #isDone(): boolean {
    return this.#isClosed && this.#waiters.size === 0;
  }

  #failed(attempt: Attempt, outcome: Extract<SendOutcome, { kind: 'retry' }>): void {
    this.#circuit.failed(attempt.startedAt, outcome.retryAfterMs, outcome.isBlocked === true);
    this.#problem(`${this.pending} records wait, and could not be delivered: ${outcome.detail}`);
  }

  #afterOutcome(): void {
    this.#wakeWaiters();
    if (!this.#hasWork && this.#inFlight.size === 0) this.#setBusy(false);
    if (!this.#isDone) this.#pump();
  }

  /** Sends what a later request has overtaken again, once: a server that has come back does not answer old requests. */
  #hurry(answeredAt: number): void {
    for (const [block, { startedAt, controller }] of this.#inFlight) {
      if (startedAt >= answeredAt || block.isHurried) continue;
      block.isHurried = true;
      this.#inFlight.delete(block);
      controller.abort(hurriedError());
      this.#queue.putBack(block);
    }
  }

  get #suspectAfterMs(): number {
    return Math.max(suspectMs, 4 * this.#usualMs);
  }

  /** While somebody waits: when the next probe for overtaken requests is due; never, if there is none to ask for. */
  get #suspicionAt(): number {
    if (this.#waiters.size === 0) return Number.POSITIVE_INFINITY;
    let oldest = Number.POSITIVE_INFINITY;
    for (const [block, { startedAt }] of this.#inFlight) if (!block.isHurried) oldest = Math.min(oldest, startedAt);
    for (const { startedAt } of this.#probes) oldest = Math.min(oldest, startedAt);
    return Math.max(oldest + this.#suspectAfterMs, this.#probedAt + probeIntervalMs);
  }

  #lookForTheForgotten(now: number): void {
    if (this.#suspicionAt <= now) void this.#probe(now);
  }

  #armForLater(now: number, nextAt: number): void {
    let at = this.#suspicionAt;
    const canSend = !this.#circuit.wantsProbe && this.#inFlight.size < (this.#circuit.isClosed ? mostInFlight : 1);
    if (this.#hasWork && (canSend || (this.#circuit.wantsProbe && this.#probes.size === 0))) {
      // What is compressed just now comes back by itself.
      if (nextAt > now) at = Math.min(at, nextAt);
      else if (this.#queue.hasOpen && !this.#isClosed) at = Math.min(at, this.#due(now));
      else if (this.#queue.waiting.length === 0) at = Math.min(at, now);
    }
    if (at < Number.POSITIVE_INFINITY) this.#arm(at - now);
  }

  #due(now: number): number {
    if (this.#dueAt === Number.POSITIVE_INFINITY) this.#dueAt = now + this.#options.flushIntervalMs;
    return Math.max(this.#dueAt, now + 1);
  }

  async #halve(block: Block): Promise<void> {
    try {
      await this.#options.packer?.unpack(block);
      const { records } = block;
      const middle = Math.ceil(records.length / 2);
      const halves = [records.slice(0, middle), records.slice(middle)].map((part) => {
        const half = this.#createBlock(block.firstSequence);
        half.isRecovered = block.isRecovered;
        for (const { kind, json, isRunning } of part) {
          half.add(kind, json, isRunning);
          if (!isRunning) this.#store?.append(half, kind, json);
        }
        return half;
      });
      this.#queue.replace(block, halves);
      this.#store?.forget(block);
    } catch (error) {
      this.#settled(block, { kind: 'refused', detail: textOf(error), isTooLarge: true });
    }
  }

  #settled(block: Block, outcome: Exclude<SendOutcome, { kind: 'retry' }>): void {
    if (!this.#queue.settle(block)) return;
    this.#store?.forget(block);
    let lost = 0;
    if (outcome.kind === 'refused') {
      lost = block.finalSize;
      this.#problem(`records were refused: ${outcome.detail}`);
      if (lost > 0) this.drop(outcome.isTooLarge ? 'too_large' : 'refused', lost, !block.isRecovered);
    } else {
      for (const { kind, index, id, detail } of outcome.rejected) {
        this.#problem(`the ${kind} ${id ?? `at place ${index}`} was rejected: ${detail}`);
        if (index < block.finals[kind]) lost += 1;
      }
      if (lost > 0) this.drop('rejected', lost, !block.isRecovered);
    }
    if (block.isRecovered) this.#recovered += block.finalSize - lost;
    else this.#delivered += block.finalSize - lost;
  }

  #problem(message: string): void {
    if (this.#errors.size < mostErrors) this.#errors.add(message);
    this.#options.warnings.warn(message);
  }

  /** The place in the order up to which everything is settled. */
  #settledThrough(): number {
    if (this.#store?.hasNext) return -1;
    return (this.#queue.firstSequence ?? this.#sequence + 1) - 1;
  }

  #settledOf(sequence: number, timeoutMs: number): Promise<void> {
    if (this.#settledThrough() >= sequence && !this.#queue.hasOpen) return Promise.resolve();
    if (timeoutMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      // The one timer that holds a process: somebody waits for this promise, for this long.
      const timer = setTimeout(() => waiter.resolve(), Math.min(timeoutMs, longestTimerMs));
      const waiter: Waiter = {
        sequence,
        deadline: this.#options.elapsed() + timeoutMs,
        resolve: () => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve();
        },
      };
      this.#waiters.add(waiter);
    });
  }

  /** Whoever waits learns what there is to know, also that nothing more will come in time. */
  #wakeWaiters(): void {
    if (this.#waiters.size === 0) return;
    const through = this.#settledThrough();
    const isAsking = this.#inFlight.size > 0 || this.#probes.size > 0;
    for (const waiter of this.#waiters) {
      const isHopeless = !isAsking && (this.#circuit.isBlocked || this.#circuit.notBefore > waiter.deadline);
      if (waiter.sequence <= through || isHopeless) waiter.resolve();
    }
  }

  #setBusy(isBusy: boolean): void {
    if (this.#isBusy === isBusy) return;
    this.#isBusy = isBusy;
    if (!isBusy) this.#spare.trim();
    this.#options.onBusy?.(isBusy);
  }

  #report(): FlushReport {
    const errors = [...this.#errors];
    this.#errors = new Set();
    const { running_update: _, ...final } = this.#dropped;
    return {
      delivered: this.#delivered,
      pending: this.pending,
      dropped: Object.values(final).reduce((total, count) => total + count, 0) - this.#droppedOfOthers,
      dropReasons: { ...this.#dropped },
      errors,
      recovered: this.#recovered,
    };
  }
}

const closedError = (): Error => new Error('the tracer was closed');
const hurriedError = (): Error => new Error('a later request was answered first');

const textOf = (error: unknown): string => {
  try {
    return String(error);
  } catch {
    return 'an error that cannot be read';
  }
};
