import type { Worker } from 'node:worker_threads';
import type { SearchStatus } from '../store.ts';
import type { SearchNews, SearchOrder, SearchThreadData } from './search-thread.ts';
import { startThread } from './threads.ts';

// Writes come faster than it is worth waking the index for; what it does not know yet, it reads in one go.
const wakeAfterMs = 100;
// A thread that fails once will often do so again at once: a full disk, say.
const restartAfterMs = 5_000;

/** Keeps a thread that follows the data with the search index. */
export class SearchFollower {
  readonly #data: SearchThreadData;
  readonly #clock: () => number;
  readonly #onFollowed: () => void;
  readonly #purged: (() => void)[] = [];
  #thread: Worker;
  #wake: NodeJS.Timeout | undefined;
  /** When the oldest write was made that the index does not know yet. */
  #behindSinceMicros: number | undefined;
  #hasBacklog = true;
  /** The entries of the log up to which it knows all, and up to which there is something to know. */
  #followed = 0;
  #written = 0;
  #isClosed = false;
  #hasEnded = false;

  /** `onFollowed` is called when the index knows more of the log than before. */
  constructor(data: SearchThreadData, clock: () => number, onFollowed: () => void) {
    this.#data = data;
    this.#clock = clock;
    this.#onFollowed = onFollowed;
    this.#thread = this.#start();
  }

  /** The entry of the log up to which the index knows all. */
  get followed(): number {
    return this.#followed;
  }

  /** Something was written, up to this entry of the log. */
  written(entry: number): void {
    this.#written = Math.max(this.#written, entry);
    this.#behindSinceMicros ??= this.#clock();
    if (this.#wake !== undefined) return;
    this.#wake = setTimeout(() => {
      this.#wake = undefined;
      this.#tell('written');
    }, wakeAfterMs).unref();
  }

  /** Resolves when no word of what was deleted before stands in the index any more, or the thread has failed at it. */
  purge(): Promise<void> {
    return new Promise((resolve) => {
      this.#purged.push(resolve);
      this.#tell('purge');
    });
  }

  status(): SearchStatus {
    const since = this.#behindSinceMicros;
    return {
      depth: this.#data.depth,
      lagMs: since === undefined ? 0 : Math.max(0, (this.#clock() - since) / 1000),
      isComplete: since === undefined && !this.#hasBacklog,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#wake);
    for (const resolve of this.#purged.splice(0)) resolve();
    if (this.#hasEnded) return;
    const ended = new Promise((resolve) => this.#thread.once('exit', resolve));
    this.#thread.ref();
    this.#tell('close');
    await ended;
  }

  #tell(order: SearchOrder): void {
    this.#thread.postMessage(order);
  }

  #start(): Worker {
    const thread = startThread('search-thread', this.#data);
    thread.on('message', (news: SearchNews) => {
      if (news !== 'closed') this.#hear(news);
    });
    // Ingest and everything but search go on; the lag grows until a thread succeeds.
    thread.on('error', ({ message }) =>
      process.emitWarning(
        `the search index cannot follow: ${message}; it is tried again in ${restartAfterMs / 1000} s`,
      ),
    );
    this.#hasEnded = false;
    thread.once('exit', () => {
      this.#hasEnded = true;
      // What could not be purged now is with the next pruning.
      for (const resolve of this.#purged.splice(0)) resolve();
      if (this.#isClosed) return;
      setTimeout(() => {
        if (this.#isClosed) return;
        this.#thread = this.#start();
      }, restartAfterMs).unref();
    });
    return thread;
  }

  #hear({ status, isPurged }: Exclude<SearchNews, 'closed'>): void {
    this.#hasBacklog = status.hasBacklog;
    this.#behindSinceMicros =
      status.behindSinceMicros ?? (status.log < this.#written ? this.#behindSinceMicros : undefined);
    if (isPurged) for (const resolve of this.#purged.splice(0)) resolve();
    if (status.log <= this.#followed) return;
    this.#followed = status.log;
    this.#onFollowed();
  }
}
