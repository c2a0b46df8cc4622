import type { LedgerEntry } from '../../domain/ledger.ts';
import { merge } from '../../domain/merge.ts';
import type { Merged, ScoreChange, TraceChange } from '../../domain/record.ts';
import { maxAheadMicros } from '../../domain/retention.ts';
import type { RollupSheet } from '../../domain/rollup.ts';
import { microsOf } from '../../domain/time.ts';
import { maxSpansPerTrace, type Outcome } from '../store.ts';
import type { ReadySpan } from './ready-batch.ts';
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
  readonly #placed = new Map<string, ReadySpan>();
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
    return this.#from(startOf(record), () => {
      const row = this.#rowId();
      const stored = this.#record ?? (this.#loaded?.record && loadTraceRecord(this.#context.sql, row));
      const merged = stored === undefined ? record : merge(stored, record);
      if (merged !== stored) {
        this.#record = merged;
        this.#written.add(0);
        this.#hasChanged = true;
      }
      return 'stored';
    });
  }

  applySpan(span: ReadySpan): Outcome {
    const { spanId, startMicros } = span.entry;
    return this.#from(startMicros, () => {
      if (this.#entries.has(spanId)) return this.#update(spanId, span.record());
      return this.#entries.size >= maxSpansPerTrace ? 'full' : this.#insert(span);
    });
  }

  /** Merges a record, which need not be whole, into a span that is there. */
  mergeSpan(spanId: string, record: Merged): Outcome {
    return this.#from(startOf(record), () => this.#update(spanId, record));
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

  /** Applies a record that starts then, if it may. The retention start only moves earlier. */
  #from(start: number | undefined, apply: () => Outcome): Outcome {
    if (start === undefined) return apply();
    if (start <= this.#context.cutoffMicros) return 'expired';
    if (start > this.#context.nowMicros + maxAheadMicros) return 'future';
    const outcome = apply();
    if (outcome === 'stored' && start < this.#retentionMicros) {
      this.#retentionMicros = start;
      this.#hasChanged = true;
    }
    return outcome;
  }

  #insert(span: ReadySpan): Outcome {
    const { sql, project } = this.#context;
    const { spanId } = span.entry;
    const trace = this.#rowId();
    const place = this.#placeOf(span);
    // Spans of a trace are never removed but with it, so this is a number that none of them has.
    const number = this.#entries.size + 1;
    const insert = () => insertSpan(sql, { project, trace, place, number }, span);
    // The id may be taken by a trace that no reader sees any more: then it is free.
    if (!insert() && !(freeSpanId(this.#context, spanId) && insert())) return 'conflict';
    if (place !== undefined) this.#placed.set(spanId, span);
    return this.#enter(span.entry, number);
  }

  #update(spanId: string, record: Merged): Outcome {
    const { sql, project, pricer } = this.#context;
    const found = findSpan(sql, project, spanId) as StoredSpan;
    const stored = this.#placed.get(spanId)?.record() ?? spanRecord(sql, this.#segments, spanId, found);
    const merged = merge(stored, record);
    if (merged === stored) return 'stored';
    this.#placed.delete(spanId);
    return this.#enter(updateSpan(sql, { trace: this.#rowId(), spanId }, merged, pricer), found.number);
  }

  #placeOf({ position }: ReadySpan): ContentPlace | undefined {
    const segment = this.#segment;
    return segment === undefined || position === undefined ? undefined : { segment, position };
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
