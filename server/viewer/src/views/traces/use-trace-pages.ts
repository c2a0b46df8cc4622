import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo, useRef } from 'react';
import { type TraceSort, tracesPage, tracesQuery } from '../../api/queries.ts';
import type { Filters } from '../../model/filters.ts';
import { isReleased, refilled, releasedNear, releaseFar } from '../../model/released-rows.ts';
import { usePageSession } from '../../session-context.ts';

/** Traces page by page. Of those far from what is seen only their places are kept: `keepNear` is told which are seen. */
export function useTracePages(filters: Filters, sort: TraceSort) {
  const { key } = usePageSession();
  const client = useQueryClient();
  const options = useMemo(() => tracesQuery(key, filters, sort), [key, filters, sort]);
  const { queryKey } = options;
  const query = useInfiniteQuery(options);
  const listed = useMemo(() => query.data?.pages.flatMap(({ traces }) => traces) ?? [], [query.data]);
  const reading = useRef(new Set<string | undefined>());

  const keepNear = useCallback(
    (first: number, last: number) => {
      const data = client.getQueryData(queryKey);
      if (data === undefined) return;
      const pages = releaseFar(data.pages, first, last);
      if (pages !== data.pages) client.setQueryData(queryKey, { ...data, pages: [...pages] });
      for (const index of releasedNear(pages, first, last)) {
        const cursor = data.pageParams[index] as string | undefined;
        if (reading.current.has(cursor)) continue;
        reading.current.add(cursor);
        void tracesPage(key, filters, sort, cursor)
          .then(({ traces }) =>
            client.setQueryData(
              queryKey,
              (now) =>
                now && {
                  ...now,
                  pages: now.pages.map((page, at) =>
                    now.pageParams[at] === cursor && page.traces.some(isReleased) ? refilled(page, traces) : page,
                  ),
                },
            ),
          )
          // It is asked for again when the reader moves on.
          .catch(() => {})
          .finally(() => reading.current.delete(cursor));
      }
    },
    [client, queryKey, key, filters, sort],
  );
  return { query, listed, keepNear };
}
