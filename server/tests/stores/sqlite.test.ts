import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/stores/sqlite/index.ts';
import { describeStoreContract } from './contract.ts';

describeStoreContract('SQLite', {
  async create() {
    const dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-'));
    return {
      // Power cuts are not tested here, so the disk need not be waited for.
      open: (options) => openSqliteStore({ ...options, dataDir, synchronous: 'NORMAL' }),
      remove: () => rm(dataDir, { recursive: true }),
    };
  },
});
