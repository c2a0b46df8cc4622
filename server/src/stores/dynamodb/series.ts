import type { CountsBucket } from '../../domain/buckets.ts';
import { largestGroups, Series, type SeriesGrouping, type SeriesQuery, type SeriesTrace } from '../../domain/series.ts';
import { timeOf } from '../../domain/time.ts';
import { TraceCounts } from '../../domain/trace-counts.ts';
import type { SeriesAnswer, TraceCountsAnswer, TraceFilter } from '../store.ts';
import { chunks } from './concurrency.ts';
import type { ReadContext } from './read-context.ts';
import { durationOf, tagsOf } from './trace-filter.ts';
import { Budget, type SeenTrace, walk } from './walk.ts';

/**
 * The series over the traces that the filter takes: from their heads, which hold the ledgers. Of what one call may not read any
 * more the answer says until where it has come.
 */
export async function timeseries(
  context: ReadContext,
  project: string,
  filter: TraceFilter,
  query: SeriesQuery,
): Promise<SeriesAnswer | 'too long'> {
  const budget = new Budget(context.scanLimit);
  const traces: SeenTrace[] = [];
  for await (const trace of walk(context, project, { filter, expected: 1_000 }, budget)) traces.push(trace);

  const series = new Series(query, toldApart(traces, query.groupBy));
  for (const part of chunks(traces, 50)) {
    for (const trace of await Promise.all(part.map((seen) => seriesTrace(context, project, seen, query.groupBy))))
      series.add(trace);
    if (series.isTooLong) return 'too long';
  }
  return { points: series.points(), ...scannedOf(budget) };
}

/** How many traces the filter takes, by bucket: from their heads alone. */
export async function countTraces(
  context: ReadContext,
  project: string,
  filter: TraceFilter,
  bucket: CountsBucket,
): Promise<TraceCountsAnswer | 'too long'> {
  const budget = new Budget(context.scanLimit);
  const counts = new TraceCounts(bucket);
  for await (const { summary } of walk(context, project, { filter, expected: 1_000 }, budget)) {
    counts.add(summary.startMicros, summary.status);
    if (counts.isTooLong) return 'too long';
  }
  return { points: counts.points(), ...scannedOf(budget) };
}

const scannedOf = ({ stoppedAt }: Budget) => (stoppedAt === undefined ? {} : { scannedUntil: timeOf(stoppedAt[0]) });

/** The groups that a trace counts in, where the series is by a trait of traces, or that its spans may count in. */
const groupsOf: Readonly<Record<SeriesGrouping, ((trace: SeenTrace) => readonly string[]) | undefined>> = {
  name: ({ summary }) => [summary.name],
  user: ({ fields }) => (fields['user_id'] === undefined ? [] : [fields['user_id'] as string]),
  tag: ({ fields }) => tagsOf(fields),
  model: ({ summary }) => summary.totals.models,
  // The types are few.
  span_type: undefined,
};

/** The groups to tell apart; undefined where all are. */
function toldApart(traces: readonly SeenTrace[], groupBy: SeriesGrouping | undefined): ReadonlySet<string> | undefined {
  const groups = groupBy && groupsOf[groupBy];
  if (groups === undefined) return undefined;
  const counts = new Map<string, number>();
  for (const trace of traces) for (const group of groups(trace)) counts.set(group, (counts.get(group) ?? 0) + 1);
  return largestGroups(counts);
}

async function seriesTrace(
  context: ReadContext,
  project: string,
  seen: SeenTrace,
  groupBy: SeriesGrouping | undefined,
): Promise<SeriesTrace> {
  const { slots } = await context.heads.whole(project, seen.head);
  return {
    startMicros: seen.summary.startMicros,
    durationMs: durationOf(seen.summary),
    status: seen.summary.status,
    groups: (groupBy && groupsOf[groupBy]?.(seen)) ?? [],
    entries: Array.from(slots.values(), ({ entry }) => entry),
  };
}
