import type { SessionSummary, UserSummary } from 'llm-tracer/schema';
import { encodeCursor } from '../../domain/cursor.ts';
import { type GroupedTrace, GroupTotals } from '../../domain/group-totals.ts';
import { stringOf } from '../storable-text.ts';
import type { PageRequest, SessionPage, SessionTraces, TraceFilter, UserPage } from '../store.ts';
import { decodeSummary } from './codec.ts';
import { positionOf } from './list-traces.ts';
import { type ReadContext, throwIfAbandoned } from './read-context.ts';
import { scoresOf } from './score-rows.ts';
import { conditionsOf } from './trace-conditions.ts';
import { traceOfRow } from './trace-view.ts';

/** A column that traces are grouped by. */
type GroupColumn = 'session_id' | 'user_id';

/** Named to the planner, which does not know that a range of time holds more traces than one user has. */
const groupIndexes: Readonly<Record<GroupColumn, string>> = {
  session_id: 'traces_by_session',
  user_id: 'traces_by_user',
};

export function listSessions(context: ReadContext, filter: TraceFilter, page: PageRequest): SessionPage {
  const { groups, nextCursor } = listGroups(context, 'session_id', filter, page);
  const sessions = groups.map((id): SessionSummary => totalsOf(context, { ...filter, sessionId: id }).ofSession(id));
  return { sessions, nextCursor };
}

export function listUsers(context: ReadContext, filter: TraceFilter, page: PageRequest): UserPage {
  const { groups, nextCursor } = listGroups(context, 'user_id', filter, page);
  const users = groups.map((id): UserSummary => totalsOf(context, { ...filter, userId: id }).ofUser(id));
  return { users, nextCursor };
}

type GroupRow = [group: string, startMicros: number, traceId: string];

/**
 * Groups in the order of their newest traces, as a list of traces shows those. So it is a walk along that list, in which a
 * trace stands for its group iff no later one does: a page costs no more than the traces that it passes.
 */
function listGroups(
  context: ReadContext,
  column: GroupColumn,
  filter: TraceFilter,
  page: PageRequest,
): { readonly groups: string[]; readonly nextCursor: string | null } {
  const madeFor = [context.project.name, column, { ...filter, ...page.boundsAsSent }];
  const newest = conditionsOf(context, filter, 'newest');
  const later = conditionsOf(context, filter, 'later');
  const after = page.cursor === undefined ? [] : positionOf(madeFor, page.cursor);
  const rows = context.sql.all<GroupRow>(
    `SELECT ${column}, start_us, trace_id FROM traces AS newest
     WHERE ${newest.sql} AND ${column} IS NOT NULL ${after.length > 0 ? 'AND (start_us, trace_id) < (?, ?)' : ''}
       AND NOT EXISTS (
         SELECT 1 FROM traces AS later INDEXED BY ${groupIndexes[column]}
         WHERE later.${column} = newest.${column} AND (later.start_us, later.trace_id) > (newest.start_us, newest.trace_id)
           AND ${later.sql})
     ORDER BY start_us DESC, trace_id DESC LIMIT ?`,
    ...newest.values,
    ...after,
    ...later.values,
    page.limit + 1,
  );
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    groups: shown.map(([group]) => stringOf(group)),
    nextCursor: rows.length > shown.length && last ? encodeCursor(madeFor, [last[1], last[2]]) : null,
  };
}

type TotalsRow = [startMicros: number, summary: string, userId: string | null, sessionId: string | null];

function totalsOf(context: ReadContext, filter: TraceFilter): GroupTotals {
  const { sql, values } = conditionsOf(context, filter);
  const totals = new GroupTotals();
  for (const row of context.sql.iterate<TotalsRow>(
    `SELECT start_us, summary, user_id, session_id FROM traces WHERE ${sql}`,
    ...values,
  )) {
    throwIfAbandoned(context);
    totals.add(groupedTrace(row));
  }
  return totals;
}

function groupedTrace([startMicros, summary, userId, sessionId]: TotalsRow): GroupedTrace {
  const { endTime, totals } = decodeSummary(summary);
  return {
    startMicros,
    endTime,
    totals,
    userId: userId && stringOf(userId),
    sessionId: sessionId && stringOf(sessionId),
  };
}

type SessionRow = [traceId: string, startMicros: number, summary: string, record: string | null];

/** A session with a page of its traces, oldest first; undefined where no trace is in it. */
export function readSession(context: ReadContext, sessionId: string, page: PageRequest): SessionTraces | undefined {
  const madeFor = [context.project.name, 'session', sessionId];
  const after = page.cursor === undefined ? [] : positionOf(madeFor, page.cursor);
  const { sql, values } = conditionsOf(context, { sessionId });
  const rows = context.sql.all<SessionRow>(
    `SELECT trace_id, start_us, summary, record FROM traces
     WHERE ${sql} ${after.length > 0 ? 'AND (start_us, trace_id) > (?, ?)' : ''}
     ORDER BY start_us, trace_id LIMIT ?`,
    ...values,
    ...after,
    page.limit + 1,
  );
  const totals = totalsOf(context, { sessionId });
  if (totals.isEmpty) return undefined;
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    session: totals.ofSession(sessionId),
    traces: shown.map(([traceId, , summary, record]) =>
      traceOfRow(context, { traceId, summary, record, payload: null }, scoresOf(context, traceId), false),
    ),
    nextCursor: rows.length > shown.length && last ? encodeCursor(madeFor, [last[1], last[0]]) : null,
  };
}
