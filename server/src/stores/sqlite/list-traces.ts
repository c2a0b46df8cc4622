import { decodeCursor, encodeCursor } from '../../domain/cursor.ts';
import { InvalidCursor, type ListRequest, type TraceFilter, type TracePage, type TraceSort } from '../store.ts';
import type { ReadContext } from './read-context.ts';
import { scoresOf } from './score-rows.ts';
import { conditionsOf } from './trace-conditions.ts';
import { traceOfRow } from './trace-view.ts';

/** What a list is ordered by, greatest first, as a column that is never null. A running trace has no duration yet: it comes last. */
const sortKeys: Readonly<Record<TraceSort, string>> = {
  time: 'start_us',
  duration: 'coalesce(duration_ms, -1)',
  cost: 'cost_usd',
};

type ListRow = [traceId: string, key: number, summary: string, record: string | null];

export function listTraces(context: ReadContext, filter: TraceFilter, page: ListRequest): TracePage {
  const { sort = 'time' } = page;
  const madeFor = [context.project.name, 'traces', sort, { ...filter, ...page.boundsAsSent }];
  const key = sortKeys[sort];
  const conditions = conditionsOf(context, filter);
  const after = page.cursor === undefined ? [] : positionOf(madeFor, page.cursor);
  // The ids first: they come from an index alone, and only the rows of the page are read.
  const rows = context.sql.all<ListRow>(
    `SELECT trace_id, ${key}, summary, record FROM traces
     WHERE id IN (
       SELECT id FROM traces WHERE ${conditions.sql} ${after.length > 0 ? `AND (${key}, trace_id) < (?, ?)` : ''}
       ORDER BY ${key} DESC, trace_id DESC LIMIT ?
     )
     ORDER BY ${key} DESC, trace_id DESC`,
    ...conditions.values,
    ...after,
    page.limit + 1,
  );
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    traces: shown.map(([traceId, , summary, record]) =>
      traceOfRow(context, { traceId, summary, record, payload: null }, scoresOf(context, traceId), false),
    ),
    nextCursor: rows.length > shown.length && last ? encodeCursor(madeFor, [last[1], last[0]]) : null,
  };
}

/** A place in a list that is ordered by a number, then a trace's id. */
export function positionOf(madeFor: unknown, cursor: string): [key: number, traceId: string] {
  const [key, traceId] = decodeCursor(madeFor, cursor) ?? [];
  if (typeof key !== 'number' || typeof traceId !== 'string') throw new InvalidCursor();
  return [key, traceId];
}
