import type { Command } from 'commander';
import { type Api, folderApi, serverApi } from './api.ts';
import { existingDataFile, folderConfig } from './data-folder.ts';
import type { Terminal } from './terminal.ts';

export interface TargetOptions {
  readonly url?: string;
  readonly key?: string;
  readonly dataDir?: string;
  readonly project?: string;
}

export const addServer = (command: Command): Command =>
  command
    .option('--url <url>', 'the server (default: TRACER_URL, or http://127.0.0.1:8001)')
    .option('--key <key>', 'a key of it (default: TRACER_API_KEY, or API_KEY)');

export const addTarget = (command: Command): Command =>
  addServer(command)
    .option('--data-dir <folder>', 'instead of a server, a folder of data')
    .option('--project <id>', 'with --data-dir: the project', 'dev');

/** The server that options and variables name. */
export function serverOf(
  { url, key }: TargetOptions,
  { env }: Pick<Terminal, 'env'>,
): { url: string; key: string | undefined } {
  return {
    url: url ?? (env['TRACER_URL'] || 'http://127.0.0.1:8001'),
    key: key ?? (env['TRACER_API_KEY'] || env['API_KEY'] || undefined),
  };
}

/** The server or the folder that a command works on. `mayBeNew`: the folder need not hold data yet. */
export async function openTarget(
  options: TargetOptions,
  terminal: Terminal,
  { mayBeNew }: { readonly mayBeNew: boolean },
): Promise<Api> {
  const { dataDir, project } = options;
  if (dataDir === undefined) {
    const { url, key } = serverOf(options, terminal);
    return serverApi(url, key);
  }
  if (!mayBeNew) existingDataFile(dataDir);
  return folderApi(folderConfig(terminal, { dataDir, project }));
}
