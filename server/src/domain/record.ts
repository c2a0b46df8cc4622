import type { Truncation } from 'llm-tracer/schema';
import type { JsonObject } from './json.ts';

/**
 * Field values of a trace, span or score under their wire names. Absent fields are absent (never null, but for payloads,
 * where null is a value); times are canonical; identities stand outside.
 */
export interface Fields extends JsonObject {
  readonly metadata?: JsonObject;
  /** What limits cut, by the payload it goes with (`input_data`, …) or under `other`. */
  readonly truncated?: Readonly<Record<string, readonly Truncation[]>>;
}

/**
 * What is known of one record: its fields, and for each the rank of the record that it came from.
 *
 * Most records come from one or two upserts, so the ranks are kept as one number and the exceptions to it, by unit
 * (a field, or `metadata.<key>`; see merge.ts).
 */
export interface Merged {
  readonly rank: number;
  readonly ranks: Readonly<Record<string, number>>;
  readonly fields: Fields;
}

/** One upsert of a span, checked and normalised. */
export interface SpanChange {
  readonly traceId: string;
  readonly spanId: string;
  readonly record: Merged;
  /** Where it stands in the `spans` of the request's body, where the batch brings that (store.ts, `Batch.source`). */
  readonly sourceIndex?: number;
}

/** One upsert of a trace, checked and normalised. */
export interface TraceChange {
  readonly traceId: string;
  readonly record: Merged;
}

/** One upsert of a score, checked and normalised. */
export interface ScoreChange {
  readonly traceId: string;
  readonly scoreId: string;
  readonly record: Merged;
}

// A rank is (finished, rev) as one number: finished outweighs any rev. PATCH may raise rev above what clients can send.
const finishedWeight = 2 ** 40;

export const rankOf = (isFinished: boolean, rev: number): number => (isFinished ? finishedWeight : 0) + rev;
export const revOf = (rank: number): number => rank % finishedWeight;
