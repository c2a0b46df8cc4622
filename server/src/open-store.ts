import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { loadPriceTable } from './prices.ts';
import type { Store } from './stores/store.ts';

/**
 * The store that the configuration names; the other is not even loaded. `keepsIndex`: whether this process is the one that
 * keeps its search index.
 */
export async function openStore(config: Config, { keepsIndex }: { readonly keepsIndex: boolean }): Promise<Store> {
  await loadPriceTable();
  const common = {
    clock: systemClock,
    retentionDays: config.retentionDays,
    retentionDaysOf: config.retentionDaysOf,
    pricerOf: config.pricerOf,
  };
  if (config.dynamodb !== undefined) {
    const { openCloudStore } = await import('./open-cloud-store.ts');
    return openCloudStore(config.dynamodb, { ...common, searchDepth: config.searchIndex });
  }
  const { openSqliteStore } = await import('./stores/sqlite/index.ts');
  return openSqliteStore({
    ...common,
    dataDir: config.dataDir,
    synchronous: config.sqliteSynchronous,
    ...(keepsIndex ? { searchIndex: config.searchIndex } : {}),
  });
}
