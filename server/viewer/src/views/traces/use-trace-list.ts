import { useQueryClient } from '@tanstack/react-query';
import { TraceAnswer, type TraceRecord } from 'llm-tracer/schema';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { followChanges } from '../../api/live.ts';
import { listTraces, type TraceSort, tracesQuery } from '../../api/queries.ts';
import { request } from '../../api/request.ts';
import type { Filters } from '../../model/filters.ts';
import { admitWaiting, emptyLiveList, type LiveList, mergeFresh, mergeOne, rowsOf } from '../../model/live-list.ts';
import { usePageSession } from '../../session-context.ts';
import { useTracePages } from './use-trace-pages.ts';

/** Lists may lag behind writes by five seconds; asking from twice that before the newest row misses nothing. */
const lagMs = 10_000;
/** How long changes are gathered before they are asked for. */
const gatherMs = 500;
/** A running trace that changed is read by itself, but not a hundred of them. */
const mostSingleReads = 8;

interface TraceListOptions {
  readonly filters: Filters;
  readonly sort: TraceSort;
  readonly isLive: boolean;
  /** Whether new rows may come in at the top by themselves: nobody is reading there. */
  readonly mayAdmit: () => boolean;
}

/** The traces of the page, page by page, with what arrives meanwhile. */
export function useTraceList({ filters, sort, isLive, mayAdmit }: TraceListOptions) {
  const { key } = usePageSession();
  const client = useQueryClient();
  const { query, listed, keepNear } = useTracePages(filters, sort);
  const [live, setLive] = useState<LiveList>(emptyLiveList);
  const [loadedAt, setLoadedAt] = useState(0);
  // Another list, or the same one loaded anew, begins without what came on top of the former.
  if (query.data?.pageParams.length === 1 && query.dataUpdatedAt !== loadedAt) {
    setLoadedAt(query.dataUpdatedAt);
    setLive(emptyLiveList);
  }

  const rows = useMemo(() => rowsOf(live, listed), [live, listed]);
  const state = useRef({ listed, rows, filters, mayAdmit });
  state.current = { listed, rows, filters, mayAdmit };

  const isFollowing = isLive && sort === 'time' && query.isSuccess && filters['to'] === undefined;
  const isVisible = usePageVisible();
  useEffect(() => {
    if (!isFollowing || !isVisible) return;
    const abort = new AbortController();
    const changed = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;

    const catchUp = async () => {
      timer = undefined;
      const { rows: shown, filters: asked } = state.current;
      const newest = shown[0]?.start_time;
      const since = newest === undefined ? asked['from'] : new Date(Date.parse(newest) - lagMs).toISOString();
      const page = await listTraces(key, { ...asked, from: since }, abort.signal);
      const touched = [...changed];
      changed.clear();
      setLive((list) =>
        mergeFresh(
          list,
          state.current.listed,
          {
            traces: page.traces,
            hasMore: page.has_more,
            since: since !== undefined && newest !== undefined ? since : '',
          },
          state.current.mayAdmit(),
        ),
      );
      // What started long ago and has changed is not on that page.
      const onPage = new Set(page.traces.map(({ trace_id }) => trace_id));
      const shownIds = new Set(shown.map(({ trace_id }) => trace_id));
      const single = touched.filter((id) => shownIds.has(id) && !onPage.has(id)).slice(0, mostSingleReads);
      for (const id of single) {
        const trace = await readTrace(id, key.key, abort.signal);
        if (trace !== undefined) setLive((list) => mergeOne(list, trace));
      }
    };
    const schedule = (ids: readonly string[]) => {
      for (const id of ids) changed.add(id);
      timer ??= setTimeout(() => void catchUp().catch(() => {}), gatherMs);
    };
    schedule([]);
    void followChanges(key, { onTraces: schedule, onMissed: () => schedule([]) }, abort.signal);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [isFollowing, isVisible, key]);

  const refresh = useCallback(() => {
    // Only the first page is read again, and what is shown stays until that is there.
    const { queryKey } = tracesQuery(key, filters, sort);
    client.setQueryData(
      queryKey,
      (data) => data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
    );
    void client.invalidateQueries({ queryKey });
    void client.invalidateQueries({ queryKey: ['project', key.project, 'counts'] });
  }, [client, key, filters, sort]);
  const admit = useCallback(() => setLive(admitWaiting), []);
  const onSeen = useCallback(
    (first: number, last: number) => keepNear(first - live.admitted.length, last - live.admitted.length),
    [keepNear, live.admitted.length],
  );

  return { query, rows, live, admit, refresh, isFollowing, onSeen };
}

async function readTrace(id: string, key: string | undefined, signal: AbortSignal): Promise<TraceRecord | undefined> {
  try {
    const answer = await request(`/api/traces/${encodeURIComponent(id)}`, TraceAnswer, {
      key,
      query: { payloads: false, limit: 1 },
      signal,
    });
    return answer.trace;
  } catch {
    return undefined; // deleted meanwhile; it stays as it was read
  }
}

function usePageVisible(): boolean {
  const [isVisible, setIsVisible] = useState(() => document.visibilityState === 'visible');
  useEffect(() => {
    const update = () => setIsVisible(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', update);
    return () => document.removeEventListener('visibilitychange', update);
  }, []);
  return isVisible;
}
