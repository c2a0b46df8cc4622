import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { openSqliteStore } from './stores/sqlite/index.ts';
import type { Store } from './stores/store.ts';

/** The store that the configuration names. `keepsIndex`: whether this process is the one that keeps its search index. */
export const openStore = (config: Config, { keepsIndex }: { readonly keepsIndex: boolean }): Promise<Store> =>
  openSqliteStore({
    dataDir: config.dataDir,
    synchronous: config.sqliteSynchronous,
    ...(keepsIndex ? { searchIndex: config.searchIndex } : {}),
    clock: systemClock,
    retentionDays: config.retentionDays,
    retentionDaysOf: config.retentionDaysOf,
    pricerOf: config.pricerOf,
  });
