import { completion } from '../../domain/completion.ts';
import { merge } from '../../domain/merge.ts';
import type { Fields, Merged, ScoreChange } from '../../domain/record.ts';
import { timeOf } from '../../domain/time.ts';
import type { Batch } from '../store.ts';

/** One thing to be done to a trace, as a function of what is stored: so that it can be computed again when that has changed. */
export type Operation = TraceOperation | SpanOperation | ScoreOperation;

export interface TraceOperation {
  readonly kind: 'trace';
  readonly traceId: string;
  /** The start that was sent, which retention may count from. */
  readonly start: string | undefined;
  /** What the record becomes; `stored` itself where nothing is new. */
  apply(stored: Merged | undefined): Merged | undefined;
}

export interface SpanOperation {
  readonly kind: 'span';
  readonly traceId: string;
  readonly spanId: string;
  readonly start: string | undefined;
  /** Whether its item is known to be there, listed or not: then it is read first. */
  readonly isKnown: boolean;
  apply(stored: Merged | undefined): Merged | undefined;
}

export interface ScoreOperation extends ScoreChange {
  readonly kind: 'score';
}

const startOf = ({ fields }: Merged): string | undefined => fields['start_time'] as string | undefined;

const merging =
  (record: Merged) =>
  (stored: Merged | undefined): Merged =>
    stored === undefined ? record : merge(stored, record);

/** A batch as operations: traces, then spans, then scores, each in the order given. */
export const operationsOf = ({ traces, spans, scores }: Batch): Operation[] => [
  ...traces.map(
    ({ traceId, record }): TraceOperation => ({
      kind: 'trace',
      traceId,
      start: startOf(record),
      apply: merging(record),
    }),
  ),
  ...spans.map(
    ({ traceId, spanId, record }): SpanOperation => ({
      kind: 'span',
      traceId,
      spanId,
      start: startOf(record),
      isKnown: false,
      apply: merging(record),
    }),
  ),
  ...scores.map((change): ScoreOperation => ({ kind: 'score', ...change })),
];

/** A compare-and-set: computed from what is stored each time it is tried. */
const completing = (fields: Fields, nowMicros: number) => {
  const now = timeOf(nowMicros);
  return (stored: Merged | undefined): Merged | undefined => {
    const record = completion(stored, fields, now);
    if (record === undefined) return stored;
    return stored === undefined ? record : merge(stored, record);
  };
};

export const spanCompletion = (traceId: string, spanId: string, fields: Fields, nowMicros: number): SpanOperation => ({
  kind: 'span',
  traceId,
  spanId,
  start: undefined,
  isKnown: true,
  apply: completing(fields, nowMicros),
});

export const traceCompletion = (traceId: string, fields: Fields, nowMicros: number): TraceOperation => ({
  kind: 'trace',
  traceId,
  start: undefined,
  apply: completing(fields, nowMicros),
});

/** Enters a span into its trace's ledger as its item is: what was received and not committed, because of a crash. */
export const touching = (traceId: string, spanId: string, record: Merged): SpanOperation => ({
  kind: 'span',
  traceId,
  spanId,
  start: startOf(record),
  isKnown: true,
  apply: (stored) => stored,
});

/** Writes a span's item and its ledger entry anew, with the same content. */
export const rewriting = (traceId: string, spanId: string): SpanOperation => ({
  kind: 'span',
  traceId,
  spanId,
  start: undefined,
  isKnown: true,
  apply: (stored) => stored && { ...stored },
});
