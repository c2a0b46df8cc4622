import { canonicalTime, ScoreRecord, SpanUpsert, TraceUpsert } from 'llm-tracer/schema';
import type * as z from 'zod/mini';
import type { Fields } from '../../../../src/domain/record.ts';

/** A record of a file, by its own names. */
export type FileRecord =
  | { readonly kind: 'trace'; readonly traceId: string; readonly isDerived: boolean; readonly fields: Fields }
  | { readonly kind: 'span'; readonly traceId: string; readonly spanId: string; readonly fields: Fields }
  | { readonly kind: 'score'; readonly traceId: string; readonly score: ScoreRecord };

export type ReadRecord = FileRecord | { readonly kind: 'end' } | { readonly kind: 'fault'; readonly detail: string };

/** What is computed or says whose a record is: it is computed anew. */
const leftOut = new Set([
  'kind',
  'rev',
  'is_derived',
  'trace_id',
  'span_id',
  'project_id',
  'duration_ms',
  'span_count',
  'error_count',
  'total_cost',
  'unpriced_count',
  'models',
  'scores',
]);

/** A line of an export as a record, or what is wrong with it. Each line is held to the schema that the server holds it to. */
export function readRecord(value: unknown): ReadRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { kind: 'fault', detail: 'it is no record' };
  const record = value as Readonly<Record<string, unknown>>;
  switch (record['kind']) {
    case 'end':
      return { kind: 'end' };
    case 'trace': {
      const fault = faultOf(TraceUpsert, record);
      if (fault !== undefined) return { kind: 'fault', detail: fault };
      const { tokens_input: _, tokens_output: __, ...own } = record;
      return {
        kind: 'trace',
        traceId: String(record['trace_id']),
        isDerived: record['is_derived'] === true,
        fields: fieldsOf(own),
      };
    }
    case 'span': {
      const fault = faultOf(SpanUpsert, record);
      if (fault !== undefined) return { kind: 'fault', detail: fault };
      return {
        kind: 'span',
        traceId: String(record['trace_id']),
        spanId: String(record['span_id']),
        fields: fieldsOf(record),
      };
    }
    case 'score': {
      const score = ScoreRecord.safeParse({ source: 'code', ...record });
      if (!score.success) return { kind: 'fault', detail: sentenceOf(score.error) };
      return { kind: 'score', traceId: score.data.trace_id, score: score.data };
    }
    default:
      return { kind: 'fault', detail: 'its kind is not trace, span or score' };
  }
}

const faultOf = (schema: z.ZodMiniType, record: unknown): string | undefined => {
  const read = schema.safeParse(record);
  return read.success ? undefined : sentenceOf(read.error);
};

function sentenceOf({ issues: [issue] }: { readonly issues: readonly z.core.$ZodIssue[] }): string {
  const path = issue?.path.join('.') ?? '';
  return path === '' ? (issue?.message ?? 'it is no record') : `${path}: ${issue?.message}`;
}

const times = new Set(['start_time', 'end_time', 'first_token_time']);

/** The fields as the server keeps them: times in their one form, what is null absent but for payloads. */
export function fieldsOf(record: Readonly<Record<string, unknown>>): Fields {
  const pairs = Object.entries(record).flatMap(([name, value]): [string, unknown][] => {
    if (leftOut.has(name)) return [];
    if (value === null && !payloadNames.has(name)) return [];
    if (times.has(name)) return [[name, canonicalTime(String(value))]];
    // The one list is kept as the server keeps it: by the payload it goes with, here all together.
    if (name === 'truncated') return [[name, { other: value }]];
    return [[name, value]];
  });
  return Object.fromEntries(pairs) as Fields;
}

const payloadNames = new Set(['input', 'output', 'input_data', 'output_data']);
