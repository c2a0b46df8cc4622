import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { seriesQuery } from '../../api/queries.ts';
import { rangeOfFile } from '../../file/opened-files.ts';
import { bucketFor, bucketMs, bucketStarts } from '../../model/dashboard/buckets.ts';
import { type Grouping, rankGroups } from '../../model/dashboard/series.ts';
import { periodBefore } from '../../model/dashboard/totals.ts';
import { type ReadFilters, readFilters } from '../../model/filters.ts';
import { boundsOf } from '../../model/time-range.ts';
import { usePageSession } from '../../session-context.ts';
import { useUrlState } from '../../url-state.ts';

export const dashboardRange = '-7d';
export const groupings: readonly Grouping[] = ['model', 'name', 'user', 'tag'];

/** Everything that the dashboard reads: its range and filters, and the series that they stand for. */
export function useDashboard() {
  const { key, project } = usePageSession();
  const { search } = useUrlState();
  // The range ends where the page was opened or asked anew: charts that creep on by themselves cannot be compared.
  const [nowMs, setNowMs] = useState(Date.now);
  const read: ReadFilters = useMemo(() => readFilters(search), [search]);
  const filters = useMemo(() => ({ from: dashboardRange, ...rangeOfFile(project), ...read.filters }), [project, read]);
  const { fromMs, toMs } = useMemo(
    () => boundsOf({ from: filters.from, to: filters['to' as keyof typeof filters] }, nowMs),
    [filters, nowMs],
  );
  const bucket = bucketFor(fromMs, toMs, search['bucket']);
  const by = groupings.find((grouping) => grouping === search['by']) ?? 'model';

  const asked = useMemo(() => {
    const fixed = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
    return { now: { ...filters, ...fixed }, before: { ...filters, ...periodBefore(fromMs, toMs) } };
  }, [filters, fromMs, toMs]);
  const whole = useQuery({ ...seriesQuery(key, asked.now, { bucket }), placeholderData: keepPreviousData });
  const grouped = useQuery({
    ...seriesQuery(key, asked.now, { bucket, groupBy: by }),
    placeholderData: keepPreviousData,
  });
  const models = useQuery({
    ...seriesQuery(key, asked.now, { bucket, groupBy: 'model' }),
    placeholderData: keepPreviousData,
  });
  const before = useQuery(seriesQuery(key, asked.before, { bucket }));
  const modelsBefore = useQuery(seriesQuery(key, asked.before, { bucket, groupBy: 'model' }));

  const starts = useMemo(() => bucketStarts(fromMs, toMs, bucket), [fromMs, toMs, bucket]);
  const ranking = useMemo(() => rankGroups(grouped.data?.points ?? []), [grouped.data]);
  return {
    read,
    /** The filters with both ends of the range fixed. */
    filters: asked.now,
    fromMs,
    toMs,
    nowMs,
    bucket,
    widthMs: bucketMs(bucket),
    by,
    starts,
    ranking,
    whole,
    grouped,
    models,
    before,
    modelsBefore,
    refresh: () => setNowMs(Date.now()),
  };
}

export type Dashboard = ReturnType<typeof useDashboard>;
