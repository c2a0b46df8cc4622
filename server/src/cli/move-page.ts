import { Readable } from 'node:stream';
import type { ScoreUpsert, SpanUpsert, TraceUpsert } from 'llm-tracer/schema';
import { scoreChange, spanChange, traceChange } from '../domain/normalise.ts';
import type { Batch, ExportPosition, Store } from '../stores/store.ts';
import { type ImportedRecord, importSteps } from './import-batches.ts';

export interface MoveCounts {
  readonly traces: number;
  readonly spans: number;
  readonly scores: number;
  /** What the other store did not take. */
  readonly refused: number;
}

const tracesAtOnce = 100;

/** Copies a page of a project's traces, whole, from one store to another; says where the next one begins. */
export async function movePage(
  project: string,
  from: Store,
  to: Store,
  cursor: string | null,
): Promise<MoveCounts & { readonly nextCursor: string | null }> {
  const page = await from.listTraces(project, {}, { limit: tracesAtOnce, ...(cursor === null ? {} : { cursor }) });
  const ids = page.traces.map(({ trace_id }) => trace_id);
  let [spans, scores, refused] = [0, 0, 0];
  for (let position: ExportPosition | null = { trace: 0 }; position !== null; ) {
    const part = await from.exportTraces(project, ids, position);
    for await (const step of importSteps(Readable.from([part.text]), 1, { isWhole: false })) {
      if (step.step === 'fault') throw new Error(`line ${step.line} of an export cannot be read: ${step.detail}`);
      const outcome = await to.ingest(project, batchOf(step.records));
      const all = [...outcome.traces, ...outcome.spans, ...outcome.scores];
      refused += all.filter((became) => became !== 'stored' && became !== 'swallowed').length;
    }
    spans += part.counts.span;
    scores += part.counts.score;
    position = part.next;
  }
  return { traces: ids.length, spans, scores, refused, nextCursor: page.nextCursor };
}

function batchOf(records: readonly ImportedRecord[]): Batch {
  const those = <Upsert>(kind: ImportedRecord['kind']): Upsert[] =>
    records.flatMap((record) => (record.kind === kind ? [JSON.parse(record.json) as Upsert] : []));
  return {
    traces: those<TraceUpsert>('trace').map(traceChange),
    spans: those<SpanUpsert>('span').map((span) => spanChange(span)),
    scores: those<ScoreUpsert>('score').map(scoreChange),
  };
}
