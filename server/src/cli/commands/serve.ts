import type { Command } from 'commander';
import { serve } from '../../serve.ts';
import type { CommandContext } from '../program.ts';

export function addServe(program: Command, { terminal }: CommandContext): void {
  program
    .command('serve')
    .description('Serve until stopped; everything is set by variables (docs/reference/configuration.md)')
    .option('--host <address>', 'address to listen on (HOST)')
    .option('--port <number>', 'port to listen on; 0 takes a free one (PORT)')
    .option('--data-dir <folder>', 'folder of the data (DATA_DIR)')
    .action(({ host, port, dataDir }: { host?: string; port?: string; dataDir?: string }) =>
      serve({ ...terminal.env, ...given({ HOST: host, PORT: port, DATA_DIR: dataDir }) }),
    );
}

const given = (options: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(options).filter((entry): entry is [string, string] => entry[1] !== undefined));
