import type { Command } from 'commander';
import { ExportQuery } from 'llm-tracer/schema';
import * as z from 'zod/mini';
import { systemClock } from '../../clock.ts';
import { dollarsOf } from '../../domain/cost.ts';
import { resolveTimeBound } from '../../routes/time-bound.ts';
import type { RepriceReport } from '../../stores/store.ts';
import { addDataDir, folderConfig, withStore } from '../data-folder.ts';
import type { CommandContext } from '../program.ts';
import { counted, Progress } from '../progress.ts';
import { CommandError, exitCodes } from '../terminal.ts';

interface Options {
  readonly dataDir?: string;
  readonly from?: string;
  readonly to?: string;
  readonly project?: string;
  readonly dryRun?: boolean;
}

export function addReprice(program: Command, { terminal, run }: CommandContext): void {
  addDataDir(program.command('reprice'))
    .description(
      'Price what is stored anew, by the prices of today (PRICES_FILE, PROJECT_SETTINGS, the built-in table)',
    )
    .option('--from <time>', 'traces that start at or after: ISO 8601, or so long ago, like -7d')
    .option('--to <time>', 'traces that start before')
    .option('--project <id>', 'only this project')
    .option('--dry-run', 'say what would change, and change nothing')
    .action(
      run(async ({ dataDir, project, dryRun = false, ...bounds }: Options) => {
        const [from, to] = [boundOf('--from', bounds.from), boundOf('--to', bounds.to)];
        const config = folderConfig(terminal, { dataDir });
        const progress = new Progress(terminal);
        return withStore(config, async (store) => {
          const report = await store.reprice({
            project,
            from,
            to,
            isTrial: dryRun,
            onProgress: (soFar) =>
              progress.update(() => `${counted(soFar.traces, 'trace')}, ${counted(soFar.changed, 'price')} changed`),
          });
          progress.end();
          return {
            exitCode: exitCodes.well,
            report: { ...reportOf(report), dry_run: dryRun },
            text: textOf(report, dryRun),
          };
        });
      }),
    );
}

/** A bound as the API takes it: canonical. */
function boundOf(option: string, given: string | undefined): string | undefined {
  const { success, data } = z.safeParse(ExportQuery.shape.from, given);
  if (success) return resolveTimeBound(data, systemClock());
  throw new CommandError(
    exitCodes.asked,
    `${option} must be ISO 8601 with a time zone, or so long ago (-90m, -24h, -7d, -2w), not ${given}.`,
  );
}

const reportOf = (report: RepriceReport) => ({
  traces: report.traces,
  spans: report.spans,
  changed: report.changed,
  gained: report.gained,
  lost: report.lost,
  cost_before: dollarsOf(report.costNanosBefore),
  cost_after: dollarsOf(report.costNanosAfter),
});

function textOf(report: RepriceReport, isTrial: boolean): string {
  const { traces, spans, changed, gained, lost } = report;
  const { cost_before, cost_after } = reportOf(report);
  return [
    `${counted(spans, 'span')} of ${counted(traces, 'trace')} priced anew: ${counted(changed, 'price')} ${isTrial ? 'would change' : 'changed'}.`,
    ...(gained > 0 ? [`  ${counted(gained, 'span')} had none before.`] : []),
    ...(lost > 0 ? [`  ${counted(lost, 'span')} ${isTrial ? 'would have' : 'have'} none any more.`] : []),
    `  Total cost of these traces: $${cost_before} before, $${cost_after} ${isTrial ? 'then' : 'now'}.`,
  ].join('\n');
}
