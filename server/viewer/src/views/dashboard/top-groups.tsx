import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { seriesQuery } from '../../api/queries.ts';
import { filterOfGrouping } from '../../model/dashboard/series.ts';
import { type GroupSum, groupSums } from '../../model/dashboard/totals.ts';
import { formatCount, formatExact, formatPercent, formatTotalCost } from '../../model/format.ts';
import { usePageSession } from '../../session-context.ts';
import { useUrlState } from '../../url-state.ts';
import { Button } from '../parts/button.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { ErrorMessage, LoadingRows } from '../parts/state-message.tsx';
import styles from './dashboard-page.module.css';
import type { ChartContext } from './dashboard-page.tsx';
import { groupings } from './use-dashboard.ts';

const plurals = { model: 'models', name: 'names', user: 'users', tag: 'tags' } as const;
const mostRows = 10;

const orders = {
  cost: (a: GroupSum, b: GroupSum) => b.cost - a.cost || b.traces - a.traces,
  traces: (a: GroupSum, b: GroupSum) => b.traces - a.traces,
  failed: (a: GroupSum, b: GroupSum) => b.failed - a.failed || b.failed / b.traces - a.failed / a.traces,
} as const;
const orderNames = { cost: 'Most cost', traces: 'Most traces', failed: 'Most failing' } as const;

/** The models, names, users or tags that cost most, are most frequent, or fail most. */
export function TopGroups({ dashboard, openTraces }: ChartContext) {
  const { key } = usePageSession();
  const { search, change } = useUrlState();
  const of = groupings.find((grouping) => grouping === search['top']) ?? 'name';
  const order = search['order'] === 'traces' || search['order'] === 'failed' ? search['order'] : 'cost';
  const { bucket, filters } = dashboard;
  const { data, isPending, isError, error, refetch } = useQuery(seriesQuery(key, filters, { bucket, groupBy: of }));
  const rows = useMemo(() => groupSums(data?.points ?? []).toSorted(orders[order]), [data, order]);

  return (
    <section className={styles.card} aria-label="Top of the range">
      <header className={styles.cardHeader}>
        <h2>Top {plurals[of]}</h2>
        <fieldset className={styles.tabs}>
          <legend className="visually-hidden">Top of what</legend>
          {groupings.map((grouping) => (
            <Button
              key={grouping}
              look="quiet"
              isPressed={grouping === of}
              onClick={() => change({ top: grouping === 'name' ? undefined : grouping })}
            >
              {plurals[grouping]}
            </Button>
          ))}
        </fieldset>
        <fieldset className={styles.tabs}>
          <legend className="visually-hidden">Order</legend>
          {(Object.keys(orders) as (keyof typeof orders)[]).map((name) => (
            <Button
              key={name}
              look="quiet"
              isPressed={name === order}
              onClick={() => change({ order: name === 'cost' ? undefined : name })}
            >
              {orderNames[name]}
            </Button>
          ))}
        </fieldset>
      </header>
      {isPending && <LoadingRows rows={4} />}
      {isError && <ErrorMessage shape="line" what="this table" error={error} onRetry={() => void refetch()} />}
      {rows.length === 0 && !isPending && !isError && <p className={styles.none}>None in this time range.</p>}
      {rows.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
        <div className={styles.tableScroller} role="region" aria-label={`Top ${plurals[of]}`} tabIndex={0}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{of === 'user' ? 'User' : of[0]?.toUpperCase() + of.slice(1)}</th>
                <th scope="col">Traces</th>
                <th scope="col">Failed</th>
                <th scope="col">Tokens</th>
                <th scope="col">Cost</th>
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, mostRows).map(({ group, traces, failed, tokens, cost, unpriced }) => (
                <tr key={group}>
                  <th scope="row">
                    <button
                      type="button"
                      className={styles.link}
                      onClick={() => openTraces(undefined, { [filterOfGrouping[of]]: group })}
                    >
                      <PayloadText text={group} />
                    </button>
                  </th>
                  <td>{formatCount(traces)}</td>
                  <td>
                    {failed === 0 ? (
                      '0'
                    ) : (
                      <button
                        type="button"
                        className={`${styles.link} ${styles.failed}`}
                        onClick={() => openTraces(undefined, { [filterOfGrouping[of]]: group, status: 'error' })}
                      >
                        {formatExact(failed)} · {formatPercent(failed / traces)}
                        <span className="visually-hidden"> failed traces of {group}</span>
                      </button>
                    )}
                  </td>
                  <td>{formatCount(tokens)}</td>
                  <td>{tokens === 0 && cost === 0 ? '—' : formatTotalCost(cost, unpriced)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rows.length > mostRows && (
        <p className={styles.none}>
          The first {mostRows} of {formatExact(rows.length)}.
        </p>
      )}
    </section>
  );
}
