import type { Command } from 'commander';
import { addDataDir, folderConfig, withStore } from '../data-folder.ts';
import type { CommandContext } from '../program.ts';
import { counted, Progress } from '../progress.ts';
import { exitCodes } from '../terminal.ts';

const mostShown = 20;

export function addRecount(program: Command, { terminal, run }: CommandContext): void {
  addDataDir(program.command('recount'))
    .description('Say whether the stored totals equal the spans they are of; exits with 1 where they do not')
    .option('--repair', 'set them right')
    .action(
      run(async ({ dataDir, repair = false }: { dataDir?: string; repair?: boolean }) => {
        const config = folderConfig(terminal, { dataDir });
        const progress = new Progress(terminal);
        return withStore(config, async (store) => {
          progress.say(`Recounting ${config.dataDir}: ${counted((await store.measure()).spans, 'finished span')}`);
          const report = await store.recount({ repair });
          progress.end();
          const { differences } = report;
          return {
            exitCode: differences.length === 0 || repair ? exitCodes.well : exitCodes.unwell,
            report: { ...report, repaired: repair && differences.length > 0 },
            text: [
              `${counted(report.traces, 'trace')} and ${counted(report.spans, 'span')} recounted: ${verdict(differences.length, repair)}`,
              ...differences.slice(0, mostShown).map((difference) => `  ${difference}`),
              ...(differences.length > mostShown
                ? [`  and ${differences.length - mostShown} more; --json has all`]
                : []),
            ].join('\n'),
          };
        });
      }),
    );
}

function verdict(differences: number, isRepaired: boolean): string {
  if (differences === 0) return 'all totals are right.';
  return `${counted(differences, 'difference')}${isRepaired ? ', repaired.' : '. --repair sets them right.'}`;
}
