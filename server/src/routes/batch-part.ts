import { type ElementKind, Id, type RejectedElement, ScoreUpsert, SpanUpsert, TraceUpsert } from 'llm-tracer/schema';
import type * as z from 'zod/mini';
import { scoreChange, spanChange, traceChange } from '../domain/normalise.ts';
import type { ScoreChange, SpanChange, TraceChange } from '../domain/record.ts';
import { faultsOf, sentenceOf } from '../schema-errors.ts';
import type { Outcome } from '../stores/store.ts';
import { refusalOf } from './outcome.ts';

/** One of the three lists of a batch, read: what is valid as changes, the rest with a reason. */
export interface BatchPart<Change> {
  readonly changes: readonly Change[];
  /** Of each change, the place of its element in the list that the client sent. */
  readonly indexes: readonly number[];
  readonly rejected: readonly RejectedElement[];
  /** The elements of which the store says that it has not stored them. */
  refused(outcomes: readonly Outcome[], retentionDays: number): RejectedElement[];
}

/** Why an element cannot be taken whole, whatever its schema says. */
export type ElementCheck = (element: unknown) => { readonly detail: string } | undefined;

type Elements = readonly unknown[] | null | undefined;

export const readTraces = (elements: Elements, check: ElementCheck): BatchPart<TraceChange> =>
  readPart('trace', TraceUpsert, traceChange, elements ?? [], check);

export const readSpans = (elements: Elements, check: ElementCheck): BatchPart<SpanChange> =>
  readPart('span', SpanUpsert, spanChange, elements ?? [], check);

export const readScores = (elements: Elements, check: ElementCheck): BatchPart<ScoreChange> =>
  readPart('score', ScoreUpsert, scoreChange, elements ?? [], check);

function readPart<Upsert, Change>(
  kind: ElementKind,
  schema: z.ZodMiniType<Upsert>,
  toChange: (upsert: Upsert, index: number) => Change,
  elements: readonly unknown[],
  check: ElementCheck,
): BatchPart<Change> {
  const reject = (index: number, detail: string): RejectedElement => {
    const id = idOf(kind, elements[index]);
    return id === undefined ? { index, kind, detail } : { index, kind, id, detail };
  };

  const changes: Change[] = [];
  const indexes: number[] = [];
  const rejected: RejectedElement[] = [];
  for (const [index, element] of elements.entries()) {
    const result = schema.safeParse(element);
    const detail = result.success ? check(element)?.detail : sentenceOf(faultsOf(result.error));
    if (detail !== undefined) {
      rejected.push(reject(index, detail));
      continue;
    }
    // The element as it came: the schema's copy would lack its unknown fields, which belong into metadata.
    changes.push(toChange(element as Upsert, index));
    indexes.push(index);
  }

  return {
    changes,
    indexes,
    rejected,
    refused: (outcomes, retentionDays) =>
      outcomes.flatMap((outcome, i) => {
        const refusal = refusalOf(outcome, retentionDays);
        return refusal === undefined ? [] : [reject(indexes[i] as number, refusal.detail)];
      }),
  };
}

function idOf(kind: ElementKind, element: unknown): string | undefined {
  if (typeof element !== 'object' || element === null) return undefined;
  const id = Id.safeParse((element as Record<string, unknown>)[`${kind}_id`]);
  return id.success ? id.data : undefined;
}
