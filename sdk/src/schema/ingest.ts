import * as z from 'zod/mini';
import { absentable } from './fields.ts';
import { Id } from './ids.ts';
import { ScoreUpsert } from './score.ts';
import { SpanUpsert } from './span.ts';
import { TraceUpsert } from './trace.ts';

/** Who sends a batch. `instance` is unique to one process's tracer; drop counts are kept for each. */
export const SdkInfo = z.object({
  name: absentable(z.string().check(z.maxLength(255))),
  version: absentable(z.string().check(z.maxLength(255))),
  instance: absentable(z.string().check(z.minLength(1), z.maxLength(255))),
});
export type SdkInfo = z.infer<typeof SdkInfo>;

const mostReasons = 100;

/** Records a client had to drop, by reason: cumulative for its `sdk.instance`, so that a lost batch loses no count. */
export const DroppedCounts = z.pipe(
  // Before its members are looked at: a hostile body has room for millions, with a fault in each.
  z.transform((counts: Readonly<Record<string, number>>, context) => {
    if (typeof counts === 'object' && counts !== null && Object.keys(counts).length > mostReasons)
      context.issues.push({ code: 'custom', message: `has at most ${mostReasons} reasons`, input: undefined });
    return counts;
  }),
  z.record(z.string().check(z.maxLength(100)), z.int().check(z.gte(0), z.lte(1e12))),
);
export type DroppedCounts = z.infer<typeof DroppedCounts>;

/** Body of `POST /api/ingest`. Records are upserts: sent twice, or split otherwise, they leave the same state. */
export const IngestBody = z.object({
  batch_id: absentable(z.string().check(z.maxLength(255))),
  sdk: absentable(SdkInfo),
  traces: absentable(z.array(TraceUpsert)),
  spans: absentable(z.array(SpanUpsert)),
  scores: absentable(z.array(ScoreUpsert)),
  dropped: absentable(DroppedCounts),
});
export type IngestBody = z.infer<typeof IngestBody>;

/** The same body with its elements unread: a server checks each alone, so that a bad one never costs its neighbours. */
export const IngestEnvelope = z.object({
  batch_id: absentable(z.string().check(z.maxLength(255))),
  sdk: absentable(SdkInfo),
  traces: absentable(z.array(z.unknown())),
  spans: absentable(z.array(z.unknown())),
  scores: absentable(z.array(z.unknown())),
  dropped: absentable(DroppedCounts),
});
export type IngestEnvelope = z.infer<typeof IngestEnvelope>;

/** Which of the three lists of a batch an element stood in. */
export const ElementKind = z.enum(['trace', 'span', 'score']);
export type ElementKind = z.infer<typeof ElementKind>;

/** An element that was not stored, and why. `index` is its place in its own list. */
export const RejectedElement = z.object({
  index: z.int(),
  kind: ElementKind,
  id: z.optional(Id),
  detail: z.string(),
});
export type RejectedElement = z.infer<typeof RejectedElement>;

/** Answer of `POST /api/ingest`: what is counted as accepted is durable. */
export const IngestAnswer = z.object({ accepted: z.int(), rejected: z.array(RejectedElement) });
export type IngestAnswer = z.infer<typeof IngestAnswer>;
