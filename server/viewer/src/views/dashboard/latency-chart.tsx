import { useMemo } from 'react';
import {
  filterOfGrouping,
  type Latency,
  type Percentile,
  percentileValues,
  type Ranking,
} from '../../model/dashboard/series.ts';
import { spreadOf } from '../../model/dashboard/totals.ts';
import { formatDuration } from '../../model/format.ts';
import { useUrlState } from '../../url-state.ts';
import { Button } from '../parts/button.tsx';
import { bucketLabel } from './bucket-label.ts';
import { Chart, type ChartLayer } from './chart.tsx';
import { groupColour, percentileLooks, rankDash } from './chart-colours.ts';
import styles from './dashboard-page.module.css';
import type { ChartContext } from './dashboard-page.tsx';

const kinds = {
  latency: { title: 'Latency', percentiles: ['p50', 'p95', 'p99'] },
  ttft: { title: 'Time to first token', percentiles: ['p50', 'p95'] },
} as const;

interface LatencyChartProps extends ChartContext {
  readonly id: keyof typeof kinds;
}

/** How long things take: the percentiles of all, or one percentile of each group. */
export function LatencyChart({ id, ...context }: LatencyChartProps) {
  const { dashboard, zone, isUnfinished, openTraces, zoom, tableOf } = context;
  const { whole, grouped, starts, widthMs, by, ranking } = dashboard;
  const { search, change } = useUrlState();
  const { title, percentiles } = kinds[id];
  const chosen = percentiles.find((percentile) => percentile === search[id]);
  // Of a model its own calls; of a name, user or tag the traces.
  const latency: Latency =
    id === 'ttft'
      ? 'time_to_first_token_ms'
      : chosen !== undefined && by === 'model'
        ? 'latency_ms'
        : 'trace_latency_ms';

  const wholePoints = whole.data?.points;
  const groupedPoints = grouped.data?.points;
  const layers = useMemo<readonly ChartLayer[]>(() => {
    const own =
      chosen === undefined
        ? percentiles.map((percentile) => ({
            label: percentile,
            ...percentileLooks[percentile],
            values: percentileValues(wholePoints ?? [], starts, latency, percentile),
            group: undefined,
          }))
        : ofGroups(groupedPoints ?? [], starts, latency, chosen, ranking);
    return own
      .filter(({ values }) => values.some((value) => value !== null))
      .map(({ group, ...layer }) => ({
        ...layer,
        total: rangeText(layer.values),
        onOpen: (index: number | undefined) => {
          // A trace at least as slow: only where the line is of traces, so that the list agrees with it.
          const value = index === undefined ? undefined : layer.values[index];
          const slow = latency === 'trace_latency_ms' && value != null ? { min_duration_ms: plain(value) } : {};
          openTraces(index, { ...slow, ...(group === undefined ? {} : { [filterOfGrouping[by]]: group }) });
        },
      }));
  }, [chosen, percentiles, wholePoints, groupedPoints, starts, latency, ranking, by, openTraces]);

  const worst = worstOf(layers, starts);
  const what = latency === 'latency_ms' ? 'calls of each model' : latency === 'trace_latency_ms' ? 'traces' : 'calls';
  return (
    <Chart
      {...tableOf(id)}
      title={chosen === undefined ? title : `${title}, ${chosen} by ${by}`}
      kind="lines"
      starts={starts}
      bucketMs={widthMs}
      layers={layers}
      format={formatDuration}
      zone={zone}
      isUnfinished={isUnfinished}
      onOpen={(index) => openTraces(index)}
      onZoom={zoom}
      finding={
        worst === undefined
          ? id === 'ttft'
            ? 'No call has told when its first token came.'
            : 'Nothing has finished in this time range.'
          : `Of ${what}: slowest ${worst.label} was ${formatDuration(worst.value)} on ${bucketLabel(worst.startMs, widthMs, zone)}.`
      }
      footer={
        <fieldset className={styles.choice}>
          <legend className="visually-hidden">{title}: lines</legend>
          <Button look="quiet" isPressed={chosen === undefined} onClick={() => change({ [id]: undefined })}>
            All
          </Button>
          {percentiles.map((percentile) => (
            <Button
              key={percentile}
              look="quiet"
              isPressed={chosen === percentile}
              onClick={() => change({ [id]: percentile })}
            >
              {percentile} by {by}
            </Button>
          ))}
        </fieldset>
      }
    />
  );
}

const ofGroups = (
  points: Parameters<typeof percentileValues>[0],
  starts: readonly number[],
  latency: Latency,
  percentile: Percentile,
  { groups }: Ranking,
) =>
  groups.map((group, rank) => ({
    group,
    label: group,
    colour: groupColour(rank),
    dash: rankDash(rank),
    values: percentileValues(points, starts, latency, percentile, group),
  }));

/** Percentiles of buckets have no sum and no mean: what can be said of a range is from where to where they go. */
function rangeText(values: readonly (number | null)[]): string {
  const spread = spreadOf(values);
  if (spread === undefined) return '—';
  const { least, most } = spread;
  return least === most ? formatDuration(least) : `${formatDuration(least)} – ${formatDuration(most)}`;
}

function worstOf(layers: readonly ChartLayer[], starts: readonly number[]) {
  let worst: { label: string; value: number; startMs: number } | undefined;
  for (const { label, values } of layers)
    for (const [index, value] of values.entries())
      if (value !== null && (worst === undefined || value > worst.value))
        worst = { label, value, startMs: starts[index] ?? 0 };
  return worst;
}

const plain = (ms: number): string => ms.toFixed(3).replace(/\.?0+$/, '');
