import type { ScoreRecord, SpanRecord, StatsAnswer, TraceAnswer, TraceRecord } from 'llm-tracer/schema';
import { dollarsOf } from '../../domain/cost.ts';
import { decodeCursor, encodeCursor } from '../../domain/cursor.ts';
import { microsOf, microsPerDay } from '../../domain/time.ts';
import { scoreView, spanView, traceView } from '../../domain/view.ts';
import { InvalidCursor, type PageRequest, type ReadTraceOptions, type TraceFilter, type TracePage } from '../store.ts';
import { decodeRecord, decodeSummary, stringOf, textOf } from './codec.ts';
import { nanosOfColumns } from './rollup-rows.ts';
import { SegmentReader } from './segments.ts';
import { findSpan, readContents, type SpanContent } from './span-rows.ts';
import type { Statements } from './statements.ts';
import { rowState } from './trace-rows.ts';

/** What a read is done with. `project` is the name and the number that rows carry. */
export interface ReadContext {
  readonly sql: Statements;
  readonly project: { readonly name: string; readonly id: number };
  /** The latest retention start that has expired. */
  readonly cutoffMicros: number;
  /** Tombstones made at or before this have served. */
  readonly forgottenMicros: number;
}

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
  const trace = viewOf(context, traceId, summary, record, payload, scores, options.payloads);
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

function scoresOf({ sql, project }: ReadContext, traceId: string): ScoreRecord[] {
  const rows = sql.all<[string, string]>(
    'SELECT score_id, record FROM scores WHERE project = ? AND trace_id = ?',
    project.id,
    traceId,
  );
  const scores = rows.map(([scoreId, record]) => scoreView(traceId, scoreId, decodeRecord(record, null).fields));
  return scores.sort((a, b) =>
    a.created_at === b.created_at ? (a.score_id < b.score_id ? -1 : 1) : a.created_at < b.created_at ? -1 : 1,
  );
}

function viewOf(
  { project }: ReadContext,
  traceId: string,
  summary: string,
  record: string | null,
  payload: string | null,
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

type ListRow = [traceId: string, startMicros: number, summary: string, record: string | null];

export function listTraces(context: ReadContext, filter: TraceFilter, page: PageRequest): TracePage {
  const { sql, project, cutoffMicros } = context;
  const madeFor = [project.name, 'traces', { ...filter, ...page.boundsAsSent }];
  const { conditions, values } = conditionsOf(project.id, filter);
  if (page.cursor !== undefined) {
    conditions.push('(start_us, trace_id) < (?, ?)');
    values.push(...positionOf(madeFor, page.cursor));
  }
  const rows = sql.all<ListRow>(
    `SELECT trace_id, start_us, summary, record FROM traces
     WHERE project = ? AND state = 0 AND retention_us > ? ${conditions.map((condition) => `AND ${condition}`).join(' ')}
     ORDER BY start_us DESC, trace_id DESC LIMIT ?`,
    project.id,
    cutoffMicros,
    ...values,
    page.limit + 1,
  );
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    traces: shown.map(([traceId, , summary, record]) =>
      viewOf(context, traceId, summary, record, null, scoresOf(context, traceId), false),
    ),
    nextCursor: rows.length > shown.length && last ? encodeCursor(madeFor, [last[1], last[0]]) : null,
  };
}

/** The filter as SQL. Tags and models stand in an index of their own; the rest are columns of the trace. */
function conditionsOf(project: number, filter: TraceFilter): { conditions: string[]; values: (string | number)[] } {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const add = (condition: string, ...given: (string | number)[]): void => {
    conditions.push(condition);
    values.push(...given);
  };
  if (filter.from !== undefined) add('start_us >= ?', microsOf(filter.from));
  if (filter.to !== undefined) add('start_us < ?', microsOf(filter.to));
  if (filter.userId !== undefined) add('user_id = ?', textOf(filter.userId));
  if (filter.sessionId !== undefined) add('session_id = ?', textOf(filter.sessionId));
  if (filter.name !== undefined) add('name = ?', textOf(filter.name));
  if (filter.status !== undefined) add('status = ?', filter.status);
  if (filter.environment !== undefined) add('environment = ?', textOf(filter.environment));
  if (filter.release !== undefined) add('release = ?', textOf(filter.release));
  if (filter.minDurationMs !== undefined) add('duration_ms >= ?', filter.minDurationMs);
  if (filter.minCost !== undefined) add('cost_usd >= ?', filter.minCost);
  const addLabels = (kind: string, labels: readonly string[]): void =>
    add(
      `id IN (SELECT trace FROM trace_labels WHERE project = ? AND kind = ? AND value IN (${labels.map(() => '?').join(', ')}))`,
      project,
      kind,
      ...labels.map(textOf),
    );
  if (filter.tags !== undefined) addLabels('tag', filter.tags);
  if (filter.model !== undefined) addLabels('model', [filter.model]);
  return { conditions, values };
}

function positionOf(madeFor: unknown, cursor: string): [micros: number, id: string] {
  const [micros, id] = decodeCursor(madeFor, cursor) ?? [];
  if (typeof micros !== 'number' || typeof id !== 'string') throw new InvalidCursor();
  return [micros, id];
}

type StatsRow = [traces: string, spans: string, errors: string, tokens: string, dollars: string, nanos: string];

export function stats({ sql, project, cutoffMicros }: ReadContext): StatsAnswer {
  // As text: a sum may be beyond what a JavaScript number holds.
  const row = sql.get<StatsRow>(
    `SELECT CAST(coalesce(sum(traces), 0) AS TEXT), CAST(coalesce(sum(spans), 0) AS TEXT), CAST(coalesce(sum(errors), 0) AS TEXT),
       CAST(coalesce(sum(tokens_input + tokens_output), 0) AS TEXT),
       CAST(coalesce(sum(cost_dollars), 0) AS TEXT), CAST(coalesce(sum(cost_nanos), 0) AS TEXT)
     FROM rollups WHERE project = ? AND retention_day > ?`,
    project.id,
    cutoffMicros / microsPerDay,
  ) as StatsRow;
  const [traces, spans, errors, tokens, dollars, nanos] = row;
  const dropped = sql.all<[string, number]>(
    'SELECT reason, sum(count) FROM dropped WHERE project = ? AND received_us > ? GROUP BY reason ORDER BY reason',
    project.id,
    cutoffMicros,
  );
  return {
    total_traces: Number(traces),
    total_spans: Number(spans),
    total_tokens: Number(tokens),
    total_cost: dollarsOf(nanosOfColumns(BigInt(dollars), BigInt(nanos))),
    total_errors: Number(errors),
    dropped: Object.fromEntries(dropped.map(([reason, count]) => [stringOf(reason), count])),
  };
}

/** What a project that has never written reads. */
export const emptyStats = (): StatsAnswer => ({
  total_traces: 0,
  total_spans: 0,
  total_tokens: 0,
  total_cost: 0,
  total_errors: 0,
  dropped: {},
});
