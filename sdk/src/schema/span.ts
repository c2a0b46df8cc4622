import * as z from 'zod/mini';
import {
  absentable,
  CostUsd,
  Json,
  JsonObject,
  Label,
  Name,
  Revision,
  Status,
  Text,
  TokenCount,
  Truncation,
} from './fields.ts';
import { Id } from './ids.ts';
import { Time } from './time.ts';

/** What kind of operation a span is. */
export const SpanType = z.enum(['llm', 'tool', 'agent', 'function', 'retrieval', 'embedding', 'chain', 'other']);
export type SpanType = z.infer<typeof SpanType>;

/** Something that happened at one moment of a span. */
export const SpanEvent = z.object({ name: Name, time: Time, attributes: absentable(JsonObject) });
export type SpanEvent = z.infer<typeof SpanEvent>;

/** A pointer to a span of another trace. */
export const SpanLink = z.object({ trace_id: Id, span_id: absentable(Id), attributes: absentable(JsonObject) });
export type SpanLink = z.infer<typeof SpanLink>;

/** Where a cost comes from: the client reported it, or the server priced it from the tokens. */
export const CostSource = z.enum(['reported', 'priced']);
export type CostSource = z.infer<typeof CostSource>;

/** Which price a `priced` cost was computed with. */
export const CostPrice = z.object({
  /** The price table, for example `genai-prices`. */
  table: z.string(),
  version: z.string(),
  /** The provider and model of the table's entry that was used. */
  provider: z.string(),
  model: z.string(),
});
export type CostPrice = z.infer<typeof CostPrice>;

/** One message of a model call, in the form that `input_data.messages` and `output_data.messages` hold, whatever client it came from. */
export interface Message {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_calls?: readonly unknown[];
  readonly tool_call_id?: string;
  readonly reasoning?: string;
  readonly name?: string;
  readonly refusal?: string;
}

/** The fields that a span record may carry besides its identity. */
const spanFields = {
  parent_span_id: absentable(Id),
  span_type: absentable(SpanType),
  end_time: absentable(Time),
  status: absentable(Status),
  error: absentable(Text),
  error_type: absentable(Label),
  error_stack: absentable(Text),
  input_data: z.optional(Json),
  output_data: z.optional(Json),
  metadata: absentable(JsonObject),
  model: absentable(Label),
  requested_model: absentable(Label),
  provider: absentable(Label),
  model_parameters: z.optional(Json),
  tools: z.optional(Json),
  finish_reason: absentable(Label),
  tokens_input: absentable(TokenCount),
  tokens_output: absentable(TokenCount),
  tokens_cache_read: absentable(TokenCount),
  tokens_cache_write: absentable(TokenCount),
  tokens_reasoning: absentable(TokenCount),
  usage_details: z.optional(Json),
  cost_usd: absentable(CostUsd),
  cost_source: absentable(CostSource),
  first_token_time: absentable(Time),
  events: absentable(z.array(SpanEvent).check(z.maxLength(10_000))),
  links: absentable(z.array(SpanLink).check(z.maxLength(1_000))),
  prompt_name: absentable(Name),
  prompt_version: absentable(Label),
  truncated: absentable(z.array(Truncation).check(z.maxLength(1_000))),
  rev: absentable(Revision),
} as const;

/** What is known of a span so far, as a client sends it. Sent again with more, it is merged field by field. */
export const SpanUpsert = z.object({ trace_id: Id, span_id: Id, name: Name, start_time: Time, ...spanFields });
export type SpanUpsert = z.infer<typeof SpanUpsert>;

/** A span as it is read: merged, with defaults and computed fields. */
export const SpanRecord = z.object({
  span_id: Id,
  trace_id: Id,
  project_id: z.string(),
  parent_span_id: z.optional(Id),
  name: z.string(),
  span_type: SpanType,
  start_time: Time,
  end_time: z.optional(Time),
  duration_ms: z.optional(z.number().check(z.gte(0))),
  status: Status,
  error: z.optional(z.string()),
  error_type: z.optional(z.string()),
  error_stack: z.optional(z.string()),
  input_data: z.optional(Json),
  output_data: z.optional(Json),
  metadata: z.optional(JsonObject),
  model: z.optional(z.string()),
  requested_model: z.optional(z.string()),
  provider: z.optional(z.string()),
  model_parameters: z.optional(Json),
  tools: z.optional(Json),
  finish_reason: z.optional(z.string()),
  tokens_input: z.optional(TokenCount),
  tokens_output: z.optional(TokenCount),
  tokens_cache_read: z.optional(TokenCount),
  tokens_cache_write: z.optional(TokenCount),
  tokens_reasoning: z.optional(TokenCount),
  usage_details: z.optional(Json),
  cost_usd: z.optional(z.number()),
  cost_source: z.optional(CostSource),
  cost_price: z.optional(CostPrice),
  first_token_time: z.optional(Time),
  events: z.optional(z.array(SpanEvent)),
  links: z.optional(z.array(SpanLink)),
  prompt_name: z.optional(z.string()),
  prompt_version: z.optional(z.string()),
  truncated: z.optional(z.array(Truncation)),
});
export type SpanRecord = z.infer<typeof SpanRecord>;

/** Body of `POST /api/traces/{trace_id}/spans`. */
export const AddSpanBody = z.object({
  ...spanFields,
  name: Name,
  span_type: SpanType,
  span_id: absentable(Id),
  start_time: absentable(Time),
});
export type AddSpanBody = z.infer<typeof AddSpanBody>;
export const AddSpanAnswer = z.object({ span_id: Id, status: z.literal('created') });

/** Body of `PATCH /api/spans/{span_id}/complete`: what became known at the end. Any span field is accepted. */
export const CompleteSpanBody = z.object({ ...spanFields, name: absentable(Name), start_time: absentable(Time) });
export type CompleteSpanBody = z.infer<typeof CompleteSpanBody>;
export const CompleteSpanAnswer = z.object({ span_id: Id, status: z.literal('completed') });
