import type { StatsAnswer } from 'llm-tracer/schema';
import { dollarsOf } from '../../domain/cost.ts';
import { microsPerDay } from '../../domain/time.ts';
import { readDropped } from './dropped.ts';
import { readSums } from './sums.ts';
import type { WriteContext } from './write-context.ts';

export async function stats(context: WriteContext, project: string): Promise<StatsAnswer> {
  const moment = context.moment(project);
  const [days, dropped] = await Promise.all([
    readSums(context.database, project),
    readDropped(context, project, moment),
  ]);
  const live = [...days].flatMap(([day, sums]) => (day * microsPerDay > moment.cutoffMicros ? [sums] : []));
  const total = (field: keyof (typeof live)[number]): bigint => live.reduce((sum, sums) => sum + sums[field], 0n);
  return {
    total_traces: Number(total('traces')),
    total_spans: Number(total('spans')),
    total_tokens: Number(total('tokens')),
    total_cost: dollarsOf(total('costNanos')),
    total_errors: Number(total('errors')),
    dropped,
  };
}
