import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useCallback, useEffect } from 'react';
import { ApiProblem } from '../../api/api-problem.ts';
import { readMoreSpans, releaseTraces } from '../../api/trace-tree.ts';
import { formatExact, shortId } from '../../model/format.ts';
import { usePageTitle } from '../../page-title.ts';
import { usePageSession } from '../../session-context.ts';
import { useShortcuts } from '../../shortcuts.ts';
import { IconButton } from '../parts/button.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { ErrorMessage, LoadingRows, StateMessage } from '../parts/state-message.tsx';
import { neighboursOf } from '../traces/neighbours.ts';
import { TraceBody } from './trace-body.tsx';
import styles from './trace-page.module.css';
import { TraceTotals } from './trace-totals.tsx';
import { useTrace } from './use-trace.ts';

/** One trace: its tree, its time, and what was sent and answered in each span. */
export function TracePage() {
  const { traceId } = useParams({ strict: false }) as { traceId: string };
  const { key, project, me } = usePageSession();
  const navigate = useNavigate();
  const { query, data, tree, now } = useTrace(traceId);
  usePageTitle(data?.trace.name ?? 'Trace', shortId(traceId));

  const neighbours = neighboursOf(traceId);
  const at = neighbours?.ids.indexOf(traceId) ?? -1;
  const goTo = (id: string | undefined) => {
    if (id !== undefined)
      void navigate({ to: '/traces/$traceId', params: { traceId: id }, search: { project } } as never);
  };
  const previous = () => goTo(neighbours?.ids[at - 1]);
  const next = () => goTo(neighbours?.ids[at + 1]);
  useShortcuts('Trace: its list', [
    { keys: '[', label: 'Previous trace of the list', run: previous },
    { keys: ']', label: 'Next trace of the list', run: next },
    {
      keys: 'x',
      label: 'Compare with…',
      run: () => void navigate({ to: `/compare/${encodeURIComponent(traceId)}`, search: { project } } as never),
    },
  ]);
  useEffect(() => document.getElementById('page')?.focus(), []);
  const client = useQueryClient();
  useEffect(() => () => releaseTraces(client), [client]);
  const readMore = useCallback(() => readMoreSpans(client, key, traceId), [client, key, traceId]);

  const isUnknown = query.error instanceof ApiProblem && [404, 422].includes(query.error.status);
  return (
    <div className={styles.page}>
      <div className={styles.crumbs}>
        <nav aria-label="Where this is" className={styles.path}>
          <Link to="/traces" search={listSearch(neighbours?.search, project) as never}>
            Traces
          </Link>
          <span aria-hidden> / </span>
          <h1 className={styles.title}>
            <PayloadText text={data?.trace.name ?? 'Trace'} /> <code>{shortId(traceId)}</code>
          </h1>
        </nav>
        {data !== undefined && tree !== undefined && <TraceTotals data={data} tree={tree} />}
        {neighbours !== undefined && (
          <div className={styles.neighbours}>
            <IconButton label="Previous trace of the list" disabled={at <= 0} onClick={previous}>
              <ChevronLeft size={16} />
            </IconButton>
            {formatExact(at + 1)} of {formatExact(neighbours.ids.length)}
            <IconButton label="Next trace of the list" disabled={at >= neighbours.ids.length - 1} onClick={next}>
              <ChevronRight size={16} />
            </IconButton>
          </div>
        )}
      </div>
      {query.isPending && (
        <LoadingRows rowHeight={28} onCancel={() => void navigate({ to: '/traces', search: { project } } as never)} />
      )}
      {isUnknown && (
        <StateMessage
          title={`No trace ${shortId(traceId)} in project ${project}.`}
          actions={<Link to={'/sign-in' as never}>Switch project</Link>}
        >
          It may have expired{me !== undefined && ` after ${me.limits.retention_days} days`}, or the link belongs to
          another project.
        </StateMessage>
      )}
      {query.isError && !isUnknown && data === undefined && (
        <ErrorMessage what="this trace" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {data !== undefined && tree !== undefined && (
        <TraceBody
          key={traceId}
          data={data}
          tree={tree}
          nowMs={now}
          isReading={query.isFetching}
          failure={query.error}
          onReadMore={readMore}
        />
      )}
    </div>
  );
}

/** The list as it was left. */
function listSearch(search: string | undefined, project: string): Record<string, string> {
  return search === undefined ? { project } : Object.fromEntries(new URLSearchParams(search));
}
