import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { seriesQuery } from '../../api/queries.ts';
import type { Filters } from '../../model/filters.ts';
import { type Bar, barsOf, barWidthMs, bucketFor, countedPoint, countedTrace } from '../../model/histogram.ts';
import { isLoaded, type ListedTrace } from '../../model/released-rows.ts';
import { boundsOf } from '../../model/time-range.ts';
import { usePageSession } from '../../session-context.ts';

const hourMs = 3_600_000;

export interface Counts {
  readonly bars: readonly Bar[];
  /** How many traces match; undefined while that is not known. */
  readonly total: number | undefined;
  readonly running: number | undefined;
}

/**
 * How many traces match, and when. The server counts by the hour; below that, bars are drawn from the rows if all of them
 * are loaded.
 */
export function useCounts(
  filters: Filters,
  rows: readonly ListedTrace[],
  hasEveryPage: boolean,
  nowMs: number,
): Counts {
  const { key } = usePageSession();
  const { fromMs, toMs } = boundsOf({ from: filters['from'] ?? '-24h', to: filters['to'] }, nowMs);
  const loaded = useMemo(() => rows.filter(isLoaded), [rows]);
  const hasAllRows = hasEveryPage && loaded.length === rows.length;
  const wantedMs = barWidthMs(fromMs, toMs);
  const widthMs = wantedMs < hourMs && !hasAllRows ? hourMs : wantedMs;
  const { data } = useQuery(seriesQuery(key, filters, { bucket: bucketFor(widthMs) }));
  return useMemo(() => {
    const points = data?.points ?? [];
    const counted = widthMs < hourMs ? loaded.map(countedTrace) : points.map(countedPoint);
    return {
      bars: barsOf(counted, fromMs, toMs, widthMs),
      total: data && points.reduce((sum, { trace_count }) => sum + trace_count, 0),
      running: data && points.reduce((sum, { trace_running_count }) => sum + trace_running_count, 0),
    };
  }, [data, loaded, widthMs, fromMs, toMs]);
}
