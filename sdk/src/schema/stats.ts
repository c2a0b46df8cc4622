import * as z from 'zod/mini';
import { Time } from './time.ts';
import { TraceRecord } from './trace.ts';

/** Answer of `GET /api/stats`: sums over the project's unexpired traces. */
export const StatsAnswer = z.object({
  total_traces: z.int(),
  total_spans: z.int(),
  total_tokens: z.number(),
  total_cost: z.number(),
  total_errors: z.int(),
  /** Records that clients had to drop, by reason. */
  dropped: z.record(z.string(), z.number()),
});
export type StatsAnswer = z.infer<typeof StatsAnswer>;

/**
 * p50, p95 and p99 in milliseconds; absent where nothing was measured. By nearest rank: p95 is the least value that at least
 * 95 % do not exceed. Exact for a few hundred values, beyond that within 1 %.
 */
export const Percentiles = z.object({
  p50: z.optional(z.number()),
  p95: z.optional(z.number()),
  p99: z.optional(z.number()),
});
export type Percentiles = z.infer<typeof Percentiles>;

const traceCounts = {
  /** Traces, as a list under the same filters has them: running ones too. */
  trace_count: z.int(),
  trace_running_count: z.int(),
  trace_error_count: z.int(),
} as const;

/** How many traces started in one bucket. Buckets in which none did are left out. */
export const CountsPoint = z.object({
  /** When the bucket begins. */
  bucket: Time,
  ...traceCounts,
});
export type CountsPoint = z.infer<typeof CountsPoint>;

/** Answer of `GET /api/stats/counts`. */
export const CountsAnswer = z.object({
  bucket: z.enum(['minute', 'hour', 'day']),
  points: z.array(CountsPoint),
  scanned_until: z.optional(Time),
});
export type CountsAnswer = z.infer<typeof CountsAnswer>;

/**
 * One bucket of a series, for one group. Figures of traces stand in the bucket of the trace's start, figures of spans in that
 * of the span's start. Buckets in which nothing is are left out.
 */
export const TimeseriesPoint = z.object({
  /** When the bucket begins. */
  bucket: Time,
  /** Absent where the series is not grouped, or for what has no model, user or tag. */
  group: z.optional(z.string()),
  /** All groups together that are beyond those told apart, which are the ones with the most traces. */
  is_rest: z.optional(z.literal(true)),
  ...traceCounts,
  /** Durations of finished traces. */
  trace_latency_ms: Percentiles,
  /** Finished spans; so are the figures below. */
  span_count: z.int(),
  error_count: z.int(),
  tokens_input: z.number(),
  tokens_output: z.number(),
  total_cost: z.number(),
  /** Model calls with tokens but no known cost: where it is not 0, `total_cost` is a lower bound. */
  unpriced_count: z.int(),
  /** Durations of spans. */
  latency_ms: Percentiles,
  /** From a span's start to its `first_token_time`, where it has one. */
  time_to_first_token_ms: Percentiles,
});
export type TimeseriesPoint = z.infer<typeof TimeseriesPoint>;

/** Answer of `GET /api/stats/timeseries`. */
export const TimeseriesAnswer = z.object({
  bucket: z.enum(['hour', 'day']),
  points: z.array(TimeseriesPoint),
  scanned_until: z.optional(Time),
});
export type TimeseriesAnswer = z.infer<typeof TimeseriesAnswer>;

const groupTotals = {
  trace_count: z.int(),
  span_count: z.int(),
  error_count: z.int(),
  tokens_input: z.number(),
  tokens_output: z.number(),
  total_cost: z.number(),
  unpriced_count: z.int(),
  /** When the first and the last of the traces started. */
  first_time: Time,
  last_time: Time,
} as const;

/** A session with the totals of its traces. */
export const SessionSummary = z.object({
  session_id: z.string(),
  user_ids: z.array(z.string()),
  ...groupTotals,
  /** From the start of the first trace to the last end that is known. */
  duration_ms: z.number().check(z.gte(0)),
});
export type SessionSummary = z.infer<typeof SessionSummary>;

/** A user with the totals of the user's traces. */
export const UserSummary = z.object({ user_id: z.string(), session_count: z.int(), ...groupTotals });
export type UserSummary = z.infer<typeof UserSummary>;

const page = {
  next_cursor: z.nullable(z.string()),
  has_more: z.boolean(),
  count: z.int(),
  scanned_until: z.optional(Time),
} as const;

/** Answer of `GET /api/sessions`. */
export const SessionListAnswer = z.object({ sessions: z.array(SessionSummary), ...page });
export type SessionListAnswer = z.infer<typeof SessionListAnswer>;

/** Answer of `GET /api/sessions/{session_id}`: one session and its traces, oldest first. */
export const SessionAnswer = z.object({ session: SessionSummary, traces: z.array(TraceRecord), ...page });
export type SessionAnswer = z.infer<typeof SessionAnswer>;

/** Answer of `GET /api/users`. */
export const UserListAnswer = z.object({ users: z.array(UserSummary), ...page });
export type UserListAnswer = z.infer<typeof UserListAnswer>;
