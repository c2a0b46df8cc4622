import type { TraceRecord } from 'llm-tracer/schema';
import type { ListedTrace } from './released-rows.ts';

/** A list that is read while more arrives: what was read stays where it is. */
export interface LiveList {
  /** Newer versions of rows that are shown, by id. */
  readonly updates: ReadonlyMap<string, TraceRecord>;
  /** New rows that are shown above the others, newest first. */
  readonly admitted: readonly TraceRecord[];
  /** New rows that wait until the reader asks for them, newest first. */
  readonly waiting: readonly TraceRecord[];
  /** Rows that are shown and no longer match. */
  readonly lapsed: ReadonlySet<string>;
  /** Whether more arrived at once than a page holds, so that between new and old some are missing. */
  readonly hasGap: boolean;
}

export const emptyLiveList: LiveList = {
  updates: new Map(),
  admitted: [],
  waiting: [],
  lapsed: new Set(),
  hasGap: false,
};

export interface FreshPage {
  readonly traces: readonly TraceRecord[];
  /** Whether the page was full. */
  readonly hasMore: boolean;
  /** From when on it was asked for. */
  readonly since: string;
}

/** Merges a page of the newest traces by id. `shown` are the rows below the admitted ones. */
export function mergeFresh(
  list: LiveList,
  shown: readonly ListedTrace[],
  { traces, hasMore, since }: FreshPage,
  admits: boolean,
): LiveList {
  const known = new Set([...shown, ...list.admitted].map(({ trace_id }) => trace_id));
  const updates = new Map(list.updates);
  for (const trace of traces) if (known.has(trace.trace_id)) updates.set(trace.trace_id, trace);

  const fresh = traces.filter(({ trace_id }) => !known.has(trace_id));
  const waiting = byTime([...new Map([...list.waiting, ...fresh].map((trace) => [trace.trace_id, trace])).values()]);
  const lapsed = new Set(list.lapsed);
  if (!hasMore) {
    // The page has everything since then: what is shown and not on it has changed so that it does not match any more.
    const matching = new Set(traces.map(({ trace_id }) => trace_id));
    for (const { trace_id, start_time } of [...list.admitted, ...shown])
      if (start_time >= since) {
        if (matching.has(trace_id)) lapsed.delete(trace_id);
        else lapsed.add(trace_id);
      }
  }
  const hasGap = list.hasGap || (hasMore && known.size > 0 && fresh.length === traces.length);
  const merged = { updates, admitted: list.admitted, waiting, lapsed, hasGap };
  return admits && !hasGap ? admitWaiting(merged) : merged;
}

/** Takes one trace that was read by itself. */
export const mergeOne = (list: LiveList, trace: TraceRecord): LiveList => ({
  ...list,
  updates: new Map(list.updates).set(trace.trace_id, trace),
});

/** Shows what waits. */
export function admitWaiting(list: LiveList): LiveList {
  if (list.waiting.length === 0) return list;
  return { ...list, admitted: [...list.waiting, ...list.admitted], waiting: [] };
}

/** The rows to show: in the order in which they came to be shown, each in its newest version. */
export function rowsOf<Row extends ListedTrace>(list: LiveList, shown: readonly Row[]): readonly (Row | TraceRecord)[] {
  const admitted = new Set(list.admitted.map(({ trace_id }) => trace_id));
  const all = [...list.admitted, ...shown.filter(({ trace_id }) => !admitted.has(trace_id))];
  return list.updates.size === 0 ? all : all.map((trace) => list.updates.get(trace.trace_id) ?? trace);
}

const byTime = (traces: readonly TraceRecord[]): readonly TraceRecord[] =>
  [...traces].sort((a, b) =>
    a.start_time < b.start_time ? 1 : a.start_time > b.start_time ? -1 : a.trace_id < b.trace_id ? 1 : -1,
  );
