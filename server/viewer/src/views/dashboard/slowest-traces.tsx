import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listTraces, projectQueryKey } from '../../api/queries.ts';
import { formatDuration } from '../../model/format.ts';
import { costText } from '../../model/group-totals.ts';
import { usePageSession } from '../../session-context.ts';
import { ListTime } from '../groups/group-cells.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { ErrorMessage, LoadingRows } from '../parts/state-message.tsx';
import { StatusMark } from '../parts/status-mark.tsx';
import styles from './dashboard-page.module.css';
import type { ChartContext } from './dashboard-page.tsx';

const mostRows = 10;

/** The traces that took longest in the range. */
export function SlowestTraces({ dashboard: { filters } }: ChartContext) {
  const { key, project } = usePageSession();
  const { data, isPending, isError, error, refetch } = useQuery({
    queryKey: projectQueryKey(key, 'slowest', filters),
    queryFn: ({ signal }) => listTraces(key, { ...filters, sort: 'duration' }, signal, mostRows),
    staleTime: 60_000,
  });
  return (
    <section className={styles.card} aria-label="Slowest traces">
      <header className={styles.cardHeader}>
        <h2>Slowest traces</h2>
        <Link to="/traces" search={{ project, ...filters, sort: 'duration' } as never}>
          All
        </Link>
      </header>
      {isPending && <LoadingRows rows={4} />}
      {isError && <ErrorMessage shape="line" what="the slowest traces" error={error} onRetry={() => void refetch()} />}
      {data !== undefined && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
        <div className={styles.tableScroller} role="region" aria-label="Slowest traces, table" tabIndex={0}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Trace</th>
                <th scope="col">Started</th>
                <th scope="col">Duration</th>
                <th scope="col">Cost</th>
              </tr>
            </thead>
            <tbody>
              {data.traces.map((trace) => (
                <tr key={trace.trace_id}>
                  <th scope="row">
                    <span className={styles.traceName}>
                      <StatusMark status={trace.status} />
                      <Link
                        to="/traces/$traceId"
                        params={{ traceId: trace.trace_id }}
                        search={{ project } as never}
                        className={styles.link ?? ''}
                      >
                        <PayloadText text={trace.name} />
                      </Link>
                    </span>
                  </th>
                  <td>
                    <ListTime time={trace.start_time} />
                  </td>
                  <td>{formatDuration(trace.duration_ms)}</td>
                  <td>{costText(trace)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
