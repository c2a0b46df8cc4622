import type { TraceRecord } from 'llm-tracer/schema';
import { decodeCursor, encodeCursor } from '../../domain/cursor.ts';
import { timeOf } from '../../domain/time.ts';
import { traceView } from '../../domain/view.ts';
import { InvalidCursor, type ListRequest, type TraceFilter, type TracePage } from '../store.ts';
import type { ReadContext } from './read-context.ts';
import { costOf, durationOf } from './trace-filter.ts';
import { Budget, type Position, type SeenTrace, walk } from './walk.ts';

/** A trace as lists show it: without inputs and outputs. */
export const listedTrace = (project: string, { head, summary, fields, scores }: SeenTrace): TraceRecord =>
  traceView(
    { project, traceId: head.traceId },
    fields,
    { ...summary, scores: scores.map(({ name, value }) => ({ name, value })) },
    false,
  );

export const positionOf = ({ head, summary }: Pick<SeenTrace, 'head' | 'summary'>): Position => [
  summary.startMicros,
  head.traceId,
];

export async function listTraces(
  context: ReadContext,
  project: string,
  filter: TraceFilter,
  page: ListRequest,
): Promise<TracePage> {
  const { sort = 'time' } = page;
  const madeFor = [project, 'traces', sort, { ...filter, ...page.boundsAsSent }];
  return sort === 'time'
    ? listByTime(context, project, filter, page, madeFor)
    : listSorted(context, project, filter, { ...page, sort }, madeFor);
}

async function listByTime(
  context: ReadContext,
  project: string,
  filter: TraceFilter,
  page: ListRequest,
  madeFor: unknown,
): Promise<TracePage> {
  const after = page.cursor === undefined ? undefined : timePosition(madeFor, page.cursor);
  const budget = new Budget(context.scanLimit);
  const found: SeenTrace[] = [];
  for await (const trace of walk(context, project, { filter, after, expected: page.limit + 1 }, budget)) {
    found.push(trace);
    if (found.length > page.limit) break;
  }
  const shown = found.slice(0, page.limit);
  const traces = shown.map((trace) => listedTrace(project, trace));
  const last = shown.at(-1);
  if (found.length > shown.length && last !== undefined)
    return { traces, nextCursor: encodeCursor(madeFor, positionOf(last)) };
  return { traces, ...stopOf(budget, madeFor) };
}

/** What a page says that ended because nothing more may be read. */
export function stopOf({ stoppedAt }: Budget, madeFor: unknown): { nextCursor: string | null; scannedUntil?: string } {
  if (stoppedAt === undefined) return { nextCursor: null };
  return { nextCursor: encodeCursor(madeFor, stoppedAt), scannedUntil: timeOf(stoppedAt[0]) };
}

/** A place in a list by time that a cursor holds. */
export function timePosition(madeFor: unknown, cursor: string): Position {
  const [startMicros, traceId] = decodeCursor(madeFor, cursor) ?? [];
  if (typeof startMicros !== 'number' || typeof traceId !== 'string') throw new InvalidCursor();
  return [startMicros, traceId];
}

/** A sorted page is of a window in time: of all that one call may read, from `window` on. */
interface SortedPosition {
  readonly window: Position | undefined;
  readonly after: readonly [key: number, traceId: string] | undefined;
}

/**
 * By duration or cost, which no index has: what one call may read is read and sorted. Where that is not all, its pages come
 * first, then those of the traces before; `scannedUntil` says to where it is sorted.
 */
async function listSorted(
  context: ReadContext,
  project: string,
  filter: TraceFilter,
  page: ListRequest & { readonly sort: 'duration' | 'cost' },
  madeFor: unknown,
): Promise<TracePage> {
  const { window, after } =
    page.cursor === undefined ? { window: undefined, after: undefined } : sortedPosition(madeFor, page.cursor);
  const budget = new Budget(context.scanLimit);
  const found: { readonly key: number; readonly trace: SeenTrace }[] = [];
  for await (const trace of walk(context, project, { filter, after: window }, budget)) {
    const key = page.sort === 'cost' ? costOf(trace.summary) : (durationOf(trace.summary) ?? -1);
    const isAfter = after === undefined || key < after[0] || (key === after[0] && trace.head.traceId < after[1]);
    if (isAfter) found.push({ key, trace });
  }
  found.sort((a, b) => b.key - a.key || (a.trace.head.traceId < b.trace.head.traceId ? 1 : -1));
  const shown = found.slice(0, page.limit);
  const traces = shown.map(({ trace }) => listedTrace(project, trace));
  const { stoppedAt } = budget;
  const scanned = stoppedAt === undefined ? {} : { scannedUntil: timeOf(stoppedAt[0]) };
  const last = shown.at(-1);
  const cursor = (position: SortedPosition): string =>
    encodeCursor(madeFor, [...(position.window ?? ['', '']), ...(position.after ?? [])]);
  if (found.length > shown.length && last !== undefined)
    return { traces, nextCursor: cursor({ window, after: [last.key, last.trace.head.traceId] }), ...scanned };
  return {
    traces,
    nextCursor: stoppedAt === undefined ? null : cursor({ window: stoppedAt, after: undefined }),
    ...scanned,
  };
}

function sortedPosition(madeFor: unknown, cursor: string): SortedPosition {
  const [windowStart, windowId, key, traceId] = decodeCursor(madeFor, cursor) ?? [];
  const isWindow = typeof windowStart === 'number' && typeof windowId === 'string';
  const isPlace = typeof key === 'number' && typeof traceId === 'string';
  if (!isWindow && !isPlace) throw new InvalidCursor();
  return {
    window: isWindow ? [windowStart, windowId] : undefined,
    after: isPlace ? [key, traceId] : undefined,
  };
}
