import type { LedgerEntry } from '../../domain/ledger.ts';
import { merge } from '../../domain/merge.ts';
import type { Pricer } from '../../domain/pricing.ts';
import type { Merged, ScoreChange, SpanChange, TraceChange } from '../../domain/record.ts';
import { maxAheadMicros } from '../../domain/retention.ts';
import { RollupSheet } from '../../domain/rollup.ts';
import { microsOf } from '../../domain/time.ts';
import { type Batch, type BatchOutcome, maxSpansPerTrace, type Outcome } from '../store.ts';
import { decodeRecord, encodeRecord, textOf } from './codec.ts';
import { addRollups } from './rollup-rows.ts';
import { addSegment, isKeepable, linkSegment, nextSegmentId, SegmentReader } from './segments.ts';
import { type ContentPlace, findSpan, insertSpan, updateSpan } from './span-rows.ts';
import type { Statements } from './statements.ts';
import {
  type LoadedTrace,
  loadTrace,
  loadTraceRecord,
  nextTraceRow,
  rowState,
  saveTrace,
  versionOf,
} from './trace-rows.ts';

/** What a write is done with: the connection, the moment, and what retention makes of it. */
export interface WriteContext {
  readonly sql: Statements;
  readonly project: number;
  readonly nowMicros: number;
  /** The latest retention start that has expired. */
  readonly cutoffMicros: number;
  readonly pricer: Pricer;
}

/** Applies a batch, trace by trace, inside the caller's transaction. */
export function ingest(context: WriteContext, batch: Batch): BatchOutcome {
  const outcomes = {
    traces: new Array<Outcome>(batch.traces.length),
    spans: new Array<Outcome>(batch.spans.length),
    scores: new Array<Outcome>(batch.scores.length),
  };
  const source = isKeepable(batch.source) ? batch.source : undefined;
  const segment = source && nextSegmentId(context.sql);
  const touched: number[] = [];
  const sheet = new RollupSheet();
  let isSegmentUsed = false;

  for (const [traceId, elements] of byTrace(batch)) {
    const loaded = loadTrace(context.sql, context.project, traceId);
    const refusal = refusalOf(context, loaded);
    if (refusal !== undefined) {
      for (const { kind, index } of elements) outcomes[kind][index] = refusal;
      continue;
    }
    const write = new TraceWrite(context, traceId, loaded, segment);
    for (const element of elements) outcomes[element.kind][element.index] = write.apply(element);
    write.save(sheet);
    isSegmentUsed ||= write.usesSegment;
    if (write.row !== undefined) touched.push(write.row);
  }

  addRollups(context.sql, context.project, sheet.changes());
  if (source !== undefined && segment !== undefined && isSegmentUsed) {
    addSegment(context.sql, segment, source, keptSpans(batch, outcomes));
    for (const trace of touched) linkSegment(context.sql, trace, segment);
  }
  if (batch.dropped !== undefined) saveDropped(context, batch.dropped);
  return outcomes;
}

/**
 * Which spans of the body may be kept; undefined when all of the body may. Elements that the schema refused, or the store,
 * must not stay on disk; nor scores, which may be of traces that segments are not linked to.
 */
function keptSpans(batch: Batch, outcomes: BatchOutcome): ((position: number) => boolean) | undefined {
  const isWhole =
    batch.source?.isWhole === true &&
    batch.scores.length === 0 &&
    [...outcomes.traces, ...outcomes.spans].every((outcome) => outcome === 'stored');
  if (isWhole) return undefined;
  const kept = new Set(
    batch.spans.filter((_span, index) => outcomes.spans[index] === 'stored').map(({ sourceIndex }) => sourceIndex),
  );
  return (position) => kept.has(position);
}

type Element =
  | { readonly kind: 'traces'; readonly index: number; readonly change: TraceChange }
  | { readonly kind: 'spans'; readonly index: number; readonly change: SpanChange }
  | { readonly kind: 'scores'; readonly index: number; readonly change: ScoreChange };

function byTrace(batch: Batch): Map<string, Element[]> {
  const groups = new Map<string, Element[]>();
  const add = (element: Element): void => {
    const group = groups.get(element.change.traceId);
    if (group === undefined) groups.set(element.change.traceId, [element]);
    else group.push(element);
  };
  for (const [index, change] of batch.traces.entries()) add({ kind: 'traces', index, change });
  for (const [index, change] of batch.spans.entries()) add({ kind: 'spans', index, change });
  for (const [index, change] of batch.scores.entries()) add({ kind: 'scores', index, change });
  return groups;
}

/** What becomes of everything for a trace that is gone. */
function refusalOf(context: WriteContext, loaded: LoadedTrace | undefined): Outcome | undefined {
  if (loaded === undefined) return undefined;
  if (loaded.state === rowState.deleted) return 'swallowed';
  return loaded.state === rowState.expired || loaded.retentionMicros <= context.cutoffMicros ? 'expired' : undefined;
}

/** One trace within a write: spans and scores are applied to their rows at once, the trace's own row is written at the end. */
export class TraceWrite {
  readonly #context: WriteContext;
  readonly #traceId: string;
  readonly #loaded: LoadedTrace | undefined;
  readonly #segment: number | undefined;
  readonly #segments: SegmentReader;
  readonly #entries: Map<string, LedgerEntry>;
  /** The trace's record with its payloads, once an element has touched it. */
  #record: Merged | undefined;
  #row: number | undefined;
  #retentionMicros: number;
  #hasChanged = false;
  #usesSegment = false;

