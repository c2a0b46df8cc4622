import type { Withdrawal } from './removal.ts';
import { removeSpans, withdraw } from './removal.ts';
import { cleanSegment } from './segments.ts';
import type { Statements } from './statements.ts';

export interface CleanerOptions {
  readonly sql: Statements;
  /** Runs a write of its own. */
  readonly write: (work: () => void) => Promise<void>;
  /** Reads a large tombstone's share of the sums, elsewhere. */
  readonly withdrawalOf: (trace: number) => Promise<Withdrawal | undefined>;
}

const tombstonesAtOnce = 100;

/** Does what removals leave to be done, a short write at a time: whatever it finds, whoever left it. */
export class Cleaner {
  readonly #options: CleanerOptions;
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: CleanerOptions) {
    this.#options = options;
  }

  /** Resolves when everything that was left at the time of the call is done. */
  run(): Promise<void> {
    const run = this.#last.then(() => this.#clean());
    this.#last = run.catch(() => {});
    return run;
  }

  /** Stops after the write under way; the rest is left to whoever opens the data next. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last;
  }

  async #clean(): Promise<void> {
    const { sql } = this.#options;
    const large = sql.all<[number, number]>('SELECT trace, project FROM removals JOIN traces ON traces.id = trace');
    for (const [trace, project] of large) await this.#removeLarge(trace, project);
    while (!this.#isClosed && (await this.#cleanSegments()));
  }

  async #removeLarge(trace: number, project: number): Promise<void> {
    const { sql, write, withdrawalOf } = this.#options;
    if (this.#isClosed) return;
    const withdrawal = await withdrawalOf(trace);
    await write(() => withdraw(sql, project, trace, withdrawal));
    for (let isMore = true; isMore && !this.#isClosed; )
      await write(() => {
        isMore = removeSpans(sql, trace);
      });
  }

  /** Rewrites the segments of some tombstones, each once however many of them it holds. False when there are none. */
  async #cleanSegments(): Promise<boolean> {
    const { sql, write } = this.#options;
    const tombstones = sql.all<[number, number, string]>(
      `SELECT id, project, segments FROM traces WHERE state <> 0 AND segments <> '' LIMIT ${tombstonesAtOnce}`,
    );
    const projectOf = new Map(
      tombstones.flatMap(([, project, segments]) => segments.split(',').map((segment) => [Number(segment), project])),
    );
    for (const [segment, project] of projectOf) {
      if (this.#isClosed) return false;
      await write(() => cleanSegment(sql, project, segment));
    }
    if (tombstones.length === 0) return false;
    await write(() => {
      for (const [id] of tombstones) sql.run("UPDATE traces SET segments = '' WHERE id = ? AND state <> 0", id);
    });
    return true;
  }
}
