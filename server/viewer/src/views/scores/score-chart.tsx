import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { listTraces, projectQueryKey } from '../../api/queries.ts';
import { scoreNames, scoreSeries } from '../../model/dashboard/scores.ts';
import { sumOf } from '../../model/dashboard/series.ts';
import { formatExact, formatPercent } from '../../model/format.ts';
import { usePageSession } from '../../session-context.ts';
import { useUrlState } from '../../url-state.ts';
import { Chart, type ChartLayer } from '../dashboard/chart.tsx';
import { groupColour, otherColour } from '../dashboard/chart-colours.ts';
import styles from '../dashboard/dashboard-page.module.css';
import type { ChartContext } from '../dashboard/dashboard-page.tsx';
import { Button } from '../parts/button.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { ErrorMessage } from '../parts/state-message.tsx';

/** So many traces are looked at: the server has no series of scores. Beyond, the chart says what it is of. */
const mostTraces = 1_000;

/** What people, code and models thought of traces, over time: one score at a time. */
export function ScoreChart({ dashboard, zone, isUnfinished, openTraces, zoom, tableOf }: ChartContext) {
  const { key } = usePageSession();
  const { search, change } = useUrlState();
  const { filters, starts, widthMs } = dashboard;
  // Names come from the newest traces; those of a score from all that have it.
  const newest = useQuery({
    queryKey: projectQueryKey(key, 'score names', filters),
    queryFn: ({ signal }) => listTraces(key, filters, signal, 500),
    staleTime: 60_000,
  });
  const names = useMemo(() => scoreNames(newest.data?.traces ?? []), [newest.data]);
  const name = search['score_name'] ?? names[0];
  const scored = useQuery({
    queryKey: projectQueryKey(key, 'scored', filters, name),
    queryFn: ({ signal }) => listTraces(key, { ...filters, score: name }, signal, mostTraces),
    enabled: name !== undefined && filters['score' as keyof typeof filters] === undefined,
    staleTime: 60_000,
  });
  // A condition on a score stands among the filters already: the traces that meet it are all there is to see.
  const page = filters['score' as keyof typeof filters] === undefined ? scored.data : newest.data;
  const series = useMemo(
    () => (name === undefined ? undefined : scoreSeries(page?.traces ?? [], name, starts, widthMs)),
    [page, name, starts, widthMs],
  );
  const layers = useMemo<readonly ChartLayer[]>(
    () =>
      (series?.layers ?? []).map((layer, rank) => ({
        ...layer,
        colour: layer.label === 'Other' ? otherColour : groupColour(rank),
        label: layer.label === 'true' ? 'yes' : layer.label === 'false' ? 'no' : layer.label,
        total:
          series?.kind === 'mean' ? Number(series.mean.toPrecision(3)).toString() : formatExact(sumOf(layer.values)),
        onOpen: (index: number | undefined) =>
          openTraces(index, {
            score: layer.group === undefined ? (name ?? '') : `${name}=${layer.group}`,
          }),
      })),
    [series, name, openTraces],
  );

  if (newest.isError)
    return <ErrorMessage shape="line" what="the scores" error={newest.error} onRetry={() => void newest.refetch()} />;
  const yes = layers.find(({ label }) => label === 'yes');
  return (
    <Chart
      {...tableOf('scores')}
      title={name === undefined ? 'Scores' : `Score ${name}`}
      kind={series?.kind === 'mean' ? 'lines' : 'bars'}
      starts={starts}
      bucketMs={widthMs}
      layers={layers}
      format={(value) => (series?.kind === 'mean' ? Number(value.toPrecision(3)).toString() : formatExact(value))}
      zone={zone}
      isUnfinished={isUnfinished}
      onOpen={(index) => openTraces(index, name === undefined ? {} : { score: name })}
      onZoom={zoom}
      finding={
        series === undefined
          ? 'No score was given in this time range. Add one on a trace, or send it from code.'
          : series.kind === 'mean'
            ? `Mean ${Number(series.mean.toPrecision(3))} over ${formatExact(series.count)} scores.`
            : yes === undefined
              ? `${formatExact(series.count)} scores.`
              : `${formatPercent(sumOf(yes.values) / series.count)} yes over ${formatExact(series.count)} scores.`
      }
      note={page?.has_more ? `Of the newest ${formatExact(page.count)} traces that have it.` : undefined}
      footer={
        names.length > 1 && (
          <fieldset className={styles.choice}>
            <legend className="visually-hidden">Which score</legend>
            {names.slice(0, 6).map((other) => (
              <Button key={other} look="quiet" isPressed={other === name} onClick={() => change({ score_name: other })}>
                <PayloadText text={other} />
              </Button>
            ))}
          </fieldset>
        )
      }
    />
  );
}
