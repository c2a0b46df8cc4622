import type { StatsAnswer } from 'llm-tracer/schema';
import { dollarsOf } from '../../domain/cost.ts';
import { microsPerDay } from '../../domain/time.ts';
import { stringOf } from '../storable-text.ts';
import type { ReadContext } from './read-context.ts';
import { nanosOfColumns } from './rollup-rows.ts';

type StatsRow = [traces: string, spans: string, errors: string, tokens: string, dollars: string, nanos: string];

export function stats({ sql, project, cutoffMicros }: ReadContext): StatsAnswer {
  // As text: a sum may be beyond what a JavaScript number holds.
  const row = sql.get<StatsRow>(
    `SELECT CAST(coalesce(sum(traces), 0) AS TEXT), CAST(coalesce(sum(spans), 0) AS TEXT), CAST(coalesce(sum(errors), 0) AS TEXT),
       CAST(coalesce(sum(tokens_input + tokens_output), 0) AS TEXT),
       CAST(coalesce(sum(cost_dollars), 0) AS TEXT), CAST(coalesce(sum(cost_nanos), 0) AS TEXT)
     FROM rollups WHERE project = ? AND retention_day > ?`,
    project.id,
    cutoffMicros / microsPerDay,
  ) as StatsRow;
  const [traces, spans, errors, tokens, dollars, nanos] = row;
  const dropped = sql.all<[string, number]>(
    'SELECT reason, sum(count) FROM dropped WHERE project = ? AND received_us > ? GROUP BY reason ORDER BY reason',
    project.id,
    cutoffMicros,
  );
  return {
    total_traces: Number(traces),
    total_spans: Number(spans),
    total_tokens: Number(tokens),
    total_cost: dollarsOf(nanosOfColumns(BigInt(dollars), BigInt(nanos))),
    total_errors: Number(errors),
    dropped: Object.fromEntries(dropped.map(([reason, count]) => [stringOf(reason), count])),
  };
}

/** What a project that has never written reads. */
export const emptyStats = (): StatsAnswer => ({
  total_traces: 0,
  total_spans: 0,
  total_tokens: 0,
  total_cost: 0,
  total_errors: 0,
  dropped: {},
});
