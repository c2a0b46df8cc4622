import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/stores/sqlite/index.ts';
import { describeStoreContract } from './contract.ts';

// What is large is read in threads, and its ledger is kept between writes. Here everything is.
describeStoreContract('SQLite, holding everything for large,', {
  histories: 0.1,
  hasBodiesVariant: false,
  async create() {
    const dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-'));
    return {
      open: (options) =>
        openSqliteStore({ ...options, dataDir, synchronous: 'NORMAL', smallProject: 0, smallTrace: 0 }),
      remove: () => rm(dataDir, { recursive: true }),
    };
  },
});
