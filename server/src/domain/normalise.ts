import {
  canonicalTime,
  type ScoreUpsert,
  ScoreUpsert as ScoreUpsertSchema,
  type SpanUpsert,
  SpanUpsert as SpanUpsertSchema,
  type TraceUpsert,
  TraceUpsert as TraceUpsertSchema,
  type Truncation,
} from 'llm-tracer/schema';
import { isJsonObject, type JsonObject } from './json.ts';
import { type Fields, type Merged, rankOf, type ScoreChange, type SpanChange, type TraceChange } from './record.ts';

/** How the fields of one kind of record are read. */
interface RecordKind {
  readonly known: ReadonlySet<string>;
  /** Identity, envelope and computed fields: never merged. */
  readonly ignored: ReadonlySet<string>;
  /** Payloads, where null is a value. */
  readonly payloads: ReadonlySet<string>;
  readonly times: ReadonlySet<string>;
  /** Whether unknown fields are kept in metadata. */
  readonly hasMetadata: boolean;
}

const span: RecordKind = {
  known: new Set(Object.keys(SpanUpsertSchema.shape)),
  ignored: new Set(['trace_id', 'span_id', 'project_id', 'rev', 'duration_ms', 'cost_price']),
  payloads: new Set(['input_data', 'output_data']),
  times: new Set(['start_time', 'end_time', 'first_token_time']),
  hasMetadata: true,
};

const trace: RecordKind = {
  known: new Set(Object.keys(TraceUpsertSchema.shape)),
  ignored: new Set([
    'trace_id',
    'project_id',
    'rev',
    'duration_ms',
    'span_count',
    'error_count',
    'tokens_input',
    'tokens_output',
    'total_cost',
    'unpriced_count',
    'models',
    'scores',
  ]),
  payloads: new Set(['input', 'output']),
  times: new Set(['start_time', 'end_time']),
  hasMetadata: true,
};

const score: RecordKind = {
  known: new Set(Object.keys(ScoreUpsertSchema.shape)),
  ignored: new Set(['score_id', 'trace_id', 'rev']),
  payloads: new Set(),
  times: new Set(['created_at']),
  hasMetadata: false,
};

/** A span upsert that its schema has accepted, as the change it makes. `sourceIndex` is its place in the request's body. */
export const spanChange = (upsert: SpanUpsert, sourceIndex?: number): SpanChange => ({
  traceId: upsert.trace_id,
  spanId: upsert.span_id,
  record: recordOf(fieldsOf(span, upsert), upsert.rev),
  ...(sourceIndex === undefined ? {} : { sourceIndex }),
});

/** A trace upsert that its schema has accepted, as the change it makes. */
export const traceChange = (upsert: TraceUpsert): TraceChange => ({
  traceId: upsert.trace_id,
  record: recordOf(fieldsOf(trace, upsert), upsert.rev),
});

/** A score upsert that its schema has accepted, as the change it makes. */
export const scoreChange = (upsert: ScoreUpsert): ScoreChange => ({
  traceId: upsert.trace_id,
  scoreId: upsert.score_id,
  record: { rank: rankOf(false, upsert.rev ?? 0), ranks: {}, fields: fieldsOf(score, upsert) },
});

/** What a `PATCH` of a span or trace says, for the store's compare-and-set. */
export const spanFieldsOf = (body: object): Fields => fieldsOf(span, body);
export const traceFieldsOf = (body: object): Fields => fieldsOf(trace, body);

function recordOf(fields: Fields, rev: number | null | undefined): Merged {
  const isFinished = fields['end_time'] !== undefined;
  const { status, ...others } = fields;
  // On a running record status says nothing; a finished one cannot be running.
  const kept = status === undefined || (isFinished && status !== 'running') ? fields : others;
  return { rank: rankOf(isFinished, rev ?? (isFinished ? 1 : 0)), ranks: {}, fields: kept };
}

function fieldsOf(kind: RecordKind, source: object): Fields {
  const fields: JsonObject = {};
  const unknown: [string, unknown][] = [];
  for (const [key, value] of Object.entries(source)) {
    if (value === undefined || kind.ignored.has(key)) continue;
    if (value === null && !kind.payloads.has(key)) continue;
    if (!kind.known.has(key)) unknown.push([key, value]);
    else if (kind.times.has(key)) fields[key] = canonicalTime(value);
    else if (key === 'events') fields[key] = value.map(withCanonicalTime);
    else fields[key] = value;
  }
  if (unknown.length > 0 && kind.hasMetadata) {
    // fromEntries defines own members, so that a key such as __proto__ stays data. What the client named metadata wins.
    const named = isJsonObject(fields['metadata']) ? Object.entries(fields['metadata']) : [];
    fields['metadata'] = Object.fromEntries([...unknown, ...named]);
  }
  // A cost with the price that it was computed by is what a server made of the record, as an export has it: not a report.
  if (isJsonObject((source as { cost_price?: unknown }).cost_price)) delete fields['cost_usd'];
  if (fields['cost_usd'] === undefined) delete fields['cost_source'];
  if (fields['truncated'] !== undefined) fields['truncated'] = byPayload(kind, fields);
  return fields;
}

const withCanonicalTime = (event: { time: string }) => ({ ...event, time: canonicalTime(event.time) });

/** Puts each entry of `truncated` beside the payload it speaks of, with which it is merged as one. */
function byPayload(kind: RecordKind, fields: JsonObject): Record<string, Truncation[]> {
  const groups: Record<string, Truncation[]> = {};
  for (const entry of fields['truncated'] as Truncation[]) {
    const field = /^[^.[\]]*/.exec(entry.path)?.[0] ?? '';
    const group = kind.payloads.has(field) && field in fields ? field : 'other';
    groups[group] = [...(groups[group] ?? []), entry];
  }
  return groups;
}
