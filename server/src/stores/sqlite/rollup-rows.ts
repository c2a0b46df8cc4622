import type { Rollup } from '../../domain/rollup.ts';
import { stringOf, textOf } from '../storable-text.ts';
import type { Statements } from './statements.ts';

const nanosPerDollar = 1_000_000_000n;

/** Adds signed changes to the project's hourly sums. */
export function addRollups(sql: Statements, project: number, changes: readonly Rollup[]): void {
  for (const { key, sums } of changes)
    sql.run(
      `INSERT INTO rollups VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET
         traces = traces + excluded.traces, spans = spans + excluded.spans, errors = errors + excluded.errors,
         tokens_input = tokens_input + excluded.tokens_input, tokens_output = tokens_output + excluded.tokens_output,
         cost_dollars = cost_dollars + excluded.cost_dollars, cost_nanos = cost_nanos + excluded.cost_nanos`,
      project,
      key.retentionDay,
      key.hour,
      key.spanType,
      textOf(key.model),
      sums.traces,
      sums.spans,
      sums.errors,
      sums.tokensInput,
      sums.tokensOutput,
      sums.costNanos / nanosPerDollar,
      sums.costNanos % nanosPerDollar,
    );
}

type RollupRow = [
  retentionDay: number,
  hour: number,
  spanType: string,
  model: string,
  traces: number,
  spans: number,
  errors: number,
  tokensInput: string,
  tokensOutput: string,
  dollars: string,
  nanos: string,
];

/** The project's hourly sums as they are stored. */
export const storedRollups = (sql: Statements, project: number): Rollup[] =>
  // Sums as text: they may be beyond what a JavaScript number holds.
  sql
    .all<RollupRow>(
      `SELECT retention_day, hour, span_type, model, traces, spans, errors, CAST(tokens_input AS TEXT),
         CAST(tokens_output AS TEXT), CAST(cost_dollars AS TEXT), CAST(cost_nanos AS TEXT)
       FROM rollups WHERE project = ?`,
      project,
    )
    .map(([retentionDay, hour, spanType, model, traces, spans, errors, tokensInput, tokensOutput, dollars, nanos]) => ({
      key: { retentionDay, hour, spanType, model: stringOf(model) },
      sums: {
        traces,
        spans,
        errors,
        tokensInput: BigInt(tokensInput),
        tokensOutput: BigInt(tokensOutput),
        costNanos: nanosOfColumns(BigInt(dollars), BigInt(nanos)),
      },
    }));

/** The two cost columns as one amount. */
export const nanosOfColumns = (dollars: bigint, nanos: bigint): bigint => dollars * nanosPerDollar + nanos;
