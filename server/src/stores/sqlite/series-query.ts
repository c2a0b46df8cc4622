import type { Status } from 'llm-tracer/schema';
import type { LedgerEntry } from '../../domain/ledger.ts';
import { largestGroups, Series, type SeriesGrouping, type SeriesQuery, type SeriesTrace } from '../../domain/series.ts';
import { stringOf } from '../storable-text.ts';
import type { SeriesAnswer, TraceFilter } from '../store.ts';
import { decodeEntry, type LedgerRow, ledgerColumns } from './codec.ts';
import { type ReadContext, throwIfAbandoned } from './read-context.ts';
import { type Conditions, conditionsOf } from './trace-conditions.ts';

/** The series over the traces that the filter takes: one pass over their ledgers, whatever their number in constant memory. */
export function timeseries(context: ReadContext, filter: TraceFilter, query: SeriesQuery): SeriesAnswer | 'too long' {
  const conditions = conditionsOf(context, filter);
  const series = new Series(query, toldApart(context, conditions, query.groupBy));
  for (const trace of ledgers(context, conditions, query.groupBy)) {
    throwIfAbandoned(context);
    series.add(trace);
    if (series.isTooLong) return 'too long';
  }
  return { points: series.points() };
}

/** Where a row of `traces` says which groups it, or a span of it, is in: a text or a JSON array of them. */
const groupColumns: Readonly<Record<SeriesGrouping, { readonly sql: string; readonly isList: boolean } | undefined>> = {
  name: { sql: 'name', isList: false },
  user: { sql: 'user_id', isList: false },
  tag: { sql: "json_extract(record, '$.f.tags')", isList: true },
  model: { sql: "json_extract(summary, '$.totals.models')", isList: true },
  // The types are few.
  span_type: undefined,
};

/** The groups to tell apart; undefined where all are. */
function toldApart(
  { sql }: ReadContext,
  conditions: Conditions,
  groupBy: SeriesGrouping | undefined,
): ReadonlySet<string> | undefined {
  const column = groupBy && groupColumns[groupBy];
  if (column === undefined) return undefined;
  const counts = new Map<string, number>();
  for (const [text, count] of sql.iterate<[string | null, number]>(
    `SELECT ${column.sql}, count(*) FROM traces WHERE ${conditions.sql} GROUP BY 1`,
    ...conditions.values,
  ))
    for (const group of groupsOf(text, column.isList)) counts.set(group, (counts.get(group) ?? 0) + count);
  return largestGroups(counts);
}

function groupsOf(text: string | null, isList: boolean): string[] {
  if (text === null) return [];
  return isList ? (JSON.parse(text) as string[]) : [stringOf(text)];
}

type SeriesRow = readonly [
  trace: number,
  startMicros: number,
  durationMs: number | null,
  status: Status,
  group: string | null,
  ...LedgerRow,
];

function* ledgers(
  { sql }: ReadContext,
  conditions: Conditions,
  groupBy: SeriesGrouping | undefined,
): Generator<SeriesTrace> {
  const column = groupBy && groupColumns[groupBy];
  // The left join keeps the spans of a trace together, and a trace without spans.
  const rows = sql.iterate<SeriesRow>(
    `SELECT seen.*, ${ledgerColumns}
     FROM (SELECT id, start_us AS trace_start_us, duration_ms, status, ${column?.sql ?? 'NULL'} AS grouped
           FROM traces WHERE ${conditions.sql}) AS seen
     LEFT JOIN spans ON spans.trace = seen.id`,
    ...conditions.values,
  );
  let current: { readonly id: number; readonly trace: SeriesTrace; readonly entries: LedgerEntry[] } | undefined;
  for (const [id, startMicros, durationMs, status, group, ...ledger] of rows) {
    if (current?.id !== id) {
      if (current !== undefined) yield current.trace;
      const entries: LedgerEntry[] = [];
      const groups = column === undefined ? [] : groupsOf(group, column.isList);
      current = { id, entries, trace: { startMicros, durationMs, status, groups, entries } };
    }
    if (ledger[0] !== null) current.entries.push(decodeEntry(ledger));
  }
  if (current !== undefined) yield current.trace;
}
