import type { LedgerEntry } from '../../domain/ledger.ts';
import { merge } from '../../domain/merge.ts';
import type { Merged, ScoreChange, SpanChange, TraceChange } from '../../domain/record.ts';
import { maxAheadMicros } from '../../domain/retention.ts';
import type { RollupSheet } from '../../domain/rollup.ts';
import { microsOf } from '../../domain/time.ts';
import { maxSpansPerTrace, type Outcome } from '../store.ts';
import { freeSpanId } from './removal.ts';
import { findScore, saveScore } from './score-rows.ts';
import { SegmentReader } from './segments.ts';
import { type ContentPlace, findSpan, insertSpan, type StoredSpan, spanRecord, updateSpan } from './span-rows.ts';
import { type LoadedTrace, linkSegment, loadTraceRecord, saveTrace, versionOf } from './trace-rows.ts';
import type { WriteContext } from './write-context.ts';

/** One trace within a write: spans and scores are applied to their rows at once, the trace's own row is written at the end. */
export class TraceWrite {
  readonly #context: WriteContext;
  readonly #traceId: string;
  readonly #loaded: LoadedTrace | undefined;
  readonly #newRow: () => number;
  readonly #segment: number | undefined;
  readonly #segments: SegmentReader;
  readonly #entries: Map<string, LedgerEntry>;
  /** Spans whose content stands in the batch's segment, which is written last. */
  readonly #placed = new Map<string, Merged>();
  /** The trace's record with its payloads, once an element has touched it. */
  #record: Merged | undefined;
  /** The numbers of the records that were written; 0 is the trace's own. */
  readonly #written = new Set<number>();
  #row: number | undefined;
  #retentionMicros: number;
  #hasChanged = false;

  constructor(
    context: WriteContext,
    traceId: string,
    loaded: LoadedTrace | undefined,
    newRow: () => number,
    segment?: number,
  ) {
    this.#context = context;
    this.#traceId = traceId;
    this.#loaded = loaded;
    this.#newRow = newRow;
    this.#segment = segment;
    this.#segments = new SegmentReader(context.sql);
    this.#entries = loaded?.entries ?? new Map();
    this.#row = loaded?.id;
    this.#retentionMicros = loaded?.retentionMicros ?? Number.POSITIVE_INFINITY;
  }

  /** Whether a span's content was left in the batch's segment. */
  get usesSegment(): boolean {
    return this.#placed.size > 0;
  }

  applyTrace({ record }: TraceChange): Outcome {
    const refusal = this.#refusalByStart(record);
    if (refusal !== undefined) return refusal;

    const row = this.#rowId();
    const stored = this.#record ?? (this.#loaded?.record && loadTraceRecord(this.#context.sql, row));
    const merged = stored === undefined ? record : merge(stored, record);
    if (merged !== stored) {
      this.#record = merged;
      this.#written.add(0);
      this.#hasChanged = true;
    }
    this.#coverStart(record);
    return 'stored';
  }

