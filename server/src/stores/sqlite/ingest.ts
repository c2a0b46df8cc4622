import { RollupSheet } from '../../domain/rollup.ts';
import { textOf } from '../storable-text.ts';
import type { Batch, BatchOutcome, Outcome } from '../store.ts';
import type { ReadyBatch } from './ready-batch.ts';
import { addRollups } from './rollup-rows.ts';
import { addSegment, nextSegmentId } from './segments.ts';
import { type LoadedTrace, loadTrace, rowState, traceRowIds } from './trace-rows.ts';
import { TraceWrite } from './trace-write.ts';
import type { WriteContext } from './write-context.ts';

/** Applies a batch inside the caller's transaction: traces, then spans, then scores, each in the order given. */
export function ingest(context: WriteContext, batch: ReadyBatch): BatchOutcome {
  const { source } = batch;
  const segment = source && nextSegmentId(context.sql);
  const writes = new BatchWrites(context, segment);
  const outcomes: BatchOutcome = {
    traces: batch.traces.map((change) => writes.apply(change.traceId, (write) => write.applyTrace(change))),
    spans: batch.spans.map((change) => writes.apply(change.traceId, (write) => write.applySpan(change))),
    scores: batch.scores.map((change) => writes.apply(change.traceId, (write) => write.applyScore(change))),
  };
  const usesSegment = writes.save();
  if (source !== undefined && segment !== undefined && usesSegment)
    addSegment(context.sql, segment, source, keptSpans(batch, outcomes));
  if (batch.dropped !== undefined) saveDropped(context, batch.dropped);
  return outcomes;
}

/** The traces that a batch touches, each opened once. */
class BatchWrites {
  readonly #context: WriteContext;
  readonly #segment: number | undefined;
  readonly #writes = new Map<string, TraceWrite | Outcome>();
  readonly #newRow: () => number;

  constructor(context: WriteContext, segment: number | undefined) {
    this.#context = context;
    this.#segment = segment;
    this.#newRow = traceRowIds(context.sql);
  }

  apply(traceId: string, work: (write: TraceWrite) => Outcome): Outcome {
    let write = this.#writes.get(traceId);
    if (write === undefined) {
      const loaded = loadTrace(this.#context, traceId);
      write =
        refusalOf(this.#context, loaded) ?? new TraceWrite(this.#context, traceId, loaded, this.#newRow, this.#segment);
      this.#writes.set(traceId, write);
    }
    return typeof write === 'string' ? write : work(write);
  }

  /** Writes what is written last, and says whether the batch's segment is used. */
  save(): boolean {
    const writes = [...this.#writes.values()].filter((write) => typeof write !== 'string');
    const usesSegment = writes.some((write) => write.usesSegment);
    const sheet = new RollupSheet();
    for (const write of writes) write.save(sheet, usesSegment ? this.#segment : undefined);
    addRollups(this.#context.sql, this.#context.project, sheet.changes());
    return usesSegment;
  }
}

/**
 * Which spans of the body may be kept; undefined when all of the body may. Elements that the schema refused, or the store,
 * must not stay on disk; nor scores, which may be of traces that segments are not linked to.
 */
function keptSpans(batch: ReadyBatch, outcomes: BatchOutcome): ((position: number) => boolean) | undefined {
  const isWhole =
    batch.source?.isWhole === true &&
    batch.scores.length === 0 &&
    [...outcomes.traces, ...outcomes.spans].every((outcome) => outcome === 'stored');
  if (isWhole) return undefined;
  const kept = new Set(
    batch.spans.filter((_span, index) => outcomes.spans[index] === 'stored').map(({ position }) => position),
  );
  return (position) => kept.has(position);
}

/** What becomes of everything for a trace that is gone. */
function refusalOf(context: WriteContext, loaded: LoadedTrace | undefined): Outcome | undefined {
  if (loaded === undefined) return undefined;
  if (loaded.state === rowState.deleted) return 'swallowed';
  return loaded.state === rowState.expired || loaded.retentionMicros <= context.cutoffMicros ? 'expired' : undefined;
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
