import type { SessionSummary, UserSummary } from 'llm-tracer/schema';
import { encodeCursor } from '../../domain/cursor.ts';
import { GroupTotals } from '../../domain/group-totals.ts';
import type { PageRequest, SessionPage, SessionTraces, TraceFilter, UserPage } from '../store.ts';
import { listedTrace, positionOf, stopOf, timePosition } from './list-traces.ts';
import type { ReadContext } from './read-context.ts';
import { Budget, type Position, type SeenTrace, walk } from './walk.ts';

type GroupField = 'session_id' | 'user_id';

export async function listSessions(
  context: ReadContext,
  project: string,
  filter: TraceFilter,
  page: PageRequest,
): Promise<SessionPage> {
  const { groups, ...end } = await listGroups(context, project, 'session_id', filter, page);
  return { sessions: groups.map(({ id, totals }): SessionSummary => totals.ofSession(id)), ...end };
}

export async function listUsers(
  context: ReadContext,
  project: string,
  filter: TraceFilter,
  page: PageRequest,
): Promise<UserPage> {
  const { groups, ...end } = await listGroups(context, project, 'user_id', filter, page);
  return { users: groups.map(({ id, totals }): UserSummary => totals.ofUser(id)), ...end };
}

interface Group {
  readonly id: string;
  readonly totals: GroupTotals;
  /** The newest of its traces that the filter takes. */
  readonly newest: Position;
}

/**
 * Groups in the order of their newest traces, as a list of traces shows those: a walk along that list, in which a trace stands
 * for its group iff it is the newest of it. Which is the newest, and what they come to, is read by the group's own index.
 */
async function listGroups(
  context: ReadContext,
  project: string,
  field: GroupField,
  filter: TraceFilter,
  page: PageRequest,
): Promise<{ readonly groups: readonly Group[]; readonly nextCursor: string | null; readonly scannedUntil?: string }> {
  const madeFor = [project, field, { ...filter, ...page.boundsAsSent }];
  const after = page.cursor === undefined ? undefined : timePosition(madeFor, page.cursor);
  const budget = new Budget(context.scanLimit);
  const met = new Set<string>();
  const groups: Group[] = [];
  for await (const trace of walk(context, project, { filter, after }, budget)) {
    const id = trace.fields[field] as string | undefined;
    if (id === undefined || met.has(id)) continue;
    met.add(id);
    const group = await readGroup(context, project, field, id, filter, budget);
    if (group === undefined || group.newest[1] !== trace.head.traceId) continue;
    groups.push(group);
    if (groups.length > page.limit) break;
  }
  const shown = groups.slice(0, page.limit);
  const last = shown.at(-1);
  if (groups.length > shown.length && last !== undefined)
    return { groups: shown, nextCursor: encodeCursor(madeFor, last.newest) };
  return { groups: shown, ...stopOf(budget, madeFor) };
}

async function readGroup(
  context: ReadContext,
  project: string,
  field: GroupField,
  id: string,
  filter: TraceFilter,
  budget: Budget,
): Promise<Group | undefined> {
  const ofGroup = field === 'session_id' ? { ...filter, sessionId: id } : { ...filter, userId: id };
  const totals = new GroupTotals();
  let newest: Position | undefined;
  // A group is read whole, or its totals would not be its own; what it took is no longer there for others.
  const own = new Budget(Number.POSITIVE_INFINITY);
  let count = 0;
  for await (const trace of walk(context, project, { filter: ofGroup }, own)) {
    newest ??= positionOf(trace);
    totals.add(groupedTrace(trace));
    count += 1;
  }
  budget.spend(count);
  return newest && { id, totals, newest };
}

const groupedTrace = ({ summary, fields }: SeenTrace) => ({
  startMicros: summary.startMicros,
  endTime: summary.endTime,
  totals: summary.totals,
  userId: (fields['user_id'] as string | undefined) ?? null,
  sessionId: (fields['session_id'] as string | undefined) ?? null,
});

/** A session with a page of its traces, oldest first; undefined where no trace is in it. */
export async function readSession(
  context: ReadContext,
  project: string,
  sessionId: string,
  page: PageRequest,
): Promise<SessionTraces | undefined> {
  const madeFor = [project, 'session', sessionId];
  const after = page.cursor === undefined ? undefined : timePosition(madeFor, page.cursor);
  const totals = new GroupTotals();
  const found: SeenTrace[] = [];
  const whole = new Budget(Number.POSITIVE_INFINITY);
  for await (const trace of walk(context, project, { filter: { sessionId }, isAscending: true }, whole)) {
    totals.add(groupedTrace(trace));
    if (found.length <= page.limit && isAfter(positionOf(trace), after)) found.push(trace);
  }
  if (totals.isEmpty) return undefined;
  const shown = found.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    session: totals.ofSession(sessionId),
    traces: shown.map((trace) => listedTrace(project, trace)),
    nextCursor: found.length > shown.length && last !== undefined ? encodeCursor(madeFor, positionOf(last)) : null,
  };
}

const isAfter = ([start, id]: Position, after: Position | undefined): boolean =>
  after === undefined || start > after[0] || (start === after[0] && id > after[1]);
