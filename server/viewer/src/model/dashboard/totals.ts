import type { TimeseriesPoint } from 'llm-tracer/schema';
import { formatPercent } from '../format.ts';

/** What a range comes to. */
export interface RangeTotals {
  readonly cost: number;
  readonly unpriced: number;
  readonly traces: number;
  readonly failed: number;
  /** Spans that failed, also in traces that went well. */
  readonly failedSpans: number;
  readonly tokensInput: number;
  readonly tokensOutput: number;
}

export function rangeTotals(points: readonly TimeseriesPoint[]): RangeTotals {
  const totals = { cost: 0, unpriced: 0, traces: 0, failed: 0, failedSpans: 0, tokensInput: 0, tokensOutput: 0 };
  for (const point of points) {
    totals.cost += point.total_cost;
    totals.unpriced += point.unpriced_count;
    totals.traces += point.trace_count;
    totals.failed += point.trace_error_count;
    totals.failedSpans += point.error_count;
    totals.tokensInput += point.tokens_input;
    totals.tokensOutput += point.tokens_output;
  }
  return totals;
}

/** Calls to models: finished spans that name one, in a series by model. */
export const modelCalls = (points: readonly TimeseriesPoint[]): number =>
  points.reduce(
    (sum, { group, is_rest, span_count }) => sum + (group === undefined && is_rest !== true ? 0 : span_count),
    0,
  );

/** "+12 %" against the period before; "new" where there was nothing, and nothing to say where there is still nothing. */
export function describeChange(now: number, before: number): string {
  if (now === before) return now === 0 ? '' : '±0 %';
  if (before === 0) return 'new';
  const change = (now - before) / before;
  return `${change > 0 ? '+' : ''}${formatPercent(change)}`;
}

/** The period of the same length before a range. */
export const periodBefore = (fromMs: number, toMs: number) => ({
  from: new Date(fromMs - (toMs - fromMs)).toISOString(),
  to: new Date(fromMs).toISOString(),
});

/** The least and the greatest of what was measured; undefined where nothing was. */
export function spreadOf(values: readonly (number | null)[]): { least: number; most: number } | undefined {
  const measured = values.filter((value) => value !== null);
  return measured.length === 0 ? undefined : { least: Math.min(...measured), most: Math.max(...measured) };
}

/** Sums by group, largest first by `order`: what a table of the top of something lists. */
export interface GroupSum {
  readonly group: string;
  readonly traces: number;
  readonly failed: number;
  readonly spans: number;
  readonly tokens: number;
  readonly cost: number;
  readonly unpriced: number;
}

export function groupSums(points: readonly TimeseriesPoint[]): readonly GroupSum[] {
  const sums = new Map<string, { -readonly [Name in keyof GroupSum]: GroupSum[Name] }>();
  for (const point of points) {
    if (point.group === undefined) continue;
    const sum = sums.get(point.group) ?? {
      group: point.group,
      traces: 0,
      failed: 0,
      spans: 0,
      tokens: 0,
      cost: 0,
      unpriced: 0,
    };
    sum.traces += point.trace_count;
    sum.failed += point.trace_error_count;
    sum.spans += point.span_count;
    sum.tokens += point.tokens_input + point.tokens_output;
    sum.cost += point.total_cost;
    sum.unpriced += point.unpriced_count;
    sums.set(point.group, sum);
  }
  return [...sums.values()];
}