  constructor(context: WriteContext, traceId: string, loaded: LoadedTrace | undefined, segment?: number) {
    this.#context = context;
    this.#traceId = traceId;
    this.#loaded = loaded;
    this.#segment = segment;
    this.#segments = new SegmentReader(context.sql);
    this.#entries = new Map(loaded?.entries.map((entry) => [entry.spanId, entry]));
    this.#row = loaded?.id;
    this.#retentionMicros = loaded?.retentionMicros ?? Number.POSITIVE_INFINITY;
  }

  /** The trace's row, when it has one (now). */
  get row(): number | undefined {
    return this.#row;
  }

  /** Whether a span's content was left in the batch's segment. */
  get usesSegment(): boolean {
    return this.#usesSegment;
  }

  apply(element: Element): Outcome {
    const timed = element.kind === 'scores' ? 'created_at' : 'start_time';
    const time = element.change.record.fields[timed] as string | undefined;
    const micros = time === undefined ? undefined : microsOf(time);
    if (micros !== undefined && micros <= this.#context.cutoffMicros) return 'expired';
    if (element.kind === 'scores') return this.#applyScore(element.change);
    if (micros !== undefined && micros > this.#context.nowMicros + maxAheadMicros) return 'future';

    const outcome = element.kind === 'traces' ? this.#applyTrace(element.change) : this.#applySpan(element.change);
    if (outcome === 'stored' && micros !== undefined && micros < this.#retentionMicros) {
      this.#retentionMicros = micros;
      this.#hasChanged = true;
    }
    return outcome;
  }

  /** Writes the trace's row and labels, if anything has changed, and notes how the hourly sums change. */
  save(sheet: RollupSheet): void {
    if (!this.#hasChanged || this.#row === undefined) return;
    const { sql, project } = this.#context;
    const record = this.#record ?? this.#loaded?.record;
    const after = versionOf(record, [...this.#entries.values()], this.#retentionMicros);
    // Every span was refused and there is no record: nothing points to the row that was set aside.
    if (after === undefined) return;
    const before = this.#loaded && versionOf(this.#loaded.record, this.#loaded.entries, this.#loaded.retentionMicros);
    const row = { id: this.#row, project, traceId: this.#traceId, hasPayload: this.#record !== undefined };
    saveTrace(sql, row, before, after, sheet);
  }

  #applyTrace({ record }: TraceChange): Outcome {
    const row = this.#rowId();
    const stored = this.#record ?? (this.#loaded?.record && loadTraceRecord(this.#context.sql, row));
    const merged = stored === undefined ? record : merge(stored, record);
    if (merged !== stored) {
      this.#record = merged;
      this.#hasChanged = true;
    }
    return 'stored';
  }

  #applySpan({ spanId, record, sourceIndex }: SpanChange): Outcome {
    const { sql, project, pricer } = this.#context;
    const isKnown = this.#entries.has(spanId);
    if (!isKnown && this.#entries.size >= maxSpansPerTrace) return 'full';

    const trace = this.#rowId();
    if (!isKnown) {
      const place = this.#placeOf(record, sourceIndex);
      const inserted = insertSpan(sql, { project, trace, spanId, place }, record, pricer);
      if (inserted !== undefined) {
        this.#usesSegment ||= place !== undefined;
        return this.#enter(inserted);
      }
    }
    const found = findSpan(sql, project, spanId);
    if (found === undefined || found.trace !== trace) return 'conflict';
    const updated = updateSpan(sql, this.#segments, spanId, found, record, pricer);
    return updated === undefined ? 'stored' : this.#enter(updated);
  }

  /** A running span will be merged with its end soon, so it gets a record of its own at once. */
  #placeOf(record: Merged, sourceIndex: number | undefined): ContentPlace | undefined {
    const isFinished = record.fields['end_time'] !== undefined;
    return this.#segment === undefined || sourceIndex === undefined || !isFinished
      ? undefined
      : { segment: this.#segment, position: sourceIndex };
  }

  #enter(entry: LedgerEntry): Outcome {
    this.#entries.set(entry.spanId, entry);
    this.#hasChanged = true;
    return 'stored';
  }

  #applyScore({ scoreId, record }: ScoreChange): Outcome {
    const { sql, project, nowMicros } = this.#context;
    const id = [project, this.#traceId, scoreId] as const;
    const found = sql.get<[string]>(
      'SELECT record FROM scores WHERE project = ? AND trace_id = ? AND score_id = ?',
      ...id,
    );
    const stored = found && decodeRecord(found[0], null);
    const merged = stored === undefined ? record : merge(stored, record);
    if (merged !== stored)
      sql.run(
        'INSERT INTO scores VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET record = excluded.record',
        ...id,
        nowMicros,
        encodeRecord(merged, new Set()).head,
      );
    return 'stored';
  }

  /** The row that spans point to: there already, or set aside for {@link save} to write. */
  #rowId(): number {
    this.#row ??= nextTraceRow(this.#context.sql);
    return this.#row;
  }
}

function saveDropped({ sql, project, nowMicros }: WriteContext, dropped: NonNullable<Batch['dropped']>): void {
  for (const [reason, count] of Object.entries(dropped.counts))
    sql.run(
      `INSERT INTO dropped VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = max(count, excluded.count), received_us = excluded.received_us`,
      project,
      textOf(dropped.instance),
      textOf(reason),
      count,
      nowMicros,
    );
}
