import { nanosOf } from '../../domain/cost.ts';
import type { LedgerEntry } from '../../domain/ledger.ts';
import { type Price, priceOf } from '../../domain/pricing.ts';
import type { Fields } from '../../domain/record.ts';
import { RollupSheet } from '../../domain/rollup.ts';
import { microsOf } from '../../domain/time.ts';
import type { RepriceCount, RepricedSpan } from '../reprice-count.ts';
import type { RepriceRequest } from '../store.ts';
import { decodePrice, decodeRecord, decodeSummary, encodePrice } from './codec.ts';
import { addRollups } from './rollup-rows.ts';
import { SegmentReader } from './segments.ts';
import type { Statements } from './statements.ts';
import { ledgerOf, loadTrace, rowState, saveTrace, versionOf } from './trace-rows.ts';
import type { WriteContext } from './write-context.ts';

type Context = Pick<WriteContext, 'sql' | 'project' | 'cutoffMicros' | 'pricer'>;
/** Runs a write of its own, in its turn. */
type Write = <T>(work: (context: WriteContext) => T) => Promise<T>;

const tracesAtOnce = 100;
// Reading as many, or writing them, takes some 10 ms, and nobody else gets a turn meanwhile.
const spansAtOnce = 500;

/**
 * Prices the traces of a project anew. Prices are worked out from snapshots, outside of any write, since mostly few of them
 * differ; the write that changes a span prices it once more where its content has changed since.
 */
export async function repriceProject(
  context: Context,
  request: RepriceRequest,
  count: RepriceCount,
  write: Write,
): Promise<void> {
  const { isTrial } = request;
  for (
    let page: Page | undefined = pageOf(context, request);
    page !== undefined;
    page = pageOf(context, request, page.end)
  ) {
    await aTurn();
    // Together, so that they share a sync of the disk.
    await Promise.all(
      page.traces.map(async ({ trace, spanIds, changes = changesByAndBy(context, trace.id, spanIds) }) => {
        const changed = await changes;
        const costNanosAfter = isTrial
          ? costWith(context.sql, trace, changed)
          : await repriceTrace(write, trace, [...changed]);
        count.add({
          spans: spanIds.length,
          changes: changed.values(),
          costNanosBefore: trace.costNanos,
          costNanosAfter,
        });
      }),
    );
  }
}

interface Page {
  readonly traces: readonly FoundTrace[];
  readonly end: Position;
}

interface FoundTrace {
  readonly trace: TraceHead;
  /** The spans that are priced, in the order of where their contents stand. */
  readonly spanIds: readonly string[];
  /** Which of them would be priced otherwise now; of a large trace not yet worked out. */
  readonly changes?: Changes;
}

type Position = readonly [startMicros: number, traceId: string];
type Changes = ReadonlyMap<string, Change>;

interface Change extends RepricedSpan {
  /** What the new price was worked out from: another content is another text. */
  readonly basis: string;
}

interface TraceHead {
  readonly id: number;
  readonly traceId: string;
  readonly retentionMicros: number;
  readonly record: string | null;
  readonly costNanos: bigint;
}

type TraceRow = [
  startMicros: number,
  traceId: string,
  id: number,
  retentionMicros: number,
  summary: string,
  record: string | null,
];

/** The next traces of the range, oldest first; undefined when there are no more. */
function pageOf(context: Context, { from, to }: RepriceRequest, after?: Position): Page | undefined {
  const { sql, project, cutoffMicros } = context;
  const first: Position = [from === undefined ? Number.MIN_SAFE_INTEGER : microsOf(from), ''];
  return snapshot(sql, () => {
    const rows = sql.all<TraceRow>(
      `SELECT start_us, trace_id, id, retention_us, summary, record FROM traces
       WHERE project = ? AND state = 0 AND (start_us, trace_id) > (?, ?) AND start_us < ? AND retention_us > ?
       ORDER BY start_us, trace_id LIMIT ${tracesAtOnce}`,
      project,
      ...(after ?? first),
      to === undefined ? Number.MAX_SAFE_INTEGER : microsOf(to),
      cutoffMicros,
    );
    // Neighbouring traces came in the same bodies.
    const segments = new SegmentReader(sql);
    const traces: FoundTrace[] = [];
    let [end, spans]: [Position | undefined, number] = [undefined, 0];
    for (const [start, traceId, id, retentionMicros, summary, record] of rows) {
      if (spans >= spansAtOnce) break;
      const trace = { id, traceId, retentionMicros, record, costNanos: decodeSummary(summary).totals.costNanos };
      const spanIds = pricedSpans(sql, id);
      if (spanIds.length > spansAtOnce) traces.push({ trace, spanIds });
      else {
        traces.push({ trace, spanIds, changes: changesOf(context, segments, id, spanIds) });
        spans += spanIds.length;
      }
      end = [start, traceId];
    }
    return end && { traces, end };
  });
}

/** Finished, and without a reported cost. */
const isPriced = 'end_time IS NOT NULL AND (cost_nanos IS NULL OR price IS NOT NULL)';

const pricedSpans = (sql: Statements, trace: number): string[] =>
  // Segment by segment, so that each is unpacked once.
  sql
    .all<[string]>(`SELECT span_id FROM spans WHERE trace = ? AND ${isPriced} ORDER BY segment, position`, trace)
    .map(([spanId]) => spanId);

