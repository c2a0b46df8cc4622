import type { Worker } from 'node:worker_threads';
import { Abandoned, InvalidCursor, StoreUnavailable } from '../store.ts';
import { isUnavailable } from './commit-queue.ts';
import type { ReadContext } from './read-context.ts';
import type { ReadArguments, ReadName, ReadResult } from './reads.ts';
import { startThread } from './threads.ts';

/** What a thread does not bring itself. */
export type ThreadContext = Omit<ReadContext, 'sql' | 'textMemory' | 'isAbandoned'>;

/** What a reader thread is asked, and answers. */
export interface ReadRequest {
  readonly name: ReadName;
  readonly context: ThreadContext;
  readonly given: readonly unknown[];
  readonly needsSearch: boolean;
}

/** What a reader thread is started with. */
export interface ReaderData {
  readonly dataDir: string;
  /** 1 once nobody waits for what it is reading. */
  readonly abandoned: Int32Array<SharedArrayBuffer>;
}

/** The memory of an answer that was sent, for the next. */
export interface SpentMemory {
  readonly spent: ArrayBuffer;
}

export type ReadAnswer =
  | { readonly result: unknown }
  | { readonly error: { readonly kind: string; readonly message: string; readonly errcode: number | undefined } };

interface RunOptions {
  readonly needsSearch?: boolean;
  readonly timeoutMs?: number;
  /** Aborted when nobody waits any more. */
  readonly signal?: AbortSignal | undefined;
}

export interface ReaderPoolOptions {
  readonly dataDir: string;
  /** How many read at the same time; the others wait. @default 2 */
  readonly threads?: number;
  /** How many may wait; one more is told to come again. @default 64 */
  readonly maxWaiting?: number;
  /** How long a read may take before its thread is ended and replaced. @default 30,000 */
  readonly timeoutMs?: number;
}

interface Waiting {
  readonly request: ReadRequest;
  readonly timeoutMs: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Reader extends Pick<ReaderData, 'abandoned'> {
  readonly worker: Worker;
  current: { readonly waiting: Waiting; readonly timer: NodeJS.Timeout } | undefined;
}

/** Whether it is idle, or somebody waits for what it reads. */
const isUseful = ({ abandoned }: Reader): boolean => Atomics.load(abandoned, 0) === 0;

/**
 * Threads for what may take long: a list by a filter that no index serves, search, series, a large trace. The thread that
 * ingests never waits for them. They are started when they are first needed; one that dies is replaced at the next need, and
 * what it was asked is refused as unavailable.
 *
 * A read that nobody waits for any more ends at the next row. Inside of SQLite it cannot be stopped: then another thread takes
 * its place, so that who asks for one thing after the other (a filter that is typed) does not wait for what he has left.
 */
export class ReaderPool {
  readonly #dataDir: string;
  readonly #threads: number;
  readonly #maxWaiting: number;
  readonly #timeoutMs: number;
  readonly #readers = new Set<Reader>();
  readonly #waiting: Waiting[] = [];
  #isClosed = false;

  constructor({ dataDir, threads = 2, maxWaiting = 64, timeoutMs = 30_000 }: ReaderPoolOptions) {
    this.#dataDir = dataDir;
    this.#threads = threads;
    this.#maxWaiting = maxWaiting;
    this.#timeoutMs = timeoutMs;
  }

  run<Name extends ReadName>(
    name: Name,
    context: ThreadContext,
    given: ReadArguments<Name>,
    { needsSearch = false, timeoutMs = this.#timeoutMs, signal }: RunOptions = {},
  ): Promise<ReadResult<Name>> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new Abandoned());
      if (this.#isClosed) return reject(new StoreUnavailable('the store is closed'));
      if (this.#waiting.length >= this.#maxWaiting)
        return reject(new StoreUnavailable(`${this.#maxWaiting} slow reads wait already`));
      const request = { name, context, given, needsSearch };
      const waiting = { request, timeoutMs, resolve: resolve as (result: unknown) => void, reject };
      this.#waiting.push(waiting);
      signal?.addEventListener('abort', () => this.#abandon(waiting), { once: true });
      this.#handOut();
    });
  }

  /** Gives the memory of an answer back, so that it neither burdens the collector here nor has to be taken anew there. */
  giveBack({ buffer }: Uint8Array<ArrayBuffer>): void {
    const [reader] = this.#readers;
    const message: SpentMemory = { spent: buffer };
    reader?.worker.postMessage(message, [buffer]);
  }

  /** Ends the threads. What they were asked is refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new StoreUnavailable('the store is closed'));
    await Promise.all(Array.from(this.#readers, ({ worker }) => worker.terminate()));
  }

  #abandon(waiting: Waiting): void {
    waiting.reject(new Abandoned());
    const place = this.#waiting.indexOf(waiting);
    if (place >= 0) this.#waiting.splice(place, 1);
    for (const { current, abandoned } of this.#readers)
      if (current?.waiting === waiting) Atomics.store(abandoned, 0, 1);
    this.#handOut();
  }

  #handOut(): void {
    while (this.#waiting.length > 0) {
      const reader = this.#idleReader();
      if (reader === undefined) return;
      const waiting = this.#waiting.shift() as Waiting;
      const timer = setTimeout(() => void reader.worker.terminate(), waiting.timeoutMs).unref();
      reader.current = { waiting, timer };
      reader.worker.ref();
      reader.worker.postMessage(waiting.request);
    }
  }

  #idleReader(): Reader | undefined {
    for (const reader of this.#readers) if (reader.current === undefined) return reader;
    const hasPlace = this.#count(isUseful) < this.#threads && this.#readers.size < 2 * this.#threads;
    return hasPlace ? this.#start() : undefined;
  }

  #count(which: (reader: Reader) => boolean): number {
    return [...this.#readers].filter(which).length;
  }

  #start(): Reader {
    const abandoned = new Int32Array(new SharedArrayBuffer(4));
    const worker = startThread('reader-thread', { dataDir: this.#dataDir, abandoned } satisfies ReaderData);
    const reader: Reader = { worker, abandoned, current: undefined };
    this.#readers.add(reader);
    worker.on('message', (answer: ReadAnswer) => {
      const waiting = this.#release(reader);
      if ('error' in answer) waiting?.reject(errorOf(answer.error));
      else waiting?.resolve(answer.result);
      if (this.#count(isUseful) > this.#threads) this.#end(reader);
      this.#handOut();
    });
    worker.on('error', (error) => this.#lose(reader, `a reader thread failed: ${error.message}`));
    worker.on('exit', () => this.#lose(reader, 'a read took too long'));
    return reader;
  }

  /** Ends a thread of which there is one too many: another took its place while it read in vain. */
  #end(reader: Reader): void {
    this.#readers.delete(reader);
    void reader.worker.terminate();
  }

  #release(reader: Reader): Waiting | undefined {
    const { current } = reader;
    reader.current = undefined;
    Atomics.store(reader.abandoned, 0, 0);
    reader.worker.unref();
    if (current === undefined) return undefined;
    clearTimeout(current.timer);
    return current.waiting;
  }

  #lose(reader: Reader, reason: string): void {
    this.#readers.delete(reader);
    this.#release(reader)?.reject(new StoreUnavailable(reason));
    if (!this.#isClosed) this.#handOut();
  }
}

function errorOf({ kind, message, errcode }: { kind: string; message: string; errcode: number | undefined }): Error {
  if (kind === 'InvalidCursor') return new InvalidCursor();
  if (kind === 'Abandoned') return new Abandoned();
  if (isUnavailable(errcode)) return new StoreUnavailable(`SQLite cannot read now: ${message}`);
  return new Error(message);
}
