// The wire, as wire version 1 has it: what clients send and what they read. Kept back: the field tables and the query
// helpers that only this folder combines.
export { CostUsd, JsonObject, Status, Tags, TokenCount, Truncation } from './fields.ts';
export { Id, maxIdLength } from './ids.ts';
export {
  DroppedCounts,
  ElementKind,
  IngestAnswer,
  IngestBody,
  IngestEnvelope,
  RejectedElement,
  SdkInfo,
} from './ingest.ts';
export {
  CountsQuery,
  ExportQuery,
  GetSessionQuery,
  GetTraceQuery,
  ListGroupsQuery,
  ListTracesQuery,
  limitRange,
  ScoreCondition,
  TimeseriesQuery,
} from './query.ts';
export { AddScoreAnswer, AddScoreBody, ScoreRecord, ScoreSource, ScoreUpsert, ScoreValue } from './score.ts';
export { HealthAnswer, Limits, MeAnswer, Problem, Scope, wireVersion } from './service.ts';
export type { Message } from './span.ts';
export {
  AddSpanAnswer,
  AddSpanBody,
  CompleteSpanAnswer,
  CompleteSpanBody,
  CostPrice,
  CostSource,
  SpanEvent,
  SpanLink,
  SpanRecord,
  SpanType,
  SpanUpsert,
} from './span.ts';
export {
  CountsAnswer,
  CountsPoint,
  Percentiles,
  SessionAnswer,
  SessionListAnswer,
  SessionSummary,
  StatsAnswer,
  TimeseriesAnswer,
  TimeseriesPoint,
  UserListAnswer,
  UserSummary,
} from './stats.ts';
export { canonicalTime, Time, TimeBound } from './time.ts';
export {
  CompleteTraceAnswer,
  CompleteTraceBody,
  CreateTraceAnswer,
  CreateTraceBody,
  TraceAnswer,
  TraceListAnswer,
  TraceRecord,
  TraceUpsert,
} from './trace.ts';
