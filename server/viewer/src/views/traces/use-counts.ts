import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { countsQuery } from '../../api/queries.ts';
import type { Filters } from '../../model/filters.ts';
import { type Bar, barsOf, barWidthMs, bucketFor } from '../../model/histogram.ts';
import { boundsOf } from '../../model/time-range.ts';
import { usePageSession } from '../../session-context.ts';

export interface Counts {
  readonly bars: readonly Bar[];
  /** How many traces match; undefined while that is not known. */
  readonly total: number | undefined;
  readonly running: number | undefined;
}

/** How many traces match, and when. */
export function useCounts(filters: Filters, nowMs: number): Counts {
  const { key } = usePageSession();
  const { fromMs, toMs } = boundsOf({ from: filters['from'] ?? '-24h', to: filters['to'] }, nowMs);
  const widthMs = barWidthMs(fromMs, toMs);
  const { data } = useQuery(countsQuery(key, filters, bucketFor(widthMs)));
  return useMemo(
    () => ({
      bars: barsOf(data?.points ?? [], fromMs, toMs, widthMs),
      total: data?.points.reduce((sum, { trace_count }) => sum + trace_count, 0),
      running: data?.points.reduce((sum, { trace_running_count }) => sum + trace_running_count, 0),
    }),
    [data, widthMs, fromMs, toMs],
  );
}
