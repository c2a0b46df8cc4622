import { ledgerEntry } from '../../domain/ledger.ts';
import { merge } from '../../domain/merge.ts';
import { pricedEntry } from '../../domain/priced-entry.ts';
import type { Pricer } from '../../domain/pricing.ts';
import type { Fields, Merged } from '../../domain/record.ts';
import { maxAheadMicros } from '../../domain/retention.ts';
import { microsOf } from '../../domain/time.ts';
import { maxSpansPerTrace, type Outcome } from '../store.ts';
import { isLive, type WholeHead } from './head.ts';
import type { Slot } from './ledger-codec.ts';
import type { Moment } from './moment.ts';
import type { Operation, ScoreOperation, SpanOperation, TraceOperation } from './operations.ts';
import { noScores, type StoredScore, type StoredScores } from './scores.ts';
import type { StoredSpan } from './span-item.ts';

/** What has been read so far. */
export interface Known {
  readonly heads: ReadonlyMap<string, WholeHead>;
  /** Spans' items; undefined for one that is known to be absent. A span that is not here is taken to be absent if no ledger lists it. */
  readonly spans: ReadonlyMap<string, StoredSpan | undefined>;
  /** Payloads of the records of traces. */
  readonly payloads: ReadonlyMap<string, Fields | undefined>;
  readonly scores: ReadonlyMap<string, StoredScores>;
}

export interface PlanContext extends Moment {
  readonly pricer: Pricer;
}

/** An item to be put, on condition that what it was computed from still stands there. */
export interface SpanWrite {
  readonly before: StoredSpan | undefined;
  readonly after: StoredSpan;
}

/** What a trace becomes. */
export interface TraceChange {
  readonly before: WholeHead;
  readonly record: Merged | undefined;
  readonly isRecordChanged: boolean;
  readonly retentionMicros: number;
  readonly slots: ReadonlyMap<string, Slot>;
  /** The scores, where they change. */
  readonly scores: StoredScores | undefined;
}

/**
 * What operations come to, given what is known. Either it says what more must be known (and done) first, or it says what to
 * write: then `outcomes` hold once all of it is written and committed.
 */
export interface Plan {
  readonly outcomes: readonly Outcome[];
  /** Spans whose items must be read (again): a ledger lists them, in a later version than is known. */
  readonly unread: readonly string[];
  /** Traces that hold the id of a span that another trace is sent, and whose heads must be known. */
  readonly unknownHolders: readonly string[];
  /** Holders that have expired: to be buried, which frees the id. */
  readonly expiredHolders: readonly string[];
  /** Items that no ledger lists, of a trace other than the one that the span was sent for: to be entered or removed first. */
  readonly orphans: readonly StoredSpan[];
  readonly writes: readonly SpanWrite[];
  readonly changes: readonly TraceChange[];
}

/** Works out what operations come to, in their order, by the same rules as every store. Pure. */
export function planOf(context: PlanContext, operations: readonly Operation[], known: Known): Plan {
  return new Planner(context, known).plan(operations);
}

/** A span as the operations so far have made it. */
interface SpanDraft {
  traceId: string;
  readonly before: StoredSpan | undefined;
  record: Merged | undefined;
}

class Planner {
  readonly #context: PlanContext;
  readonly #known: Known;
  readonly #traces = new Map<string, TraceDraft>();
  readonly #spans = new Map<string, SpanDraft>();
  readonly #unread = new Set<string>();
  readonly #unknownHolders = new Set<string>();
  readonly #expiredHolders = new Set<string>();
  readonly #orphans = new Map<string, StoredSpan>();

  constructor(context: PlanContext, known: Known) {
    this.#context = context;
    this.#known = known;
  }

