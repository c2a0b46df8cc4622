import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { listTraces, projectQueryKey } from '../../api/queries.ts';
import { traceTreeQuery } from '../../api/trace-tree.ts';
import { formatDuration, shortId } from '../../model/format.ts';
import { costText } from '../../model/group-totals.ts';
import { usePageTitle } from '../../page-title.ts';
import { usePageSession } from '../../session-context.ts';
import { ListTime } from '../groups/group-cells.tsx';
import { Breadcrumb } from '../parts/breadcrumb.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { ErrorMessage, LoadingRows, StateMessage } from '../parts/state-message.tsx';
import { StatusMark } from '../parts/status-mark.tsx';
import styles from './pick-second.module.css';

const mostOffered = 20;

/** One trace is chosen; the other is one of the newest of the same name. */
export function PickSecondPage() {
  const { a = '' } = useParams({ strict: false }) as { a?: string };
  usePageTitle('Compare');
  const { key, project } = usePageSession();
  const tree = useQuery(traceTreeQuery(key, a));
  const name = tree.data?.trace.name;
  const others = useQuery({
    queryKey: projectQueryKey(key, 'compare with', name),
    queryFn: ({ signal }) => listTraces(key, { name }, signal, mostOffered + 1),
    enabled: name !== undefined,
  });
  const failed = tree.isError ? tree : others.isError ? others : undefined;
  const offered = others.data?.traces.filter(({ trace_id }) => trace_id !== a).slice(0, mostOffered);
  return (
    <div className={styles.page}>
      <Breadcrumb parent={{ label: 'Traces', to: '/traces' }} title="Compare with…" />
      {failed !== undefined && (
        <ErrorMessage what="this trace" error={failed.error} onRetry={() => void failed.refetch()} />
      )}
      {failed === undefined && offered === undefined && <LoadingRows />}
      {offered?.length === 0 && (
        <StateMessage title="There is no other trace of this name.">
          Any two traces can be compared: mark them in the list with x, then press c.
        </StateMessage>
      )}
      {offered !== undefined && offered.length > 0 && name !== undefined && (
        <>
          <p className={styles.lead}>
            The newest traces called{' '}
            <strong>
              <PayloadText text={name} />
            </strong>
            . Choose one to compare with <code>{shortId(a)}</code>.
          </p>
          <ul className={styles.list}>
            {offered.map((trace) => (
              <li key={trace.trace_id}>
                <Link
                  to="/compare/$a/$b"
                  params={{ a, b: trace.trace_id }}
                  search={{ project } as never}
                  className={styles.row ?? ''}
                >
                  <StatusMark status={trace.status} />
                  <code>{shortId(trace.trace_id)}</code>
                  <ListTime time={trace.start_time} />
                  <span>{formatDuration(trace.duration_ms)}</span>
                  <span>{costText(trace)}</span>
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
