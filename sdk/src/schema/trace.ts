import * as z from 'zod/mini';
import { absentable, Json, JsonObject, Label, Name, Revision, Status, Tags, Text, Truncation } from './fields.ts';
import { Id } from './ids.ts';
import { ScoreRecord, ScoreValue } from './score.ts';
import { SpanRecord } from './span.ts';
import { Time } from './time.ts';

/** The fields that a trace record may carry besides its identity. */
const traceFields = {
  end_time: absentable(Time),
  status: absentable(Status),
  error: absentable(Text),
  error_type: absentable(Label),
  error_stack: absentable(Text),
  input: z.optional(Json),
  output: z.optional(Json),
  metadata: absentable(JsonObject),
  tags: absentable(Tags),
  user_id: absentable(Label),
  session_id: absentable(Label),
  environment: absentable(Label),
  release: absentable(Label),
  service_name: absentable(Label),
  truncated: absentable(z.array(Truncation).check(z.maxLength(1_000))),
  rev: absentable(Revision),
} as const;

/** What is known of a trace so far, as a client sends it. Sent again with more, it is merged field by field. */
export const TraceUpsert = z.object({ trace_id: Id, name: Name, start_time: Time, ...traceFields });
export type TraceUpsert = z.infer<typeof TraceUpsert>;

/** A trace as it is read: merged, with its computed totals. */
export const TraceRecord = z.object({
  trace_id: Id,
  project_id: z.string(),
  name: z.string(),
  start_time: Time,
  end_time: z.optional(Time),
  duration_ms: z.optional(z.number().check(z.gte(0))),
  status: Status,
  error: z.optional(z.string()),
  error_type: z.optional(z.string()),
  error_stack: z.optional(z.string()),
  input: z.optional(Json),
  output: z.optional(Json),
  metadata: z.optional(JsonObject),
  tags: z.array(z.string()),
  user_id: z.optional(z.string()),
  session_id: z.optional(z.string()),
  environment: z.optional(z.string()),
  release: z.optional(z.string()),
  service_name: z.optional(z.string()),
  truncated: z.optional(z.array(Truncation)),
  span_count: z.int(),
  error_count: z.int(),
  tokens_input: z.number(),
  tokens_output: z.number(),
  /** US dollars over the spans whose cost is known. */
  total_cost: z.number(),
  /** Model calls with tokens but no known cost: where it is not 0, `total_cost` is a lower bound. */
  unpriced_count: z.int(),
  models: z.array(z.string()),
  scores: z.array(z.object({ name: z.string(), value: ScoreValue })),
});
export type TraceRecord = z.infer<typeof TraceRecord>;

/** Body of `POST /api/traces`. The server makes id and start time where they are absent. */
export const CreateTraceBody = z.object({
  ...traceFields,
  name: Name,
  project_id: absentable(z.string()),
  trace_id: absentable(Id),
  start_time: absentable(Time),
});
export type CreateTraceBody = z.infer<typeof CreateTraceBody>;
export const CreateTraceAnswer = z.object({ trace_id: Id, status: z.literal('created') });

/** Body of `PATCH /api/traces/{trace_id}/complete`: what became known at the end. Any trace field is accepted. */
export const CompleteTraceBody = z.object({ ...traceFields, name: absentable(Name), start_time: absentable(Time) });
export type CompleteTraceBody = z.infer<typeof CompleteTraceBody>;
export const CompleteTraceAnswer = z.object({ trace_id: Id, status: z.literal('completed') });

/** Answer of `GET /api/traces/{trace_id}`. `next_cursor` and `has_more` speak of the spans. */
export const TraceAnswer = z.object({
  trace: TraceRecord,
  spans: z.array(SpanRecord),
  span_count: z.int(),
  scores: z.array(ScoreRecord),
  next_cursor: z.nullable(z.string()),
  has_more: z.boolean(),
});
export type TraceAnswer = z.infer<typeof TraceAnswer>;

/** Answer of `GET /api/traces`: one page, newest first unless sorted otherwise. */
export const TraceListAnswer = z.object({
  traces: z.array(TraceRecord),
  next_cursor: z.nullable(z.string()),
  has_more: z.boolean(),
  count: z.int(),
  scanned_until: z.optional(Time),
});
export type TraceListAnswer = z.infer<typeof TraceListAnswer>;
