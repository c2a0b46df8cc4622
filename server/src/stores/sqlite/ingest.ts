import type { LedgerEntry } from '../../domain/ledger.ts';
import { merge } from '../../domain/merge.ts';
import type { Pricer } from '../../domain/pricing.ts';
import type { Merged, ScoreChange, SpanChange, TraceChange } from '../../domain/record.ts';
import { maxAheadMicros } from '../../domain/retention.ts';
import { microsOf } from '../../domain/time.ts';
import { tracePayloadFields } from '../../domain/view.ts';
import { type Batch, type BatchOutcome, maxSpansPerTrace, type Outcome } from '../store.ts';
import { decodeRecord, encodeRecord, textOf } from './codec.ts';
import { findSpan, insertSpan, updateSpan } from './span-rows.ts';
import type { Statements } from './statements.ts';
import {
  addTraceRow,
  type LoadedTrace,
  loadTrace,
  loadTraceRecord,
  removeTraceRow,
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
  for (const [traceId, elements] of byTrace(batch)) {
    const loaded = loadTrace(context.sql, context.project, traceId);
    const refusal = refusalOf(context, loaded);
    if (refusal !== undefined) {
      for (const { kind, index } of elements) outcomes[kind][index] = refusal;
      continue;
    }
    const write = new TraceWrite(context, traceId, loaded);
    for (const element of elements) outcomes[element.kind][element.index] = write.apply(element);
    write.save();
  }
  if (batch.dropped !== undefined) saveDropped(context, batch.dropped);
  return outcomes;
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

/** One trace within a batch: its elements are applied to rows at once, its own row is written at the end. */
export class TraceWrite {
  readonly #context: WriteContext;
  readonly #traceId: string;
  readonly #loaded: LoadedTrace | undefined;
  readonly #entries: Map<string, LedgerEntry>;
  #row: number | undefined;
  #record: Merged | undefined;
  #retentionMicros: number;
  #hasChanged = false;

  constructor(context: WriteContext, traceId: string, loaded: LoadedTrace | undefined) {
    this.#context = context;
    this.#traceId = traceId;
    this.#loaded = loaded;
    this.#row = loaded?.id;
    this.#record = loaded?.record;
    this.#entries = new Map(loaded?.entries.map((entry) => [entry.spanId, entry]));
    this.#retentionMicros = loaded?.retentionMicros ?? Number.POSITIVE_INFINITY;
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

  /** Writes the trace's row, labels and sums, if anything has changed. */
  save(): void {
    if (!this.#hasChanged || this.#row === undefined) return;
    const { sql, project } = this.#context;
    const after = versionOf(this.#record, [...this.#entries.values()], this.#retentionMicros);
    if (after === undefined) {
      removeTraceRow(sql, this.#row);
      return;
    }
    const before = this.#loaded && versionOf(this.#loaded.record, this.#loaded.entries, this.#loaded.retentionMicros);
    saveTrace(sql, project, this.#row, before, after);
  }

  #applyTrace({ record }: TraceChange): Outcome {
    const { sql } = this.#context;
    const row = this.#rowId();
    const stored = this.#record === undefined ? undefined : loadTraceRecord(sql, row);
    const merged = stored === undefined ? record : merge(stored, record);
    if (merged === stored) return 'stored';

    const { head, payload } = encodeRecord(merged, tracePayloadFields);
    if (payload !== null)
      sql.run(
        'INSERT INTO trace_payloads VALUES (?, ?) ON CONFLICT DO UPDATE SET payload = excluded.payload',
        row,
        payload,
      );
    // The row keeps the head; a later element of this batch reads it from there.
    sql.run('UPDATE traces SET record = ? WHERE id = ?', head, row);
    this.#record = decodeRecord(head, null).record;
    this.#hasChanged = true;
    return 'stored';
  }

  #applySpan({ spanId, record }: SpanChange): Outcome {
    const { sql, project, pricer } = this.#context;
    const isKnown = this.#entries.has(spanId);
    if (!isKnown && this.#entries.size >= maxSpansPerTrace) return 'full';

    const trace = this.#rowId();
    const inserted = isKnown ? undefined : insertSpan(sql, { project, trace, spanId }, record, pricer);
    if (inserted !== undefined) return this.#entered(inserted);

    const found = findSpan(sql, project, spanId);
    if (found === undefined || found.trace !== trace) return 'conflict';
    const updated = updateSpan(sql, spanId, found, record, pricer);
    return updated === undefined ? 'stored' : this.#entered(updated);
  }

  #entered(entry: LedgerEntry): Outcome {
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
    const stored = found && decodeRecord(found[0], null).record;
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

  /** The row that spans point to: there already, or made for the first element that is not refused. */
  #rowId(): number {
    if (this.#row === undefined) {
      this.#row = addTraceRow(this.#context.sql, this.#context.project, this.#traceId);
      // Even if every element is refused after all: then save() removes the row again.
      this.#hasChanged = true;
    }
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
