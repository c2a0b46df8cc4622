import type { Worker } from 'node:worker_threads';
import { InvalidCursor, StoreUnavailable } from '../store.ts';
import { isUnavailable } from './commit-queue.ts';
import type { ReadContext } from './read-context.ts';
import type { ReadArguments, ReadName, ReadResult } from './reads.ts';
import { startThread } from './threads.ts';

/** What a thread does not bring itself. */
export type ThreadContext = Omit<ReadContext, 'sql' | 'textMemory'>;

/** What a reader thread is asked, and answers. */
export interface ReadRequest {
  readonly name: ReadName;
  readonly context: ThreadContext;
  readonly given: readonly unknown[];
  readonly needsSearch: boolean;
}

/** The memory of an answer that was sent, for the next. */
export interface SpentMemory {
  readonly spent: ArrayBuffer;
}

export type ReadAnswer =
  | { readonly result: unknown }
  | { readonly error: { readonly kind: string; readonly message: string; readonly errcode: number | undefined } };

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

interface Reader {
  readonly worker: Worker;
  current: { readonly waiting: Waiting; readonly timer: NodeJS.Timeout } | undefined;
}

/**
 * Threads for what may take long: a list by a filter that no index serves, search, series, a large trace. The thread that
 * ingests never waits for them. They are started when they are first needed; one that dies is replaced at the next need, and
 * what it was asked is refused as unavailable.
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
    { needsSearch = false, timeoutMs = this.#timeoutMs }: { needsSearch?: boolean; timeoutMs?: number } = {},
  ): Promise<ReadResult<Name>> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new StoreUnavailable('the store is closed'));
      if (this.#waiting.length >= this.#maxWaiting)
        return reject(new StoreUnavailable(`${this.#maxWaiting} slow reads wait already`));
      const request = { name, context, given, needsSearch };
      this.#waiting.push({ request, timeoutMs, resolve: resolve as (result: unknown) => void, reject });
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
    return this.#readers.size < this.#threads ? this.#start() : undefined;
  }

  #start(): Reader {
    const worker = startThread('reader-thread', { dataDir: this.#dataDir });
    const reader: Reader = { worker, current: undefined };
    this.#readers.add(reader);
    worker.on('message', (answer: ReadAnswer) => {
      const waiting = this.#release(reader);
      if ('error' in answer) waiting?.reject(errorOf(answer.error));
      else waiting?.resolve(answer.result);
      this.#handOut();
    });
    worker.on('error', (error) => this.#lose(reader, `a reader thread failed: ${error.message}`));
    worker.on('exit', () => this.#lose(reader, 'a read took too long'));
    return reader;
  }

  #release(reader: Reader): Waiting | undefined {
    const { current } = reader;
    reader.current = undefined;
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
  if (isUnavailable(errcode)) return new StoreUnavailable(`SQLite cannot read now: ${message}`);
  return new Error(message);
}
