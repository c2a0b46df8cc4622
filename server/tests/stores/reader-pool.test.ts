import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { microsOf } from '../../src/domain/time.ts';
import { openSqliteStore } from '../../src/stores/sqlite/index.ts';
import { ReaderPool, type ReaderPoolOptions } from '../../src/stores/sqlite/reader-pool.ts';
import { StoreUnavailable } from '../../src/stores/store.ts';
import { aBatch, aTrace, noon } from './builders.ts';

const context = { project: { name: 'acme', id: 1 }, cutoffMicros: 0, forgottenMicros: 0 };

/** A pool on the data of one project with one trace. */
async function open(options: Omit<ReaderPoolOptions, 'dataDir'> = {}): Promise<ReaderPool> {
  const dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-readers-'));
  const store = await openSqliteStore({ dataDir, clock: () => microsOf(noon), retentionDays: 90 });
  await store.ingest('acme', aBatch({ traces: [aTrace()] }));
  const pool = new ReaderPool({ dataDir, ...options });
  onTestFinished(async () => {
    await pool.close();
    await store.close();
    await rm(dataDir, { recursive: true });
  });
  return pool;
}
const list = (pool: ReaderPool) => pool.run('listTraces', context, [{}, { limit: 10 }]);

it('reads in a thread what was committed before', async () => {
  const pool = await open();

  expect((await list(pool)).traces).toHaveLength(1);
});

it('refuses as unavailable what would wait behind too many', async () => {
  const pool = await open({ threads: 1, maxWaiting: 2 });

  const calls = await Promise.allSettled(Array.from({ length: 5 }, () => list(pool)));

  expect(calls.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected']);
  expect((calls.at(-1) as PromiseRejectedResult).reason).toBeInstanceOf(StoreUnavailable);
});

it('ends a thread that takes too long, and answers the next call from another', async () => {
  const pool = await open({ threads: 1 });

  const slow = pool.run('listTraces', context, [{}, { limit: 10 }], { timeoutMs: 0 });

  await expect(slow).rejects.toBeInstanceOf(StoreUnavailable);
  expect((await list(pool)).traces).toHaveLength(1);
});

it('refuses what is under way when it is closed', async () => {
  const pool = await open();
  const call = list(pool);

  await pool.close();

  await expect(call).rejects.toBeInstanceOf(StoreUnavailable);
  await expect(list(pool)).rejects.toBeInstanceOf(StoreUnavailable);
});
