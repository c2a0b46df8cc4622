import type { LedgerEntry } from '../../domain/ledger.ts';
import { pricedEntry } from '../../domain/priced-entry.ts';
import type { Price, Pricer } from '../../domain/pricing.ts';
import type { Merged } from '../../domain/record.ts';
import { spanPayloadFields } from '../../domain/view.ts';
import { decodePrice, decodeRecord, encodeEntry, encodePrice, encodeRecord, ledgerColumns } from './codec.ts';
import type { ReadySpan } from './ready-batch.ts';
import type { SegmentReader } from './segments.ts';
import type { Statements } from './statements.ts';

const insertSql = `INSERT INTO spans (trace, project, segment, position, number, price, ${ledgerColumns})
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
const updateSql = `UPDATE spans SET (segment, position, price, ${ledgerColumns}) =
  (NULL, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE trace = ? AND span_id = ?`;

/** Where the content of a span stands: in a segment, or in a record of its own. */
export interface ContentPlace {
  readonly segment: number;
  readonly position: number;
}

export interface StoredSpan {
  readonly trace: number;
  /** Which of the trace's spans it is, in the order in which they came, from 1. */
  readonly number: number;
  readonly place: ContentPlace | undefined;
}

/** Finds the span of this id, whatever trace it is in. */
export function findSpan(sql: Statements, project: number, spanId: string): StoredSpan | undefined {
  const row = sql.get<[trace: number, number: number, segment: number | null, position: number]>(
    'SELECT trace, number, segment, position FROM spans WHERE project = ? AND span_id = ?',
    project,
    spanId,
  );
  if (row === undefined) return undefined;
  const [trace, number, segment, position] = row;
  return { trace, number, place: segment === null ? undefined : { segment, position } };
}

/** The merged record of a stored span, whole. */
export function spanRecord(
  sql: Statements,
  segments: SegmentReader,
  spanId: string,
  { trace, place }: StoredSpan,
): Merged {
  if (place !== undefined) return segments.record(place.segment, place.position);
  const [head, payload] = sql.get<[string, string | null]>(
    'SELECT head, payload FROM span_records WHERE trace = ? AND span_id = ?',
    trace,
    spanId,
  ) as [string, string | null];
  return decodeRecord(head, payload);
}

/** Stores a span that is not there yet; false when its id is taken. */
export function insertSpan(
  sql: Statements,
  row: {
    readonly project: number;
    readonly trace: number;
    readonly place: ContentPlace | undefined;
    readonly number: number;
  },
  span: Pick<ReadySpan, 'entry' | 'price' | 'record'>,
): boolean {
  const { entry } = span;
  const { changes } = sql.run(
    insertSql,
    row.trace,
    row.project,
    row.place?.segment ?? null,
    row.place?.position ?? null,
    row.number,
    encodePrice(span.price),
    ...encodeEntry(entry),
  );
  if (changes === 0) return false;
  if (row.place === undefined) saveRecord(sql, row.trace, entry.spanId, span.record());
  return true;
}

/** Gives a stored span a new content, as a record of its own. */
export function updateSpan(
  sql: Statements,
  row: { readonly trace: number; readonly spanId: string },
  merged: Merged,
  pricer: Pricer,
): LedgerEntry {
  const { entry, price } = pricedEntry(row.spanId, merged, pricer);
  sql.run(updateSql, encodePrice(price), ...encodeEntry(entry), row.trace, row.spanId);
  saveRecord(sql, row.trace, row.spanId, merged);
  return entry;
}

function saveRecord(sql: Statements, trace: number, spanId: string, record: Merged): void {
  const { head, payload } = encodeRecord(record, spanPayloadFields);
  sql.run(
    `INSERT INTO span_records VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET head = excluded.head, payload = excluded.payload`,
    trace,
    spanId,
    head,
    payload,
  );
}

type ContentRow = readonly [
  spanId: string,
  startMicros: number,
  price: string | null,
  costNanos: number | null,
  segment: number | null,
  position: number,
  head: string,
  payload: string | null,
];

/** A span's content as a reader wants it. */
export interface SpanContent {
  readonly spanId: string;
  readonly startMicros: number;
  readonly record: Merged;
  readonly price: Price | undefined;
}

/** Reads spans by a condition on their rows. Without payloads, those in segments still hold theirs. */
export function readContents(
  sql: Statements,
  segments: SegmentReader,
  options: { readonly payloads: boolean; readonly where: string },
  ...values: (string | number)[]
): SpanContent[] {
  const rows = sql.all<ContentRow & unknown[]>(
    `SELECT spans.span_id, start_us, price, cost_nanos, segment, position, head, ${options.payloads ? 'payload' : 'NULL'}
     FROM spans LEFT JOIN span_records
       ON segment IS NULL AND span_records.trace = spans.trace AND span_records.span_id = spans.span_id
     ${options.where}`,
    ...values,
  );
  const contents: SpanContent[] = [];
  // Segment by segment, whatever order is asked for: a reader that keeps few would unpack each again and again.
  const bySegment = Array.from(rows.entries()).sort(([, a], [, b]) => (a[4] ?? 0) - (b[4] ?? 0));
  for (const [index, [spanId, startMicros, price, costNanos, segment, position, head, payload]] of bySegment)
    contents[index] = {
      spanId,
      startMicros,
      record: segment === null ? decodeRecord(head, payload) : segments.record(segment, position),
      price: decodePrice(price, costNanos),
    };
  return contents;
}
