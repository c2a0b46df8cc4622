import type { Command } from 'commander';
import { addDataDir, folderConfig, withStore } from '../data-folder.ts';
import type { CommandContext } from '../program.ts';
import { counted, Progress, sized } from '../progress.ts';
import { CommandError, exitCodes } from '../terminal.ts';

export function addPrune(program: Command, { terminal, run }: CommandContext): void {
  addDataDir(program.command('prune'))
    .description('Remove what retention has ended; a serving server does so by itself every hour')
    .option('--retention-days <days>', 'how long traces are kept (RETENTION_DAYS)')
    .action(
      run(
        async ({
          dataDir,
          retentionDays = terminal.env['RETENTION_DAYS'],
        }: {
          dataDir?: string;
          retentionDays?: string;
        }) => {
          // The server may well keep for longer than the default says: what it keeps must not go because a shell lacks a variable.
          if (!retentionDays)
            throw new CommandError(
              exitCodes.asked,
              'prune removes for good. Say how long traces are kept: set RETENTION_DAYS as the server has it, or --retention-days.',
            );
          const env = { ...terminal.env, RETENTION_DAYS: retentionDays };
          const config = folderConfig({ env }, { dataDir });
          const progress = new Progress(terminal);
          return withStore(config, async (store) => {
            progress.say(`Pruning ${config.dataDir}`);
            const before = await store.measure();
            const pruned = await store.prune();
            const after = await store.measure();
            progress.end();
            return {
              exitCode: exitCodes.well,
              report: { pruned, bytes_before: before.bytes, bytes_after: after.bytes },
              text: `${counted(pruned, 'expired trace')} removed; the data takes ${sized(after.bytes)}.`,
            };
          });
        },
      ),
    );
}
