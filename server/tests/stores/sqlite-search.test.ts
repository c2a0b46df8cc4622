import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/stores/sqlite/index.ts';
import { StoreUnavailable } from '../../src/stores/store.ts';
import { describeSearchContract } from './contract/search.ts';

describeSearchContract('SQLite', {
  async create() {
    const dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-'));
    return {
      open: (options) => openSqliteStore({ ...options, dataDir, synchronous: 'NORMAL', searchIndex: 'heads' }),
      remove: () => rm(dataDir, { recursive: true }),
    };
  },
});

describe('a search index on SQLite', () => {
  const clock = () => 1_790_000_000_000_000;
  const options = { clock, retentionDays: 90, synchronous: 'NORMAL' } as const;
  const page = { limit: 10 };
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));
  const store = (more: { searchIndex?: 'heads' } = {}) => openSqliteStore({ ...options, dataDir, ...more });
  const record = { rank: 0, ranks: {}, fields: { name: 'tea', start_time: '2026-09-21T00:00:00.000000Z' } };
  const batch = { traces: [{ traceId: 't', record }], spans: [], scores: [] };

  it('is there before anybody can ask it', async () => {
    const opened = await store({ searchIndex: 'heads' });
    await opened.ingest('p', batch);

    await expect(opened.listTraces('p', { q: 'tea' }, page)).resolves.toBeDefined();

    await opened.close();
  });

  it('that another process is about to make is no error: it can be asked later', async () => {
    const first = await store({ searchIndex: 'heads' });
    await first.ingest('p', batch);
    await first.close();
    for (const name of await readdir(dataDir)) if (name.includes('search')) await rm(join(dataDir, name));
    await writeFile(join(dataDir, 'llm-tracer-search.db'), '');
    const other = await store();

    await expect(other.listTraces('p', { q: 'tea' }, page)).rejects.toThrow(StoreUnavailable);

    await other.close();
  });
});