  plan(operations: readonly Operation[]): Plan {
    const outcomes = operations.map((operation) => this.#apply(operation));
    const writes = [...this.#spans].flatMap(([spanId, draft]) => this.#write(spanId, draft) ?? []);
    return {
      outcomes,
      unread: [...this.#unread],
      unknownHolders: [...this.#unknownHolders],
      expiredHolders: [...this.#expiredHolders],
      orphans: [...this.#orphans.values()],
      writes,
      changes: [...this.#traces.values()].flatMap((draft) => draft.change() ?? []),
    };
  }

  #apply(operation: Operation): Outcome {
    const { traceId } = operation;
    let draft = this.#traces.get(traceId);
    if (draft === undefined) {
      draft = new TraceDraft(this.#context, traceId, this.#known);
      this.#traces.set(traceId, draft);
    }
    const refusal = draft.refusal ?? refusalByStart(this.#context, operation);
    if (refusal !== undefined) return refusal;
    switch (operation.kind) {
      case 'trace':
        return draft.applyTrace(operation);
      case 'score':
        return draft.applyScore(operation);
      case 'span':
        return this.#applySpan(draft, operation);
    }
  }

  #applySpan(trace: TraceDraft, operation: SpanOperation): Outcome {
    const { spanId } = operation;
    const draft = this.#draftOf(trace, spanId);
    if (draft === undefined) return 'stored';
    if (draft.record !== undefined && draft.traceId !== trace.traceId) {
      if (this.#isHeld(spanId, draft)) return 'conflict';
      draft.record = undefined;
    }
    const isListed = trace.lists(spanId);
    if (!isListed && trace.spanCount >= maxSpansPerTrace) return 'full';
    const record = operation.apply(draft.record);
    if (record === undefined) return 'stored';
    draft.traceId = trace.traceId;
    draft.record = record;
    trace.claim(spanId);
    trace.coverStart(operation.start);
    return 'stored';
  }

  /** The span as it is so far; undefined where it must be read first. */
  #draftOf(trace: TraceDraft, spanId: string): SpanDraft | undefined {
    const draft = this.#spans.get(spanId);
    if (draft !== undefined) return draft;
    const stored = this.#known.spans.get(spanId);
    const listed = trace.slot(spanId);
    const isUnread =
      !this.#known.spans.has(spanId) || (stored !== undefined && stored.version < (listed?.version ?? 0));
    if (listed !== undefined && isUnread) {
      this.#unread.add(spanId);
      return undefined;
    }
    const fresh: SpanDraft = {
      traceId: stored?.traceId ?? trace.traceId,
      before: stored,
      record: stored?.record,
    };
    this.#spans.set(spanId, fresh);
    return fresh;
  }

  /** Whether the trace that a span's item is of keeps the id. */
  #isHeld(spanId: string, { traceId, before }: SpanDraft): boolean {
    const inBatch = this.#traces.get(traceId);
    if (inBatch?.hasClaimed(spanId)) return true;
    const head = this.#known.heads.get(traceId);
    if (head === undefined) {
      this.#unknownHolders.add(traceId);
      return true;
    }
    if (head.state === 'deleted' || head.state === 'expired') return false;
    if (head.state === 'live' && !isLive(head, this.#context.cutoffMicros)) {
      this.#expiredHolders.add(traceId);
      return true;
    }
    if (!head.slots.has(spanId)) this.#orphans.set(spanId, before as StoredSpan);
    return true;
  }

  /** Settles a span: the item to write, if any, and its entry in the ledger. */
  #write(spanId: string, { traceId, before, record }: SpanDraft): SpanWrite | undefined {
    const trace = this.#traces.get(traceId);
    if (record === undefined || trace === undefined || !trace.hasClaimed(spanId)) return undefined;
    const isSame = before !== undefined && before.traceId === traceId && before.record === record;
    const listed = trace.slot(spanId);
    if (isSame && listed?.version === before.version) return undefined;
    const version = isSame ? before.version : Math.max(before?.version ?? 0, listed?.version ?? 0) + 1;
    const { entry, price } = isSame
      ? { entry: ledgerEntry(spanId, record.fields, before.price), price: before.price }
      : pricedEntry(spanId, record, this.#context.pricer);
    trace.enter({ entry, version });
    return isSame ? undefined : { before, after: { spanId, traceId, version, record, price } };
  }
}

function refusalByStart({ cutoffMicros, nowMicros }: PlanContext, operation: Operation): Outcome | undefined {
  if (operation.kind === 'score')
    return microsOf(operation.record.fields['created_at'] as string) <= cutoffMicros ? 'expired' : undefined;
  if (operation.start === undefined) return undefined;
  const start = microsOf(operation.start);
  if (start <= cutoffMicros) return 'expired';
  return start > nowMicros + maxAheadMicros ? 'future' : undefined;
}

/** A trace as the operations so far have made it. */
class TraceDraft {
  readonly traceId: string;
  /** What becomes of everything for a trace that is gone. */
  readonly refusal: Outcome | undefined;
  readonly #context: PlanContext;
  readonly #head: WholeHead;
  readonly #storedRecord: Merged | undefined;
  readonly #storedScores: StoredScores;
  readonly #claimed = new Set<string>();
  readonly #entered = new Map<string, Slot>();
  readonly #scores = new Map<string, StoredScore>();
  #newSpans = 0;
  #record: Merged | undefined;
  #retentionMicros: number;

  constructor(context: PlanContext, traceId: string, known: Known) {
    this.traceId = traceId;
    this.#context = context;
    this.#head = known.heads.get(traceId) as WholeHead;
    const { record, state, retentionMicros } = this.#head;
    const payload = known.payloads.get(traceId);
    this.#storedRecord =
      record === undefined || payload === undefined ? record : { ...record, fields: { ...record.fields, ...payload } };
    this.#record = this.#storedRecord;
    this.#storedScores = known.scores.get(traceId) ?? noScores;
    this.#retentionMicros = state === 'live' ? retentionMicros : Number.POSITIVE_INFINITY;
    this.refusal = refusalOf(this.#head, context.cutoffMicros);
  }

  get spanCount(): number {
    return this.#head.slots.size + this.#newSpans;
  }

  slot(spanId: string): Slot | undefined {
    return this.#head.slots.get(spanId);
  }

  lists(spanId: string): boolean {
    return this.#claimed.has(spanId) || this.#head.slots.has(spanId);
  }

  hasClaimed(spanId: string): boolean {
    return this.#claimed.has(spanId);
  }

  claim(spanId: string): void {
    if (this.#claimed.has(spanId)) return;
    this.#claimed.add(spanId);
    if (!this.#head.slots.has(spanId)) this.#newSpans += 1;
  }

  enter(slot: Slot): void {
    this.#entered.set(slot.entry.spanId, slot);
  }

  applyTrace({ start, apply }: TraceOperation): Outcome {
    this.#record = apply(this.#record);
    this.coverStart(start);
    return 'stored';
  }

  applyScore({ scoreId, record }: ScoreOperation): Outcome {
    const stored = this.#scores.get(scoreId) ?? this.#storedScores.scores.get(scoreId);
    const merged = stored === undefined ? record : merge(stored.record, record);
    if (merged !== stored?.record)
      this.#scores.set(scoreId, {
        record: merged,
        receivedMicros: stored?.receivedMicros ?? this.#context.nowMicros,
      });
    return 'stored';
  }

  /** The retention start only moves earlier. */
  coverStart(start: string | undefined): void {
    if (start !== undefined) this.#retentionMicros = Math.min(this.#retentionMicros, microsOf(start));
  }

  /** What it comes to; undefined where nothing changes. */
  change(): TraceChange | undefined {
    const isRecordChanged = this.#record !== this.#storedRecord;
    const hasMoved =
      this.#retentionMicros !== (this.#head.state === 'live' ? this.#head.retentionMicros : Number.POSITIVE_INFINITY);
    if (!isRecordChanged && !hasMoved && this.#entered.size === 0 && this.#scores.size === 0) return undefined;
    const slots = this.#entered.size === 0 ? this.#head.slots : new Map([...this.#head.slots, ...this.#entered]);
    return {
      before: this.#head,
      record: this.#record,
      isRecordChanged,
      retentionMicros: this.#retentionMicros,
      slots,
      scores:
        this.#scores.size === 0
          ? undefined
          : {
              version: this.#storedScores.version + 1,
              scores: new Map([...this.#storedScores.scores, ...this.#scores]),
            },
    };
  }
}

function refusalOf({ state, retentionMicros }: WholeHead, cutoffMicros: number): Outcome | undefined {
  if (state === 'deleted') return 'swallowed';
  return state === 'expired' || (state === 'live' && retentionMicros <= cutoffMicros) ? 'expired' : undefined;
}
