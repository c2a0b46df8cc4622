import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/stores/sqlite/index.ts';
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
