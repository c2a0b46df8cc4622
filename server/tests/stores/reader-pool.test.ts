import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { microsOf } from '../../src/domain/time.ts';
import { openSqliteStore } from '../../src/stores/sqlite/index.ts';
import { ReaderPool, type ReaderPoolOptions } from '../../src/stores/sqlite/reader-pool.ts';
import { Abandoned, StoreUnavailable } from '../../src/stores/store.ts';
import { aBatch, aTrace, noon, traceId } from './builders.ts';

const contextOf = (name: string, id: number) => ({ project: { name, id }, cutoffMicros: 0, forgottenMicros: 0 });
const quick = contextOf('acme', 1);
const slow = contextOf('slow', 2);

/** A pool on the data of two projects, one with a trace and one with many. */
async function open(options: Omit<ReaderPoolOptions, 'dataDir'> = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-readers-'));
  const store = await openSqliteStore({ dataDir, clock: () => microsOf(noon), retentionDays: 90 });
  await store.ingest(quick.project.name, aBatch({ traces: [aTrace()] }));
  const traces = Array.from({ length: 600 }, (_, index) => aTrace({ trace_id: traceId(index + 1) }));
  await store.ingest(slow.project.name, aBatch({ traces }));
  await store.close();
  const pool = new ReaderPool({ dataDir, ...options });
  onTestFinished(async () => {
    await pool.close();
    await rm(dataDir, { recursive: true });
  });
  const list = (more: { signal?: AbortSignal; timeoutMs?: number } = {}) =>
    pool.run('listTraces', quick, [{}, { limit: 10 }], more);
  return { pool, list, dataDir };
}

/** From now on SQLite takes a millisecond or more over each trace of the slow project. */
function slowDown(dataDir: string): void {
  const db = new DatabaseSync(join(dataDir, 'llm-tracer.db'));
  db.exec(`
    ALTER TABLE traces RENAME TO all_traces;
    CREATE VIEW traces AS SELECT * FROM all_traces WHERE project <> ${slow.project.id} OR 0 < (
      WITH RECURSIVE steps (n) AS (SELECT all_traces.id UNION ALL SELECT n + 1 FROM steps WHERE n < 20000)
      SELECT count(*) FROM steps
    )`);
  db.close();
}

const timeOf = async (work: Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work;
  return performance.now() - start;
};

it('reads in a thread what was committed before', async () => {
  const { list } = await open();

  expect((await list()).traces).toHaveLength(1);
});

it('refuses as unavailable what would wait behind too many', async () => {
  const { list } = await open({ threads: 1, maxWaiting: 2 });

  const calls = await Promise.allSettled(Array.from({ length: 5 }, () => list()));

  expect(calls.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected']);
  expect((calls.at(-1) as PromiseRejectedResult).reason).toBeInstanceOf(StoreUnavailable);
});

it('ends a thread that takes too long, and answers the next call from another', async () => {
  const { list } = await open({ threads: 1 });

  await expect(list({ timeoutMs: 0 })).rejects.toBeInstanceOf(StoreUnavailable);
  expect((await list()).traces).toHaveLength(1);
});

it('refuses what is under way when it is closed', async () => {
  const { pool, list } = await open();
  const call = list();

  await pool.close();

  await expect(call).rejects.toBeInstanceOf(StoreUnavailable);
  await expect(list()).rejects.toBeInstanceOf(StoreUnavailable);
});

describe('a read that nobody waits for', () => {
  it('is refused before it begins', async () => {
    const { list } = await open();

    await expect(list({ signal: AbortSignal.abort() })).rejects.toBeInstanceOf(Abandoned);
  });

  it('gives up its place in the queue', async () => {
    const { list } = await open({ threads: 1, maxWaiting: 1 });
    const leaving = new AbortController();
    const reading = list();
    const waiting = list({ signal: leaving.signal });

    leaving.abort();

    await expect(waiting).rejects.toBeInstanceOf(Abandoned);
    expect((await list()).traces).toHaveLength(1);
    expect((await reading).traces).toHaveLength(1);
  });

  it.each<[string, (pool: ReaderPool, signal?: AbortSignal) => Promise<unknown>, times: number]>([
    [
      'ends at the next row',
      (pool, signal) => pool.run('timeseries', slow, [{}, { bucket: 'day' }], { signal }),
      // There are two threads at the most: one of the two has to end for what comes after them.
      2,
    ],
    [
      'holds up no other where SQLite is still at it',
      (pool, signal) => pool.run('listTraces', slow, [{}, { limit: 10, sort: 'duration' }], { signal }),
      1,
    ],
  ])('%s', async (_title, read, times) => {
    const { pool, list, dataDir } = await open({ threads: 1 });
    slowDown(dataDir);
    await list();
    const whole = await timeOf(read(pool));
    for (let time = 0; time < times; time += 1) {
      const leaving = new AbortController();
      const abandoned = read(pool, leaving.signal);
      leaving.abort();
      await expect(abandoned).rejects.toBeInstanceOf(Abandoned);
    }

    const others = await timeOf(Promise.all([list(), list(), list()]));

    expect(others).toBeLessThan(whole * 0.75);
  });
});