  applySpan({ spanId, record, sourceIndex }: SpanChange): Outcome {
    const refusal = this.#refusalByStart(record);
    if (refusal !== undefined) return refusal;

    const isKnown = this.#entries.has(spanId);
    if (!isKnown && this.#entries.size >= maxSpansPerTrace) return 'full';
    const outcome = isKnown ? this.#update(spanId, record) : this.#insert(spanId, record, sourceIndex);
    if (outcome === 'stored') this.#coverStart(record);
    return outcome;
  }

  applyScore({ scoreId, record }: ScoreChange): Outcome {
    const { sql, project, nowMicros, cutoffMicros } = this.#context;
    if (microsOf(record.fields['created_at'] as string) <= cutoffMicros) return 'expired';

    const key = [project, this.#traceId, scoreId] as const;
    const stored = findScore(sql, key);
    const merged = stored === undefined ? record : merge(stored, record);
    if (merged === stored) return 'stored';
    saveScore(sql, key, merged, nowMicros);
    this.#context.changed.add(this.#traceId);
    return 'stored';
  }

  /**
   * Writes the trace's row and labels, if anything has changed, and notes how the hourly sums change. `segment` is one that
   * may hold something of it: even if nothing has changed, the body had elements of this trace.
   */
  save(sheet: RollupSheet, segment?: number): void {
    if (this.#row === undefined) return;
    const { sql, project } = this.#context;
    if (this.#loaded !== undefined && !this.#hasChanged) {
      if (segment !== undefined) linkSegment(sql, this.#row, segment);
      return;
    }
    const record = this.#record ?? this.#loaded?.record;
    const after = versionOf(record, [...this.#entries.values()], this.#retentionMicros);
    // Every span was refused and there is no record: the row that was set aside is not made.
    if (after === undefined) return;
    const row = { id: this.#row, project, traceId: this.#traceId, hasPayload: this.#record !== undefined, segment };
    saveTrace(sql, row, this.#loaded?.version, after, sheet);
    // Without its record, which the row has: payloads are large.
    this.#context.ledgers.set(this.#row, { entries: this.#entries, version: { ...after, record: undefined } });
    this.#context.changed.add(this.#traceId);
    this.#context.searchLog.written(this.#row, [...this.#written]);
  }

  #refusalByStart(record: Merged): Outcome | undefined {
    const start = startOf(record);
    if (start === undefined) return undefined;
    if (start <= this.#context.cutoffMicros) return 'expired';
    return start > this.#context.nowMicros + maxAheadMicros ? 'future' : undefined;
  }

  /** The retention start only moves earlier. */
  #coverStart(record: Merged): void {
    const start = startOf(record);
    if (start === undefined || start >= this.#retentionMicros) return;
    this.#retentionMicros = start;
    this.#hasChanged = true;
  }

  #insert(spanId: string, record: Merged, sourceIndex: number | undefined): Outcome {
    const { sql, project, pricer } = this.#context;
    const trace = this.#rowId();
    const place = this.#placeOf(record, sourceIndex);
    // Spans of a trace are never removed but with it, so this is a number that none of them has.
    const number = this.#entries.size + 1;
    const insert = () => insertSpan(sql, { project, trace, spanId, place, number }, record, pricer);
    let entry = insert();
    // The id is taken. By a trace that no reader sees any more: then it is free.
    if (entry === undefined && freeSpanId(this.#context, spanId)) entry = insert();
    if (entry === undefined) return 'conflict';
    if (place !== undefined) this.#placed.set(spanId, record);
    return this.#enter(entry, number);
  }

  #update(spanId: string, record: Merged): Outcome {
    const { sql, project, pricer } = this.#context;
    const found = findSpan(sql, project, spanId) as StoredSpan;
    const stored = this.#placed.get(spanId) ?? spanRecord(sql, this.#segments, spanId, found);
    const merged = merge(stored, record);
    if (merged === stored) return 'stored';
    this.#placed.delete(spanId);
    return this.#enter(updateSpan(sql, { trace: this.#rowId(), spanId }, merged, pricer), found.number);
  }

  /** A running span will be merged with its end soon, so it gets a record of its own at once. */
  #placeOf(record: Merged, sourceIndex: number | undefined): ContentPlace | undefined {
    const isFinished = record.fields['end_time'] !== undefined;
    return this.#segment === undefined || sourceIndex === undefined || !isFinished
      ? undefined
      : { segment: this.#segment, position: sourceIndex };
  }

  #enter(entry: LedgerEntry, number: number): Outcome {
    this.#written.add(number);
    this.#entries.set(entry.spanId, entry);
    this.#hasChanged = true;
    return 'stored';
  }

  /** The row that spans point to: there already, or set aside for {@link save} to write. */
  #rowId(): number {
    this.#row ??= this.#newRow();
    return this.#row;
  }
}

function startOf({ fields }: Merged): number | undefined {
  const start = fields['start_time'] as string | undefined;
  return start === undefined ? undefined : microsOf(start);
}
