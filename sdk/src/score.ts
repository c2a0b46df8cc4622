import { formatTime } from './clock.ts';
import { maskedText, type SafeMask } from './masking.ts';
import { head } from './serialize.ts';
import { labelOf, nameOf } from './wire-record.ts';

/** Feedback on a trace or on one of its spans. */
export interface ScoreOptions {
  /** What is judged, for example `helpful`. 1 to 255 characters. */
  readonly name: string;
  /** The judgement: a number, yes or no, or a category of 1 to 255 characters. */
  readonly value: number | boolean | string;
  /**
   * The trace it is about.
   * @default the active one
   */
  readonly traceId?: string | undefined;
  /** The span it is about, if not the whole trace. */
  readonly spanId?: string | undefined;
  /** Why. At most 100,000 characters. */
  readonly comment?: string | undefined;
  /**
   * Who judged: a person, a program or a model.
   * @default 'code'
   */
  readonly source?: 'user' | 'code' | 'model' | undefined;
  /**
   * An id of 1 to 100 characters `A-Z a-z 0-9 _ -`. The same id again corrects the earlier score.
   * @default a random one
   */
  readonly id?: string | undefined;
}

/** A score record as JSON text; undefined if its value is none that the wire knows. */
export function scoreJson(
  score: ScoreOptions,
  id: string,
  traceId: string,
  nowMicros: number,
  mask?: SafeMask,
): string | undefined {
  const { name, comment, spanId, source } = score;
  const value = typeof score.value === 'string' ? labelOf(score.value) : score.value;
  if (typeof value !== 'boolean' && typeof value !== 'string' && !Number.isFinite(value)) return undefined;
  return JSON.stringify({
    score_id: id,
    trace_id: traceId,
    span_id: spanId,
    name: nameOf(name),
    value,
    comment: comment === undefined ? undefined : head(maskedText(String(comment), 'comment', mask) ?? '', 100_000),
    source: source ?? 'code',
    created_at: formatTime(nowMicros),
  });
}
