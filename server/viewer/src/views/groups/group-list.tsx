import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { filterFields, type ReadFilters, readFilters, textFromValue } from '../../model/filters.ts';
import { formatExact, formatListTime } from '../../model/format.ts';
import { describeRange } from '../../model/time-range.ts';
import { usePreferences } from '../../preferences.ts';
import { useShortcuts } from '../../shortcuts.ts';
import { useUrlState } from '../../url-state.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { FilterBar } from '../parts/filter-bar.tsx';
import { PageHeading } from '../parts/page-heading.tsx';
import { RangePicker } from '../parts/range-picker.tsx';
import { SearchedBack } from '../parts/searched-back.tsx';
import { ErrorMessage, LoadingRows, StateMessage } from '../parts/state-message.tsx';
import styles from './group-list.module.css';

/** A week: sessions and users are looked at over a longer time than single traces. */
export const groupRange = '-7d';

/** The filters of a page of groups, as its address has them. */
export function useGroupFilters(): ReadFilters {
  const { search } = useUrlState();
  return useMemo(() => {
    const read = readFilters(search);
    return { ...read, filters: { ...read.filters, from: read.filters['from'] ?? groupRange } };
  }, [search]);
}

interface Page {
  readonly scanned_until?: string | undefined;
}

interface GroupListProps<Row, P extends Page> {
  /** "Sessions", "Users". */
  readonly label: string;
  readonly read: ReadFilters;
  readonly query: UseInfiniteQueryResult<InfiniteData<P>>;
  readonly rowsOf: (page: P) => readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly nameOf: (row: Row) => string;
  readonly card: (row: Row) => ReactNode;
  readonly onOpen: (row: Row) => void;
  /** What makes there be any: said where there are none. */
  readonly hint: ReactNode;
}

/** A page that lists what traces are grouped by: time range, filters, table, and why it is empty where it is. */
export function GroupList<Row, P extends Page>(props: GroupListProps<Row, P>) {
  const { label, read, query, rowsOf, columns, keyOf, nameOf, card, onOpen, hint } = props;
  const { search, change } = useUrlState();
  const { zone } = usePreferences();
  const searchField = useRef<HTMLInputElement>(null);
  const [editing, setEditing] = useState<string>();
  const rows = useMemo(() => query.data?.pages.flatMap((page) => [...rowsOf(page)]) ?? [], [query.data, rowsOf]);
  const filter = useCallback(
    (patch: Readonly<Record<string, string | undefined>>) => change({ ...patch, sel: undefined }, 'push'),
    [change],
  );
  const select = useCallback((key: string | undefined) => change({ sel: key }), [change]);
  useShortcuts(`${label}: this page`, [
    { keys: '/', label: 'Search text', run: () => searchField.current?.focus() },
    { keys: 'f', label: 'Filter', run: () => setEditing('status') },
    { keys: 'r', label: 'Refresh', run: () => void query.refetch() },
    { keys: 'Escape', label: 'Clear the selection', run: () => select(undefined) },
  ]);
  const scannedUntil = query.hasNextPage ? query.data?.pages.at(-1)?.scanned_until : undefined;
  const searchFurther = () => void query.fetchNextPage();
  const what = label.toLowerCase();

  return (
    <div className={styles.page}>
      <PageHeading className="visually-hidden">{label}</PageHeading>
      <div className={styles.toolbar}>
        <RangePicker
          range={{ from: read.filters['from'] ?? groupRange, to: read.filters['to'] }}
          onChange={({ from, to }) => filter({ from: from === groupRange ? undefined : from, to })}
        />
        <div className={styles.filters}>
          <FilterBar read={read} onChange={filter} searchRef={searchField} editing={editing} onEdit={setEditing} />
        </div>
        <IconButton label="Refresh" onClick={() => void query.refetch()}>
          <RefreshCw size={16} strokeWidth={1.75} />
        </IconButton>
      </div>
      {query.isPending && <LoadingRows onCancel={() => void query.refetch({ cancelRefetch: true })} />}
      {query.isError && rows.length === 0 && (
        <ErrorMessage what={what} error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isSuccess &&
        rows.length === 0 &&
        (scannedUntil === undefined ? (
          <EmptyGroups what={what} read={read} hint={hint} zone={zone} onChange={filter} />
        ) : (
          <SearchedBack until={scannedUntil} found={0} onFurther={searchFurther} />
        ))}
      {rows.length > 0 && (
        <DataTable
          label={label}
          columns={columns}
          rows={rows}
          keyOf={keyOf}
          nameOf={nameOf}
          card={card}
          selectedKey={search['sel']}
          onSelect={select}
          onOpen={onOpen}
          onNearEnd={() => {
            const isAtLeisure = !query.isFetchingNextPage && !query.isError && scannedUntil === undefined;
            if (query.hasNextPage && isAtLeisure) void query.fetchNextPage();
          }}
          total={query.hasNextPage ? undefined : rows.length}
          end={
            query.isFetchNextPageError ? (
              <ErrorMessage
                shape="line"
                what={`more ${what}`}
                error={query.error}
                onRetry={() => void query.fetchNextPage()}
              />
            ) : scannedUntil !== undefined ? (
              <SearchedBack until={scannedUntil} found={rows.length} onFurther={searchFurther} />
            ) : query.hasNextPage ? (
              `Loaded ${formatExact(rows.length)}. More follow as you scroll.`
            ) : (
              `That is all in this time range: ${formatExact(rows.length)}.`
            )
          }
        />
      )}
    </div>
  );
}

interface EmptyGroupsProps {
  readonly what: string;
  readonly read: ReadFilters;
  readonly hint: ReactNode;
  readonly zone: 'local' | 'utc';
  readonly onChange: (patch: Readonly<Record<string, string | undefined>>) => void;
}

function EmptyGroups({ what, read: { filters }, hint, zone, onChange }: EmptyGroupsProps) {
  const chips = filterFields.filter(({ name }) => filters[name] !== undefined);
  const all = Object.fromEntries([...chips.map(({ name }) => name), 'q'].map((name) => [name, undefined]));
  if (chips.length > 0 || filters['q'] !== undefined)
    return (
      <StateMessage
        title={`No ${what} match.`}
        actions={
          <>
            <Button look="primary" onClick={() => onChange(all)}>
              Clear filters
            </Button>
            {chips.map((field) => (
              <Button key={field.name} onClick={() => onChange({ [field.name]: undefined })}>
                Without {field.label.toLowerCase()}: {textFromValue(field, filters[field.name] ?? '')}
              </Button>
            ))}
          </>
        }
      />
    );
  const now = new Date();
  const range = describeRange({ from: filters['from'] ?? groupRange, to: filters['to'] }, (moment) =>
    formatListTime(moment, now, zone),
  );
  return (
    <StateMessage
      title={`No ${what} in ${range}.`}
      actions={
        filters['from'] !== '-90d' && (
          <Button look="primary" onClick={() => onChange({ from: '-90d', to: undefined })}>
            Show last 90 days
          </Button>
        )
      }
    >
      {hint}
    </StateMessage>
  );
}
