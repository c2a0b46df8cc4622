import * as z from 'zod/mini';
import { absentable, Label, Name, Revision, Text } from './fields.ts';
import { Id } from './ids.ts';
import { Time } from './time.ts';

/** What a score says: a number, a yes or no, or a category. */
export const ScoreValue = z.union([z.number(), z.boolean(), Label]);
export type ScoreValue = z.infer<typeof ScoreValue>;

/** Who gave a score. */
export const ScoreSource = z.enum(['user', 'code', 'model']);
export type ScoreSource = z.infer<typeof ScoreSource>;

/** Feedback on a trace or a span, as a client sends it. It may come before its trace. */
export const ScoreUpsert = z.object({
  score_id: Id,
  trace_id: Id,
  span_id: absentable(Id),
  name: Name,
  value: ScoreValue,
  comment: absentable(Text),
  source: absentable(ScoreSource),
  created_at: Time,
  rev: absentable(Revision),
});
export type ScoreUpsert = z.infer<typeof ScoreUpsert>;

/** A score as it is read. */
export const ScoreRecord = z.object({
  score_id: Id,
  trace_id: Id,
  span_id: z.optional(Id),
  name: z.string(),
  value: ScoreValue,
  comment: z.optional(z.string()),
  source: ScoreSource,
  created_at: Time,
});
export type ScoreRecord = z.infer<typeof ScoreRecord>;

/**
 * Body of `POST /api/traces/{trace_id}/scores`. The server makes id and time where they are absent. A correction repeats the
 * `score_id` with a greater `rev`.
 */
export const AddScoreBody = z.object({
  score_id: absentable(Id),
  span_id: absentable(Id),
  name: Name,
  value: ScoreValue,
  comment: absentable(Text),
  source: absentable(ScoreSource),
  created_at: absentable(Time),
  rev: absentable(Revision),
});
export type AddScoreBody = z.infer<typeof AddScoreBody>;
export const AddScoreAnswer = z.object({ score_id: Id, status: z.literal('created') });
