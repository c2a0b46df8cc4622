import { type ElementKind, Id, type RejectedElement, ScoreUpsert, SpanUpsert, TraceUpsert } from 'llm-tracer/schema';
import type * as z from 'zod/mini';
import { scoreChange, spanChange, traceChange } from '../domain/normalise.ts';
import type { ScoreChange, SpanChange, TraceChange } from '../domain/record.ts';
import { faultsOf, sentenceOf } from '../schema-errors.ts';
import type { Outcome } from '../stores/store.ts';
import { refusalOf } from './outcome.ts';

/** One of the three lists of a batch, read: what is valid as changes, and what the answer will need. */
export interface BatchPart<Change> {
  readonly changes: readonly Change[];
  readonly checked: CheckedPart;
}

/** What the answer to a batch needs of a list. Without its elements, so that these can go while the store is at work. */
export class CheckedPart {
  readonly kind: ElementKind;
  /** How many elements were sent. */
  readonly count: number;
  readonly #rejected: readonly RejectedElement[];
  readonly #accepted: readonly ElementName[];

  constructor(
    kind: ElementKind,
    count: number,
    rejected: readonly RejectedElement[],
    accepted: readonly ElementName[],
  ) {
    this.kind = kind;
    this.count = count;
    this.#rejected = rejected;
    this.#accepted = accepted;
  }

  /** The elements that are not stored: refused before, or by the store, whose outcomes are those of the changes. */
  rejected(outcomes: readonly Outcome[], retentionDays: number): RejectedElement[] {
    const refused = outcomes.flatMap((outcome, i) => {
      const refusal = refusalOf(outcome, retentionDays);
      return refusal === undefined ? [] : [{ ...(this.#accepted[i] as ElementName), detail: refusal.detail }];
    });
    return [...this.#rejected, ...refused];
  }
}

/** An element by its place in the list that the client sent, and its id where that can be read. */
type ElementName = Pick<RejectedElement, 'index' | 'kind' | 'id'>;

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
  const changes: Change[] = [];
  const accepted: ElementName[] = [];
  const rejected: RejectedElement[] = [];
  for (const [index, element] of elements.entries()) {
    const result = schema.safeParse(element);
    const detail = result.success ? check(element)?.detail : sentenceOf(faultsOf(result.error));
    if (detail !== undefined) {
      rejected.push({ ...nameOf(kind, element, index), detail });
      continue;
    }
    // The element as it came: the schema's copy would lack its unknown fields, which belong into metadata.
    changes.push(toChange(element as Upsert, index));
    accepted.push({ index, kind, id: (element as Record<string, string>)[`${kind}_id`] as string });
  }
  return { changes, checked: new CheckedPart(kind, elements.length, rejected, accepted) };
}

function nameOf(kind: ElementKind, element: unknown, index: number): ElementName {
  const id = idOf(kind, element);
  return id === undefined ? { index, kind } : { index, kind, id };
}

function idOf(kind: ElementKind, element: unknown): string | undefined {
  if (typeof element !== 'object' || element === null) return undefined;
  const id = Id.safeParse((element as Record<string, unknown>)[`${kind}_id`]);
  return id.success ? id.data : undefined;
}
