import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { type Config, parseConfig } from '../config.ts';
import { openStore } from '../open-store.ts';
import { dataFileOf } from '../stores/sqlite/database.ts';
import type { Store } from '../stores/store.ts';
import { CommandError, exitCodes, type Terminal } from './terminal.ts';

export const addDataDir = (command: Command): Command =>
  command.option('--data-dir <folder>', 'the folder of the data (default: DATA_DIR, or .data)');

/** The data file of a folder that must be there: a command that looks after data never makes an empty store. */
export function existingDataFile(dataDir: string): string {
  const file = dataFileOf(dataDir);
  if (existsSync(file)) return file;
  throw new CommandError(
    exitCodes.undone,
    `There is no data in ${dataDir} (no ${file}). Name the folder with --data-dir.`,
  );
}

/**
 * The server's configuration, for work on its data without serving: on loopback, where any key will do, and with one project's
 * records open to whoever has the folder anyway.
 */
export const folderConfig = (
  { env }: Pick<Terminal, 'env'>,
  { dataDir, project = 'dev' }: { readonly dataDir?: string | undefined; readonly project?: string | undefined },
): Config =>
  parseConfig({
    ...env,
    ...(dataDir === undefined ? {} : { DATA_DIR: dataDir }),
    HOST: '127.0.0.1',
    API_KEYS: `project-${project}`,
    API_KEY_REQUIRED: 'false',
    DEFAULT_PROJECT_KEY: `project-${project}`,
    RATE_LIMIT_RPM: '0',
    LOG_LEVEL: 'silent',
  });

/** Opens what is there, works with it, closes it. */
export async function withStore<T>(config: Config, work: (store: Store) => Promise<T>): Promise<T> {
  if (config.dynamodb === undefined) existingDataFile(config.dataDir);
  const store = await openStore(config, { keepsIndex: false });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
