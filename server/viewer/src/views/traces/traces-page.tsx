import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { TraceRecord } from 'llm-tracer/schema';
import { Columns3, Radio, RefreshCw } from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { statsQuery, type TraceSort } from '../../api/queries.ts';
import { readFilters } from '../../model/filters.ts';
import { countOf, formatDuration, formatExact, type TimeZone } from '../../model/format.ts';
import { isReleased, type ListedTrace } from '../../model/released-rows.ts';
import { defaultRange } from '../../model/time-range.ts';
import { costOf } from '../../model/trace-cost.ts';
import { usePageTitle } from '../../page-title.ts';
import { usePreferences } from '../../preferences.ts';
import { keepScroll, keptScroll } from '../../scroll-memory.ts';
import { usePageSession } from '../../session-context.ts';
import { useShortcuts } from '../../shortcuts.ts';
import { useUrlState } from '../../url-state.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { FilterBar } from '../parts/filter-bar.tsx';
import { Menu, type MenuAction } from '../parts/menu.tsx';
import { PageHeading } from '../parts/page-heading.tsx';
import { RangePicker } from '../parts/range-picker.tsx';
import { SearchedBack } from '../parts/searched-back.tsx';
import { ErrorMessage, LoadingRows, StateMessage } from '../parts/state-message.tsx';
import { EmptyTraces } from './empty-traces.tsx';
import { Histogram } from './histogram.tsx';
import { LiveRegion } from './live-region.tsx';
import { rememberNeighbours } from './neighbours.ts';
import { PeekSheet } from './peek-sheet.tsx';
import { TraceCard } from './trace-card.tsx';
import { type ColumnId, columnNames, fixedColumns, standardColumns, traceColumns } from './trace-columns.tsx';
import styles from './traces-page.module.css';
import { useCounts } from './use-counts.ts';
import { usePrefetch } from './use-prefetch.ts';
import { useTraceList } from './use-trace-list.ts';

const sortOfColumn: Readonly<Partial<Record<ColumnId, TraceSort>>> = {
  started: 'time',
  duration: 'duration',
  cost: 'cost',
};