/** Which of these spans, if they are still there, would be priced otherwise now. */
function changesOf(
  { sql, pricer }: Context,
  segments: SegmentReader,
  trace: number,
  spanIds: readonly string[],
): Changes {
  const changes = new Map<string, Change>();
  for (const spanId of spanIds) {
    const span = readSpan(sql, trace, spanId);
    if (span === undefined) continue;
    const after = priceOf(span.fields(segments), pricer);
    if (!isSame(span.price, after)) changes.set(spanId, { before: span.price, after, basis: span.basis });
  }
  return changes;
}

/** The same of a large trace, whose contents do not fit in memory together, with turns between. */
async function changesByAndBy(context: Context, trace: number, spanIds: readonly string[]): Promise<Changes> {
  const changes = new Map<string, Change>();
  for (const slice of slicesOf(spanIds)) {
    const found = snapshot(context.sql, () => changesOf(context, new SegmentReader(context.sql), trace, slice));
    for (const [spanId, change] of found) changes.set(spanId, change);
    await aTurn();
  }
  return changes;
}

/** What the trace would cost with these prices. */
function costWith(sql: Statements, trace: TraceHead, changes: Changes): bigint {
  if (changes.size === 0) return trace.costNanos;
  const record = trace.record === null ? undefined : decodeRecord(trace.record, null);
  const entries = ledgerOf(sql, trace.id).map((entry) => {
    const change = changes.get(entry.spanId);
    return change === undefined ? entry : withPrice(entry, change.after);
  });
  return versionOf(record, entries, trace.retentionMicros)?.state.totals.costNanos ?? trace.costNanos;
}

/** Prices spans of a trace anew, a write for so many; resolves with what the trace then costs. */
async function repriceTrace(write: Write, trace: TraceHead, changes: readonly [string, Change][]): Promise<bigint> {
  let cost = trace.costNanos;
  for (const slice of slicesOf(changes))
    cost = (await write((context) => repriceSpans(context, trace.traceId, slice))) ?? cost;
  return cost;
}

/** Undefined when the trace has gone meanwhile. */
function repriceSpans(
  context: WriteContext,
  traceId: string,
  changes: readonly [string, Change][],
): bigint | undefined {
  const { sql, project, pricer, ledgers, changed } = context;
  const loaded = loadTrace(context, traceId);
  if (loaded?.version === undefined || loaded.state !== rowState.live) return undefined;

  const segments = new SegmentReader(sql);
  const { id, entries, record, version: before } = loaded;
  for (const [spanId, change] of changes) {
    const entry = entries.get(spanId);
    const span = entry && readSpan(sql, id, spanId);
    // It went, or its cost was reported meanwhile.
    if (entry === undefined || span === undefined) continue;
    const price = span.basis === change.basis ? change.after : priceOf(span.fields(segments), pricer);
    const repriced = withPrice(entry, price);
    sql.run(
      'UPDATE spans SET price = ?, cost_nanos = ? WHERE trace = ? AND span_id = ?',
      encodePrice(price),
      repriced.costNanos,
      id,
      spanId,
    );
    entries.set(spanId, repriced);
  }

  const after = versionOf(record, [...entries.values()], loaded.retentionMicros);
  if (after === undefined) return undefined;
  const sheet = new RollupSheet();
  saveTrace(sql, { id, project, traceId, hasPayload: false, segment: undefined }, before, after, sheet);
  addRollups(sql, project, sheet.changes());
  ledgers.set(id, { entries, version: { ...after, record: undefined } });
  changed.add(traceId);
  return after.state.totals.costNanos;
}

interface PricedSpan {
  readonly price: Price | undefined;
  readonly basis: string;
  /** Without payloads where that is cheaper: a pricer does not look at them. */
  fields(segments: SegmentReader): Fields;
}

type SpanRow = [price: string | null, costNanos: number | null, segment: number | null, position: number, head: string];

/** A span that is priced, if it is one. */
function readSpan(sql: Statements, trace: number, spanId: string): PricedSpan | undefined {
  const row = sql.get<SpanRow>(
    `SELECT price, cost_nanos, segment, position, head FROM spans LEFT JOIN span_records
       ON segment IS NULL AND span_records.trace = spans.trace AND span_records.span_id = spans.span_id
     WHERE spans.trace = ? AND spans.span_id = ? AND ${isPriced}`,
    trace,
    spanId,
  );
  if (row === undefined) return undefined;
  const [price, costNanos, segment, position, head] = row;
  return {
    price: decodePrice(price, costNanos),
    // What stands in a segment never changes: a span that does gets a record of its own.
    basis: segment === null ? head : `${segment}:${position}`,
    fields: (segments) => (segment === null ? decodeRecord(head, null) : segments.record(segment, position)).fields,
  };
}

const withPrice = (entry: LedgerEntry, price: Price | undefined): LedgerEntry => ({
  ...entry,
  costNanos: price === undefined ? null : nanosOf(price.dollars),
});

const isSame = (a: Price | undefined, b: Price | undefined): boolean =>
  encodePrice(a) === encodePrice(b) &&
  (a === undefined || b === undefined || nanosOf(a.dollars) === nanosOf(b.dollars));

/** Reads of one moment, though another process removes meanwhile what they are about to read. */
function snapshot<T>(sql: Statements, read: () => T): T {
  sql.run('BEGIN');
  try {
    return read();
  } finally {
    sql.run('COMMIT');
  }
}

function* slicesOf<T>(items: readonly T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += spansAtOnce) yield items.slice(start, start + spansAtOnce);
}

const aTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
