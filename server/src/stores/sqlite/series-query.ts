import type { Status } from 'llm-tracer/schema';
import type { LedgerEntry } from '../../domain/ledger.ts';
import { largestGroups, Series, type SeriesGrouping, type SeriesQuery, type SeriesTrace } from '../../domain/series.ts';
import { stringOf } from '../storable-text.ts';
import type { SeriesAnswer, TraceFilter } from '../store.ts';
import { decodeEntry, type LedgerRow, ledgerColumns } from './codec.ts';
import { type ReadContext, throwIfAbandoned } from './read-context.ts';
import type { Statements } from './statements.ts';
import { type Conditions, conditionsOf } from './trace-conditions.ts';
import { ledgerOf } from './trace-rows.ts';

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
];

// Rows that come many at once cost two thirds of what they cost one by one.
const tracesAtOnce = 100;
const mostSpansAtOnce = 5_000;

function* ledgers(
  { sql }: ReadContext,
  conditions: Conditions,
  groupBy: SeriesGrouping | undefined,
): Generator<SeriesTrace> {
  const column = groupBy && groupColumns[groupBy];
  const rows = sql.iterate<SeriesRow>(
    `SELECT id, start_us, duration_ms, status, ${column?.sql ?? 'NULL'} FROM traces WHERE ${conditions.sql}`,
    ...conditions.values,
  );
  for (const part of parts(rows, tracesAtOnce)) {
    const read = entriesOf(
      sql,
      part.map(([id]) => id),
    );
    for (const [id, startMicros, durationMs, status, group] of part) {
      const groups = column === undefined ? [] : groupsOf(group, column.isList);
      yield { startMicros, durationMs, status, groups, entries: read(id) };
    }
  }
}

function* parts<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let part: T[] = [];
  for (const item of items) {
    part.push(item);
    if (part.length < size) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}

/** The ledgers of traces: read together, or where they are large each when it is asked for. */
function entriesOf(sql: Statements, traces: readonly number[]): (trace: number) => readonly LedgerEntry[] {
  const rows = sql.all<[...LedgerRow, trace: number]>(
    `SELECT ${ledgerColumns}, trace FROM spans WHERE trace IN (SELECT value FROM json_each(?)) LIMIT ${mostSpansAtOnce}`,
    JSON.stringify(traces),
  );
  if (rows.length === mostSpansAtOnce) return (trace) => ledgerOf(sql, trace);
  const entries = new Map<number, LedgerEntry[]>();
  for (const row of rows) {
    const [trace, entry] = [row[12], decodeEntry(row)];
    const known = entries.get(trace);
    if (known === undefined) entries.set(trace, [entry]);
    else known.push(entry);
  }
  return (trace) => entries.get(trace) ?? [];
}
