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

// A group holds the event loop for its length; at about 5 ms for a batch of 100 spans this keeps it under 0.1 s.
const maxGroup = 16;

/**
 * Group commit. What arrives in one turn of the event loop is committed together at its end; a piece of work that fails is
 * rolled back alone. `onRollback` is told when something written was taken back, so that what was cached of it can go too.
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
      commit(waiting.splice(0, maxGroup));
      if (waiting.length > 0) schedule();
      else for (const resolve of idle.splice(0)) resolve();
    });
  };

  const commit = (group: readonly Waiting[]): void => {
    const done: (() => void)[] = [];
    try {
      db.exec('BEGIN IMMEDIATE');
      for (const { work, resolve, reject } of group) {
        db.exec('SAVEPOINT work');
        try {
          const result = work();
          done.push(() => resolve(result));
        } catch (error) {
          db.exec('ROLLBACK TO work');
          onRollback();
          done.push(() => reject(storeError(error)));
        }
        db.exec('RELEASE work');
      }
      db.exec('COMMIT');
    } catch (error) {
      // Nothing of the group is durable: a full disk, say. SQLite may have rolled back by itself already.
      if (db.isTransaction) db.exec('ROLLBACK');
      onRollback();
      for (const { reject } of group) reject(storeError(error));
      return;
    }
    for (const settle of done) settle();
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

function storeError(error: unknown): unknown {
  const code = (error as { errcode?: number }).errcode;
  if (code === undefined || !unavailableCodes.has(code & 0xff)) return error;
  return new StoreUnavailable(`SQLite cannot write now: ${(error as Error).message}`, { cause: error });
}
