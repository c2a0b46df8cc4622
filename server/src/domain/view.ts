import type { ScoreRecord, SpanRecord, Status, TraceRecord, Truncation } from 'llm-tracer/schema';
import { dollarsOf } from './cost.ts';
import { finishedStatus, parentOf } from './ledger.ts';
import type { Price } from './pricing.ts';
import type { Fields } from './record.ts';
import { durationMs, timeOf } from './time.ts';
import type { Totals } from './totals.ts';

/** The payload fields: what `payloads=false` and lists leave out. */
export const spanPayloadFields: ReadonlySet<string> = new Set(['input_data', 'output_data', 'metadata', 'events']);
export const tracePayloadFields: ReadonlySet<string> = new Set(['input', 'output', 'metadata']);

/** The wire form of a span: merged fields, defaults, what is computed. Without its payloads it has no metadata either. */
export function spanView(
  ids: { readonly project: string; readonly traceId: string; readonly spanId: string },
  fields: Fields,
  price: Price | undefined,
  hasPayloads: boolean,
): SpanRecord {
  const start = fields['start_time'] as string;
  const end = fields['end_time'] as string | undefined;
  const { parent_span_id: _, ...others } = hasPayloads ? fields : withoutPayloads(fields, spanPayloadFields);
  const parent = parentOf(fields);
  return {
    span_id: ids.spanId,
    trace_id: ids.traceId,
    project_id: ids.project,
    span_type: 'other',
    ...(hasPayloads ? { metadata: {} } : {}),
    ...(parent === undefined ? {} : { parent_span_id: parent }),
    ...(others as unknown as Partial<SpanRecord> & Pick<SpanRecord, 'name' | 'start_time'>),
    ...(end === undefined ? {} : { duration_ms: durationMs(start, end) }),
    status: end === undefined ? 'running' : finishedStatus(fields),
    ...costView(fields, price),
    ...truncatedView(fields),
  };
}

const withoutPayloads = (fields: Fields, payloadFields: ReadonlySet<string>): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !payloadFields.has(name)));

function costView(fields: Fields, price: Price | undefined): Partial<SpanRecord> {
  if (fields['cost_usd'] !== undefined)
    return { cost_source: (fields['cost_source'] as SpanRecord['cost_source']) ?? 'reported' };
  return price === undefined ? {} : { cost_usd: price.dollars, cost_source: 'priced', cost_price: price.source };
}

/** What a list or a trace page shows of a trace besides its record's own fields. */
export interface TraceSummary {
  readonly name: string;
  readonly startMicros: number;
  readonly endTime: string | null;
  readonly status: Status;
  readonly totals: Totals;
  readonly scores: TraceRecord['scores'];
}

/** The wire form of a trace. `fields` are those of its record; without payloads it has no metadata either. */
export function traceView(
  ids: { readonly project: string; readonly traceId: string },
  fields: Fields,
  summary: TraceSummary,
  hasPayloads: boolean,
): TraceRecord {
  const { totals, endTime } = summary;
  const startTime = timeOf(summary.startMicros);
  return {
    trace_id: ids.traceId,
    project_id: ids.project,
    tags: [],
    ...(hasPayloads ? { metadata: {} } : {}),
    start_time: startTime,
    ...(endTime === null ? {} : { end_time: endTime }),
    ...(fields as unknown as Partial<TraceRecord>),
    ...(endTime === null ? {} : { duration_ms: durationMs(startTime, endTime) }),
    name: summary.name,
    status: summary.status,
    span_count: totals.spanCount,
    error_count: totals.errorCount,
    tokens_input: totals.tokensInput,
    tokens_output: totals.tokensOutput,
    total_cost: dollarsOf(totals.costNanos),
    unpriced_count: totals.unpricedCount,
    models: [...totals.models],
    scores: summary.scores,
    ...truncatedView(fields),
  };
}

export const scoreView = (traceId: string, scoreId: string, fields: Fields): ScoreRecord => ({
  score_id: scoreId,
  trace_id: traceId,
  source: 'code',
  ...(fields as unknown as Omit<ScoreRecord, 'score_id' | 'trace_id' | 'source'>),
});

/** What limits cut, as one list in order of path. */
function truncatedView(fields: Fields): { truncated?: Truncation[] } {
  if (fields.truncated === undefined) return {};
  const entries = Object.values(fields.truncated).flat();
  const order = (a: Truncation, b: Truncation): number =>
    a.path === b.path ? a.original_bytes - b.original_bytes : a.path < b.path ? -1 : 1;
  return { truncated: entries.sort(order) };
}
