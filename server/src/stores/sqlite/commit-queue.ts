import type { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable } from '../store.ts';

/** Runs writes one after another, several in one transaction: one sync of the disk then serves them all. */
export interface CommitQueue {
  /** Resolves with the work's result once it is durable. Work is synchronous and touches only the database. */
  run<T>(work: () => T): Promise<T>;
  /** Resolves when nothing is waiting. */
  drain(): Promise<void>;
}

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

// A group holds the event loop for its length; at about 3 ms for a batch of 100 spans this keeps it under 0.1 s.
const maxGroup = 32;

/**
 * Group commit. What arrives in one turn of the event loop is committed together at its end. When a piece of work fails, all
 * of its group is rolled back and each piece runs again in a transaction of its own: that is rare, while a savepoint around
 * each would copy every page that it touches. `onRollback` is told, so that what was cached of what was written can go too.
 */
export function commitQueue(db: DatabaseSync, onRollback: () => void): CommitQueue {
  const waiting: Waiting[] = [];
  const idle: (() => void)[] = [];
  let isScheduled = false;

  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      commitGroup(waiting.splice(0, maxGroup));
      if (waiting.length > 0) schedule();
      else for (const resolve of idle.splice(0)) resolve();
    });
  };

  const commitGroup = (group: readonly Waiting[]): void => {
    try {
      const results = commit(group);
      for (const [index, { resolve }] of group.entries()) resolve(results[index]);
    } catch (error) {
      if (group.length > 1) for (const alone of group) commitGroup([alone]);
      else for (const { reject } of group) reject(storeError(error));
    }
  };

  const commit = (group: readonly Waiting[]): unknown[] => {
    try {
      db.exec('BEGIN IMMEDIATE');
      const results = group.map(({ work }) => work());
      db.exec('COMMIT');
      return results;
    } catch (error) {
      // SQLite may have rolled back by itself already: after a full disk, say.
      if (db.isTransaction) db.exec('ROLLBACK');
      onRollback();
      throw error;
    }
  };

  return {
    run: <T>(work: () => T) =>
      new Promise<T>((resolve, reject) => {
        waiting.push({ work, resolve: resolve as (result: unknown) => void, reject });
        schedule();
      }),
    drain: () =>
      new Promise((resolve) => {
        if (!isScheduled) resolve();
        else idle.push(resolve);
      }),
  };
}

// SQLite's primary result codes for "not now": BUSY, LOCKED, NOMEM, READONLY, IOERR, FULL, CANTOPEN.
const unavailableCodes = new Set([5, 6, 7, 8, 10, 13, 14]);

/** Whether this result code of SQLite says that it may work later. */
export const isUnavailable = (code: number | undefined): boolean =>
  code !== undefined && unavailableCodes.has(code & 0xff);

function storeError(error: unknown): unknown {
  if (!isUnavailable((error as { errcode?: number }).errcode)) return error;
  return new StoreUnavailable(`SQLite cannot write now: ${(error as Error).message}`, { cause: error });
}
