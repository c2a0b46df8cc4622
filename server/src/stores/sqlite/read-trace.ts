import type { SpanRecord, TraceAnswer } from 'llm-tracer/schema';
import { encodeCursor } from '../../domain/cursor.ts';
import { spanView } from '../../domain/view.ts';
import type { ReadTraceOptions } from '../store.ts';
import { positionOf } from './list-traces.ts';
import type { ReadContext } from './read-context.ts';
import { scoresOf } from './score-rows.ts';
import { SegmentReader } from './segments.ts';
import { findSpan, readContents, type SpanContent } from './span-rows.ts';
import type { Statements } from './statements.ts';
import { TextMemory } from './text-memory.ts';
import { rowState } from './trace-rows.ts';
import { traceOfRow } from './trace-view.ts';

export function traceStateOf(context: ReadContext, traceId: string): 'live' | 'deleted' | 'unknown' {
  const row = context.sql.get<[number, number]>(
    'SELECT state, retention_us FROM traces WHERE project = ? AND trace_id = ?',
    context.project.id,
    traceId,
  );
  if (row === undefined) return 'unknown';
  const [state, retentionMicros] = row;
  if (state === rowState.deleted) return retentionMicros > context.forgottenMicros ? 'deleted' : 'unknown';
  return state === rowState.live && retentionMicros > context.cutoffMicros ? 'live' : 'unknown';
}

/** Whether a trace has more spans than so many. */
export const hasMoreSpans = ({ sql, project }: ReadContext, traceId: string, than: number): boolean =>
  sql.get(
    `SELECT 1 FROM spans WHERE trace = (SELECT id FROM traces WHERE project = ? AND trace_id = ?) LIMIT 1 OFFSET ?`,
    project.id,
    traceId,
    than,
  ) !== undefined;

type TraceRow = [id: number, summary: string, record: string | null, payload: string | null];

export function readTrace(context: ReadContext, traceId: string, options: ReadTraceOptions): TraceAnswer | undefined {
  const { sql, project, cutoffMicros } = context;
  const row = sql.get<TraceRow>(
    `SELECT id, summary, record, ${options.payloads ? 'payload' : 'NULL'}
     FROM traces ${options.payloads ? 'LEFT JOIN trace_payloads ON trace = id' : ''}
     WHERE project = ? AND trace_id = ? AND state = 0 AND retention_us > ?`,
    project.id,
    traceId,
    cutoffMicros,
  );
  if (row === undefined) return undefined;
  const [id, summary, record, payload] = row;
  const scores = scoresOf(context, traceId);
  const trace = traceOfRow(context, { traceId, summary, record, payload }, scores, options.payloads);
  const { spans, nextCursor } = readSpans(context, { id, traceId }, options);
  return {
    trace,
    spans,
    span_count: countSpans(sql, id),
    scores,
    next_cursor: nextCursor,
    has_more: nextCursor !== null,
  };
}

/** A trace as UTF-8 JSON. In memory of its own, which a thread can hand over without a copy. */
export function readTraceJson(
  context: ReadContext,
  traceId: string,
  options: ReadTraceOptions,
): Uint8Array<ArrayBuffer> | undefined {
  const answer = readTrace(context, traceId, options);
  return answer && (context.textMemory ?? new TextMemory()).write(JSON.stringify(answer));
}

const countSpans = (sql: Statements, trace: number): number =>
  sql.get<[number]>('SELECT count(*) FROM spans WHERE trace = ?', trace)?.[0] ?? 0;

function readSpans(
  context: ReadContext,
  trace: { readonly id: number; readonly traceId: string },
  options: ReadTraceOptions,
): { readonly spans: SpanRecord[]; readonly nextCursor: string | null } {
  const madeFor = [context.project.name, 'spans', trace.traceId];
  const [afterMicros, afterId] =
    options.cursor === undefined ? [Number.MIN_SAFE_INTEGER, ''] : positionOf(madeFor, options.cursor);
  const rows = readContents(
    context.sql,
    new SegmentReader(context.sql),
    {
      payloads: options.payloads,
      where: 'WHERE spans.trace = ? AND (start_us, spans.span_id) > (?, ?) ORDER BY start_us, spans.span_id LIMIT ?',
    },
    trace.id,
    afterMicros,
    afterId,
    options.limit + 1,
  );
  const shown = rows.slice(0, options.limit);
  const last = shown.at(-1);
  return {
    spans: shown.map((content) => spanOf(context, trace.traceId, content, options.payloads)),
    nextCursor: rows.length > shown.length && last ? encodeCursor(madeFor, [last.startMicros, last.spanId]) : null,
  };
}

export function readSpan(context: ReadContext, spanId: string): SpanRecord | undefined {
  const { sql, project, cutoffMicros } = context;
  const found = findSpan(sql, project.id, spanId);
  const traceId =
    found &&
    sql.get<[string]>(
      'SELECT trace_id FROM traces WHERE id = ? AND state = 0 AND retention_us > ?',
      found.trace,
      cutoffMicros,
    )?.[0];
  if (found === undefined || traceId === undefined) return undefined;
  const [content] = readContents(
    sql,
    new SegmentReader(sql),
    { payloads: true, where: 'WHERE spans.trace = ? AND spans.span_id = ?' },
    found.trace,
    spanId,
  );
  return content && spanOf(context, traceId, content, true);
}

function spanOf({ project }: ReadContext, traceId: string, content: SpanContent, hasPayloads: boolean): SpanRecord {
  const { spanId, record, price } = content;
  return spanView({ project: project.name, traceId, spanId }, record.fields, price, hasPayloads);
}
