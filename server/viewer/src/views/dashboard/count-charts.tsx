import { useMemo } from 'react';
import {
  type Count,
  countLayers,
  countValues,
  filterOfGrouping,
  type Layer,
  sumOf,
} from '../../model/dashboard/series.ts';
import { modelCalls, rangeTotals } from '../../model/dashboard/totals.ts';
import { formatCost, formatCount, formatExact, formatPercent } from '../../model/format.ts';
import { bucketLabel } from './bucket-label.ts';
import { Chart, type ChartLayer, largestShare } from './chart.tsx';
import { groupColour, otherColour } from './chart-colours.ts';
import type { ChartContext } from './dashboard-page.tsx';

/** The layers of a count by group, each in its colour and with the way to its traces. */
function useGroupLayers(
  { dashboard, openTraces }: ChartContext,
  count: Count,
  format: (value: number) => string,
): readonly ChartLayer[] {
  const { grouped, starts, ranking, by } = dashboard;
  return useMemo(
    () =>
      countLayers(grouped.data?.points ?? [], starts, ranking, by, count).map((layer) => ({
        ...layer,
        colour: colourOf(layer, ranking.groups),
        total: format(sumOf(layer.values)),
        onOpen:
          layer.group === undefined || (by === 'tag' && layer.group.includes(','))
            ? undefined
            : (index) => openTraces(index, { [filterOfGrouping[by]]: layer.group ?? '' }),
      })),
    [grouped.data, starts, ranking, by, count, format, openTraces],
  );
}

const colourOf = ({ group }: Layer, groups: readonly string[]): string =>
  group === undefined ? otherColour : groupColour(groups.indexOf(group));

const common = ({ dashboard, zone, isUnfinished, openTraces, zoom }: ChartContext) => ({
  starts: dashboard.starts,
  bucketMs: dashboard.widthMs,
  zone,
  isUnfinished,
  onOpen: (index: number) => openTraces(index),
  onZoom: zoom,
});

/** "Cost peaked at $4.10 on 3 Jan": the greatest bucket of a count. */
function peakOf(values: readonly number[], { dashboard: { starts, widthMs }, zone }: ChartContext) {
  const most = Math.max(0, ...values);
  const start = starts[values.indexOf(most)];
  return most === 0 || start === undefined ? undefined : { most, at: bucketLabel(start, widthMs, zone) };
}

export function CostChart(context: ChartContext) {
  const { dashboard, tableOf } = context;
  const { whole, starts, by, models } = dashboard;
  const layers = useGroupLayers(context, 'total_cost', formatCost);
  const points = whole.data?.points ?? [];
  const peak = peakOf(countValues(points, starts, 'total_cost'), context);
  const { largest } = largestShare(layers);
  const { unpriced } = rangeTotals(points);
  return (
    <Chart
      {...common(context)}
      {...tableOf('cost')}
      title={`Cost by ${by}`}
      kind="bars"
      layers={layers}
      format={formatCost}
      finding={
        peak === undefined
          ? 'No cost is known in this time range.'
          : `Peaked at ${formatCost(peak.most)} on ${peak.at}.${largest === undefined || layers.length < 2 ? '' : ` ${formatPercent(largest.share)} of all is ${largest.label}.`}`
      }
      note={
        unpriced > 0 && models.data !== undefined
          ? `${formatExact(unpriced)} of ${formatExact(modelCalls(models.data.points))} calls have no price.`
          : undefined
      }
    />
  );
}

export function TracesChart(context: ChartContext) {
  const { dashboard, tableOf, openTraces } = context;
  const { whole, starts } = dashboard;
  const points = whole.data?.points;
  const layers = useMemo<readonly ChartLayer[]>(() => {
    const all = countValues(points ?? [], starts, 'trace_count');
    const failed = countValues(points ?? [], starts, 'trace_error_count');
    return [
      {
        label: 'without error',
        colour: '--border-strong',
        values: all.map((count, index) => count - (failed[index] ?? 0)),
        total: formatExact(sumOf(all) - sumOf(failed)),
        onOpen: (index: number | undefined) => openTraces(index),
      },
      {
        label: 'failed',
        colour: '--danger-bar',
        values: failed,
        total: formatExact(sumOf(failed)),
        onOpen: (index: number | undefined) => openTraces(index, { status: 'error' }),
      },
    ].filter(({ values }) => sumOf(values) > 0);
  }, [points, starts, openTraces]);
  const { traces, failed } = rangeTotals(points ?? []);
  return (
    <Chart
      {...common(context)}
      {...tableOf('traces')}
      title="Traces and errors"
      kind="bars"
      layers={layers}
      format={formatExact}
      formatAxis={formatCount}
      finding={
        failed === 0
          ? `None of ${formatExact(traces)} failed.`
          : `${formatExact(failed)} of ${formatExact(traces)} failed: ${formatPercent(failed / traces)}.`
      }
    />
  );
}

export function TokensChart(context: ChartContext) {
  const { dashboard, tableOf, openTraces } = context;
  const { whole, starts } = dashboard;
  const points = whole.data?.points;
  const layers = useMemo<readonly ChartLayer[]>(
    () =>
      (
        [
          ['tokens_input', 'in', '--span-llm'],
          ['tokens_output', 'out', '--span-function'],
        ] as const
      )
        .map(([count, label, colour]) => {
          const values = countValues(points ?? [], starts, count);
          return {
            label,
            colour,
            values,
            total: formatCount(sumOf(values)),
            onOpen: (index: number | undefined) => openTraces(index),
          };
        })
        .filter(({ values }) => sumOf(values) > 0),
    [points, starts, openTraces],
  );
  const { tokensInput, tokensOutput } = rangeTotals(points ?? []);
  return (
    <Chart
      {...common(context)}
      {...tableOf('tokens')}
      title="Tokens"
      kind="bars"
      layers={layers}
      format={formatExact}
      formatAxis={formatCount}
      finding={
        tokensOutput === 0
          ? `${formatCount(tokensInput)} tokens went in.`
          : `${formatCount(tokensInput)} tokens went in, ${formatCount(tokensOutput)} came out: ${formatCount(Math.round(tokensInput / tokensOutput))} to 1.`
      }
      note="Cached and reasoning tokens are among them."
    />
  );
}

export function CallsChart(context: ChartContext) {
  const { dashboard, tableOf } = context;
  const { by } = dashboard;
  // What a model, or a trace of a name, user or tag, did: spans of the model, else traces.
  const count = by === 'model' ? 'span_count' : 'trace_count';
  const layers = useGroupLayers(context, count, formatExact).filter(
    ({ label }) => by !== 'model' || label !== 'no model',
  );
  const what = by === 'model' ? 'Model calls' : 'Traces';
  const { total, largest } = largestShare(layers);
  return (
    <Chart
      {...common(context)}
      {...tableOf('calls')}
      title={`${what} by ${by}`}
      kind="bars"
      layers={layers}
      format={formatExact}
      formatAxis={formatCount}
      finding={
        largest === undefined
          ? `No ${what.toLowerCase()} in this time range.`
          : `${formatExact(total)} in all, ${formatPercent(largest.share)} of them ${largest.label}.`
      }
      note={by === 'tag' ? 'A trace of two tags is in both.' : undefined}
    />
  );
}
