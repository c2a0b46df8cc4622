import { useNavigate } from '@tanstack/react-router';
import { RefreshCw } from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { Grouping } from '../../model/dashboard/series.ts';
import { usePageTitle } from '../../page-title.ts';
import { usePreferences } from '../../preferences.ts';
import { usePageSession } from '../../session-context.ts';
import { useShortcuts } from '../../shortcuts.ts';
import { useUrlState } from '../../url-state.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { FilterBar } from '../parts/filter-bar.tsx';
import { Menu } from '../parts/menu.tsx';
import { PageHeading } from '../parts/page-heading.tsx';
import { RangePicker } from '../parts/range-picker.tsx';
import { ErrorMessage, LoadingRows, StateMessage } from '../parts/state-message.tsx';
import { ScoreChart } from '../scores/score-chart.tsx';
import { CallsChart, CostChart, TokensChart, TracesChart } from './count-charts.tsx';
import styles from './dashboard-page.module.css';
import { LatencyChart } from './latency-chart.tsx';
import { SlowestTraces } from './slowest-traces.tsx';
import { TopGroups } from './top-groups.tsx';
import { TotalsRow } from './totals-row.tsx';
import { dashboardRange, groupings, useDashboard } from './use-dashboard.ts';

/** What a chart needs to be drawn and to lead on. */
export interface ChartContext {
  readonly dashboard: ReturnType<typeof useDashboard>;
  readonly zone: 'local' | 'utc';
  readonly isUnfinished: boolean;
  /** Goes to the traces of a bucket, or of the whole range, narrowed further. */
  readonly openTraces: (index: number | undefined, more?: Readonly<Record<string, string>>) => void;
  readonly zoom: (fromMs: number, toMs: number) => void;
  readonly tableOf: (id: string) => {
    readonly isTable: boolean;
    readonly onTable: (isTable: boolean) => void;
  };
}

/** What the application costs, how much it does, how fast, and how often it fails: over time, by model, name, user or tag. */
export function DashboardPage() {
  usePageTitle('Dashboard');
  const { project } = usePageSession();
  const { search, change } = useUrlState();
  const { zone } = usePreferences();
  const navigate = useNavigate();
  const searchField = useRef<HTMLInputElement>(null);
  const [editing, setEditing] = useState<string>();
  const dashboard = useDashboard();
  const { read, filters, fromMs, toMs, nowMs, bucket, widthMs, by, starts, whole, grouped } = dashboard;

  const filter = useCallback((patch: Readonly<Record<string, string | undefined>>) => change(patch, 'push'), [change]);
  const openTraces = useCallback<ChartContext['openTraces']>(
    (index, more = {}) => {
      const start = index === undefined ? undefined : starts[index];
      // The parts of a bucket that lie outside the range are not in its figures.
      const range =
        start === undefined
          ? { from: filters.from, to: filters.to }
          : {
              from: new Date(Math.max(start, fromMs)).toISOString(),
              to: new Date(Math.min(start + widthMs, toMs)).toISOString(),
            };
      void navigate({ to: '/traces', search: { project, ...filters, ...range, ...more } } as never);
    },
    [navigate, project, filters, starts, fromMs, toMs, widthMs],
  );
  const zoom = useCallback(
    (from: number, to: number) =>
      filter({ from: new Date(from).toISOString(), to: new Date(Math.min(to, toMs)).toISOString(), bucket: undefined }),
    [filter, toMs],
  );
  const tables = useMemo(() => (search['table'] ?? '').split(',').filter((id) => id !== ''), [search]);
  const tableOf = useCallback(
    (id: string) => ({
      isTable: tables.includes(id),
      onTable: (isTable: boolean) =>
        change({ table: [...tables.filter((other) => other !== id), ...(isTable ? [id] : [])].join(',') }),
    }),
    [tables, change],
  );
  const isUnfinished = toMs >= nowMs && (starts.at(-1) ?? 0) + widthMs > nowMs;
  const context: ChartContext = { dashboard, zone, isUnfinished, openTraces, zoom, tableOf };

  useShortcuts('Dashboard', [
    { keys: '/', label: 'Search text', run: () => searchField.current?.focus() },
    { keys: 'f', label: 'Filter', run: () => setEditing('status') },
    { keys: 'r', label: 'Refresh', run: dashboard.refresh },
    { keys: 'b', label: 'By model, name, user, tag', run: () => change({ by: nextOf(by) }) },
  ]);

  const isEmpty = whole.isSuccess && whole.data.points.length === 0;
  return (
    <div className={styles.page}>
      <PageHeading className="visually-hidden">Dashboard</PageHeading>
      <div className={styles.toolbar}>
        <RangePicker
          range={{ from: read.filters['from'] ?? dashboardRange, to: read.filters['to'] }}
          onChange={({ from, to }) =>
            filter({ from: from === dashboardRange ? undefined : from, to, bucket: undefined })
          }
        />
        <Menu
          trigger={<Button>By {by}</Button>}
          actions={groupings.map((grouping) => ({
            label: `By ${grouping}`,
            isChosen: grouping === by,
            run: () => change({ by: grouping === 'model' ? undefined : grouping }),
          }))}
        />
        <Menu
          trigger={<Button>{bucket === 'day' ? 'UTC days' : 'Hours'}</Button>}
          actions={[
            {
              label: 'Hours',
              isChosen: bucket === 'hour',
              refusal: toMs - fromMs > 14 * 86_400_000 ? 'At most 14 days of hours can be drawn.' : undefined,
              run: () => change({ bucket: 'hour' }),
            },
            { label: 'UTC days', isChosen: bucket === 'day', run: () => change({ bucket: 'day' }) },
          ]}
        />
        <div className={styles.filters}>
          <FilterBar read={read} onChange={filter} searchRef={searchField} editing={editing} onEdit={setEditing} />
        </div>
        <IconButton label="Refresh" onClick={dashboard.refresh}>
          <RefreshCw size={16} strokeWidth={1.75} />
        </IconButton>
      </div>
      {whole.isPending && <LoadingRows rows={6} rowHeight={80} />}
      {whole.isError && whole.data === undefined && (
        <ErrorMessage what="the dashboard" error={whole.error} onRetry={() => void whole.refetch()} />
      )}
      {grouped.isError && (
        <ErrorMessage
          shape="line"
          what={`the figures by ${by}`}
          error={grouped.error}
          onRetry={() => void grouped.refetch()}
        />
      )}
      {isEmpty && (
        <StateMessage
          title="Nothing happened in this time range."
          actions={
            <Button look="primary" onClick={() => filter({ from: '-30d', to: undefined })}>
              Show last 30 days
            </Button>
          }
        >
          {Object.keys(read.filters).some((name) => name !== 'from' && name !== 'to')
            ? 'Or nothing that passes the filters.'
            : 'Charts begin with the first trace.'}
        </StateMessage>
      )}
      {whole.isSuccess && !isEmpty && (
        <div className={whole.isPlaceholderData ? styles.older : undefined} aria-busy={whole.isFetching}>
          <TotalsRow dashboard={dashboard} />
          <div className={styles.charts}>
            <CostChart {...context} />
            <TracesChart {...context} />
            <LatencyChart {...context} id="latency" />
            <LatencyChart {...context} id="ttft" />
            <TokensChart {...context} />
            <CallsChart {...context} />
            <ScoreChart {...context} />
            <TopGroups {...context} />
            <SlowestTraces {...context} />
          </div>
        </div>
      )}
    </div>
  );
}

const nextOf = (by: Grouping): Grouping | undefined => groupings[(groupings.indexOf(by) + 1) % groupings.length];