/** The traces of a project: what happened, newest first. */
export function TracesPage() {
  usePageTitle('Traces');
  const { key, project } = usePageSession();
  const { search, change } = useUrlState();
  const preferences = usePreferences();
  const navigate = useNavigate();
  const searchField = useRef<HTMLInputElement>(null);
  const isPointerInside = useRef(false);
  const isAtTop = useRef(true);
  const [editing, setEditing] = useState<string>();
  const [peeked, setPeeked] = useState<string>();
  const [now] = useState(() => new Date());

  const zone: TimeZone = search['tz'] === 'utc' || search['tz'] === 'local' ? search['tz'] : preferences.zone;
  const read = useMemo(() => readFilters(search), [search]);
  const filters = useMemo(() => ({ ...read.filters, from: read.filters['from'] ?? defaultRange.from }), [read]);
  const sort: TraceSort = search['sort'] === 'duration' || search['sort'] === 'cost' ? search['sort'] : 'time';
  const isLive = search['live'] !== 'off';
  const selected = search['sel'];
  const marks = useMemo(() => (search['marks'] ?? '').split(',').filter((id) => id !== ''), [search]);
  const columnIds = useMemo(() => readColumns(search['cols']), [search]);

  const { query, rows, live, admit, refresh, isFollowing, onSeen } = useTraceList({
    filters,
    sort,
    isLive,
    mayAdmit: () => !isPointerInside.current && isAtTop.current && selected === undefined,
  });
  const counts = useCounts(filters, now.getTime());
  // Where the last page ended before it was full, as the server looks at so much at a time.
  const scannedUntil = query.hasNextPage ? query.data?.pages.at(-1)?.scanned_until : undefined;
  const { data: stats } = useQuery(statsQuery(key));
  const prefetch = usePrefetch();
  const rowOf = (id: string | undefined) => {
    const row = rows.find(({ trace_id }) => trace_id === id);
    return row === undefined || isReleased(row) ? undefined : row;
  };
  const selectedRow = rowOf(selected);
  const peekedRow = rowOf(peeked);

  const filter = useCallback(
    (patch: Readonly<Record<string, string | undefined>>) => change({ ...patch, sel: undefined }, 'push'),
    [change],
  );
  const select = useCallback((id: string | undefined) => change({ sel: id }), [change]);
  const open = useCallback(
    (trace: TraceRecord) => {
      rememberNeighbours(
        rows.map(({ trace_id }) => trace_id),
        location.search,
      );
      change({ sel: trace.trace_id });
      void navigate({ to: '/traces/$traceId', params: { traceId: trace.trace_id }, search: { project } } as never);
    },
    [rows, change, navigate, project],
  );
  const mark = (id: string | undefined) => {
    if (id === undefined) return;
    const next = marks.includes(id) ? marks.filter((other) => other !== id) : [...marks, id].slice(-2);
    change({ marks: next.join(',') });
  };
  const compare = () => {
    const [a, b] = marks;
    if (a !== undefined && b !== undefined)
      void navigate({ to: `/compare/${encodeURIComponent(a)}/${encodeURIComponent(b)}`, search: { project } } as never);
  };

  useShortcuts('Traces: this page', [
    { keys: '/', label: 'Search text', run: () => searchField.current?.focus() },
    {
      keys: 'f',
      label: 'Filter by a value of this row',
      run: () => (selectedRow ? setPeeked(selected) : setEditing('status')),
    },
    { keys: ' ', label: 'Peek', run: () => setPeeked(selected ?? rows[0]?.trace_id) },
    { keys: 'x', label: 'Mark to compare', run: () => mark(selected) },
    { keys: 'c', label: 'Compare two marked traces', run: compare },
    { keys: 'l', label: 'Live on or off', run: () => change({ live: isLive ? 'off' : undefined }) },
    { keys: 'r', label: 'Refresh', run: refresh },
    { keys: '.', label: 'Show new traces', run: admit },
    { keys: 'Escape', label: 'Clear the selection', run: () => select(undefined) },
  ]);

  const menuOf = (id: ColumnId): readonly MenuAction[] | undefined => {
    if (id === 'status') return undefined;
    const order = sortOfColumn[id];
    const hide = { label: 'Hide', run: () => change({ cols: columnIds.filter((other) => other !== id).join(',') }) };
    return [
      ...(order === undefined
        ? []
        : [
            {
              label: order === 'time' ? 'Newest first' : 'Greatest first',
              isChosen: sort === order,
              run: () => change({ sort: order === 'time' ? undefined : order, sel: undefined }, 'push'),
            },
          ]),
      ...(id === 'duration' ? [{ label: 'Longer than…', run: () => setEditing('min_duration_ms') }] : []),
      ...(id === 'cost' ? [{ label: 'More than…', run: () => setEditing('min_cost') }] : []),
      ...(filterOfColumn[id] === undefined
        ? []
        : [{ label: `Filter by ${columnNames[id].toLowerCase()}…`, run: () => setEditing(filterOfColumn[id]) }]),
      ...(fixedColumns.includes(id) ? [] : [hide]),
    ];
  };
  const columns = traceColumns(columnIds, {
    zone,
    now,
    search,
    menuOf,
    sorted: (Object.keys(sortOfColumn) as ColumnId[]).find((id) => sortOfColumn[id] === sort) ?? 'started',
    isMarked: (id) => marks.includes(id),
    onPeek: (trace) => setPeeked(trace.trace_id),
  });

  const toolbar = (
    <div className={styles.toolbar}>
      <RangePicker
        range={{ from: filters.from, to: read.filters['to'] }}
        onChange={({ from, to }) => filter({ from: from === defaultRange.from ? undefined : from, to })}
      />
      <FilterBar read={read} onChange={filter} searchRef={searchField} editing={editing} onEdit={setEditing} />
      <div className={styles.tools}>
        {marks.length > 0 && (
          <Button look={marks.length === 2 ? 'primary' : 'plain'} disabled={marks.length < 2} onClick={compare}>
            Compare {marks.length} of 2
          </Button>
        )}
        <IconButton label="Refresh" onClick={refresh}>
          <RefreshCw size={16} strokeWidth={1.75} />
        </IconButton>
        <Button isPressed={isLive} onClick={() => change({ live: isLive ? 'off' : undefined })}>
          <Radio size={14} strokeWidth={1.75} aria-hidden /> Live
        </Button>
        <Menu
          align="end"
          trigger={
            <IconButton label="Columns">
              <Columns3 size={16} strokeWidth={1.75} />
            </IconButton>
          }
          actions={(Object.keys(columnNames) as ColumnId[])
            .filter((id) => !fixedColumns.includes(id))
            .map((id) => ({
              label: columnNames[id],
              isChosen: columnIds.includes(id),
              run: () => change({ cols: toggled(columnIds, id) }),
            }))}
        />
      </div>
    </div>
  );

  return (
    <div className={styles.page}>
      <PageHeading className="visually-hidden">Traces</PageHeading>
      {toolbar}
      {isLive && sort !== 'time' && (
        <StateMessage
          shape="line"
          title="Live needs newest first."
          actions={<Button onClick={() => change({ sort: undefined }, 'push')}>Sort by time</Button>}
        />
      )}
      <div className={styles.histogram}>
        <Histogram
          bars={counts.bars}
          zone={zone}
          onBrush={(fromMs, toMs) =>
            filter({ from: new Date(fromMs).toISOString(), to: new Date(Math.min(toMs, Date.now())).toISOString() })
          }
        />
        <p className={styles.totals}>
          <span className={styles.legend}>
            <i className={styles.okKey} /> ok <i className={styles.errorKey} /> error
          </span>
          {counts.total !== undefined && (
            <strong>
              {countOf(counts.total, 'trace')}
              {counts.running !== undefined && counts.running > 0 && ` · ${formatExact(counts.running)} running`}
            </strong>
          )}
        </p>
      </div>
      {query.isPending && <LoadingRows onCancel={() => void query.refetch({ cancelRefetch: true })} />}
      {query.isError && rows.length === 0 && (
        <ErrorMessage what="traces" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isSuccess &&
        rows.length === 0 &&
        live.waiting.length === 0 &&
        (scannedUntil === undefined ? (
          <EmptyTraces filters={read.filters} zone={zone} onChange={filter} />
        ) : (
          <SearchedBack until={scannedUntil} found={0} onFurther={() => void query.fetchNextPage()} />
        ))}
      {(rows.length > 0 || live.waiting.length > 0) && (
        <div
          className={styles.table}
          onPointerEnter={() => {
            isPointerInside.current = true;
          }}
          onPointerLeave={() => {
            isPointerInside.current = false;
          }}
        >
          <DataTable
            label="Traces"
            columns={columns}
            rows={rows}
            keyOf={keyOf}
            isReleased={isReleased}
            onSeen={onSeen}
            nameOf={nameOf}
            card={(trace) => <TraceCard trace={trace} now={now} zone={zone} />}
            selectedKey={selected}
            onSelect={select}
            onOpen={open}
            onHover={prefetch}
            classOf={({ trace_id }) =>
              live.lapsed.has(trace_id)
                ? styles.lapsed
                : live.admitted.some((row) => row.trace_id === trace_id)
                  ? styles.fresh
                  : undefined
            }
            onNearEnd={() => {
              const isAtLeisure = !query.isFetchingNextPage && !query.isError && scannedUntil === undefined;
              if (query.hasNextPage && isAtLeisure) void query.fetchNextPage();
            }}
            total={counts.total}
            onScrollTop={(top) => {
              isAtTop.current = top;
            }}
            initialOffset={keptScroll()}
            onScroll={keepScroll}
            notice={
              live.hasGap ? (
                <Button look="primary" className={styles.pill ?? ''} onClick={refresh}>
                  More than 100 traces arrived at once. Load them
                </Button>
              ) : live.waiting.length > 0 ? (
                <Button look="primary" className={styles.pill ?? ''} onClick={admit}>
                  {countOf(live.waiting.length, 'new trace')}, press .
                </Button>
              ) : null
            }
            end={<ListEnd query={query} loaded={rows.length} scannedUntil={scannedUntil} />}
          />
        </div>
      )}
      {stats !== undefined && Object.keys(stats.dropped).length > 0 && <Dropped dropped={stats.dropped} />}
      {peekedRow !== undefined && (
        <PeekSheet
          trace={peekedRow}
          zone={zone}
          isMarked={marks.includes(peekedRow.trace_id)}
          onMark={() => mark(peekedRow.trace_id)}
          onFilter={(patch) => {
            setPeeked(undefined);
            filter(patch);
          }}
          onClose={() => setPeeked(undefined)}
        />
      )}
      <LiveRegion text={isFollowing && live.waiting.length > 0 ? countOf(live.waiting.length, 'new trace') : ''} />
    </div>
  );
}

const filterOfColumn: Readonly<Partial<Record<ColumnId, string>>> = {
  name: 'name',
  models: 'model',
  user: 'user_id',
  session: 'session_id',
  tags: 'tags',
  scores: 'score',
  environment: 'environment',
  release: 'release',
};

const keyOf = ({ trace_id }: ListedTrace): string => trace_id;

const nameOf = (trace: TraceRecord): string =>
  [
    trace.name,
    trace.status === 'error' ? 'failed' : trace.status,
    formatDuration(trace.duration_ms),
    countOf(trace.span_count, 'span'),
    `cost ${costOf(trace)}`,
  ].join(', ');

/** The columns an address asks for. Those that a row cannot do without are always there. */
function readColumns(text: string | undefined): readonly ColumnId[] {
  if (text === undefined) return standardColumns;
  const asked = new Set(text.split(','));
  return (Object.keys(columnNames) as ColumnId[]).filter((id) => asked.has(id) || fixedColumns.includes(id));
}

function toggled(shown: readonly ColumnId[], id: ColumnId): string | undefined {
  const next = (Object.keys(columnNames) as ColumnId[]).filter((other) => (other === id) !== shown.includes(other));
  return next.join(',') === standardColumns.join(',') ? undefined : next.join(',');
}

interface ListEndProps {
  readonly query: ReturnType<typeof useTraceList>['query'];
  readonly loaded: number;
  readonly scannedUntil: string | undefined;
}

function ListEnd({ query, loaded, scannedUntil }: ListEndProps) {
  const { me } = usePageSession();
  if (query.isFetchNextPageError)
    return (
      <ErrorMessage shape="line" what="older traces" error={query.error} onRetry={() => void query.fetchNextPage()} />
    );
  if (scannedUntil !== undefined)
    return <SearchedBack until={scannedUntil} found={loaded} onFurther={() => void query.fetchNextPage()} />;
  if (query.hasNextPage) return <>Loaded {formatExact(loaded)}. Older traces follow as you scroll.</>;
  return (
    <>
      That is all in this time range.{' '}
      {me !== undefined && `Traces older than ${formatExact(me.limits.retention_days)} days have expired.`}
    </>
  );
}

function Dropped({ dropped }: { readonly dropped: Readonly<Record<string, number>> }) {
  const total = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const reasons = Object.entries(dropped).map(
    ([reason, count]) => `${reason.replaceAll('_', ' ')} ${formatExact(count)}`,
  );
  return (
    <p className={styles.dropped}>
      SDKs reported {countOf(total, 'dropped record')}: {reasons.join(', ')}.
    </p>
  );
}
