import type { ScoreRecord, TraceRecord } from 'llm-tracer/schema';
import { traceView } from '../../domain/view.ts';
import { decodeRecord, decodeSummary } from './codec.ts';
import type { ReadContext } from './read-context.ts';

/** What a trace's row says of it. */
export interface TraceRowContent {
  readonly traceId: string;
  readonly summary: string;
  readonly record: string | null;
  readonly payload: string | null;
}

/** The wire form of a trace from its row and scores. */
export function traceOfRow(
  { project }: Pick<ReadContext, 'project'>,
  { traceId, summary, record, payload }: TraceRowContent,
  scores: readonly ScoreRecord[],
  hasPayloads: boolean,
): TraceRecord {
  const fields = record === null ? {} : decodeRecord(record, payload).fields;
  const named = scores.map(({ name, value }) => ({ name, value }));
  return traceView(
    { project: project.name, traceId },
    fields,
    { ...decodeSummary(summary), scores: named },
    hasPayloads,
  );
}
