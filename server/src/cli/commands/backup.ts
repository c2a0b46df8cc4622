import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { backupFile } from '../../stores/sqlite/backup.ts';
import { addDataDir, existingDataFile, folderConfig } from '../data-folder.ts';
import type { CommandContext } from '../program.ts';
import { Progress, sized } from '../progress.ts';
import { CommandError, exitCodes } from '../terminal.ts';

export function addBackup(program: Command, { terminal, run }: CommandContext): void {
  addDataDir(program.command('backup'))
    .description('Copy the data as it stands now into a file, while the server goes on serving')
    .argument('<file>', 'the file to make')
    .option('--force', 'replace a file that is there')
    .action(
      run(async (file: string, { dataDir, force = false }: { dataDir?: string; force?: boolean }) => {
        const config = folderConfig(terminal, { dataDir });
        const source = existingDataFile(config.dataDir);
        const target = resolve(file);
        if (target === resolve(source)) throw new CommandError(exitCodes.asked, 'That is the data itself.');
        if (existsSync(target) && !force)
          throw new CommandError(exitCodes.undone, `${file} is there already; --force replaces it.`);

        const progress = new Progress(terminal);
        const start = performance.now();
        const bytes = await backupFile(source, target, (copied, total) =>
          progress.update(() => `${sized(copied)} of ${sized(total)} copied`),
        );
        progress.end();
        const seconds = (performance.now() - start) / 1000;
        return {
          exitCode: exitCodes.well,
          report: { file: target, bytes, seconds },
          text: `${file}: ${sized(bytes)}, copied and checked in ${seconds.toFixed(1)} s.`,
        };
      }),
    );
}
