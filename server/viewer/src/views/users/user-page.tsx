import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import type { SessionSummary, TraceRecord, UserSummary } from 'llm-tracer/schema';
import { useMemo, useState } from 'react';
import { sessionsQuery, usersQuery } from '../../api/queries.ts';
import { allows } from '../../api/session.ts';
import { isFile } from '../../file/opened-files.ts';
import { countOf, formatCount, formatDuration } from '../../model/format.ts';
import { costText, tokensOf } from '../../model/group-totals.ts';
import { isReleased, type ListedTrace } from '../../model/released-rows.ts';
import { usePageTitle } from '../../page-title.ts';
import { usePreferences } from '../../preferences.ts';
import { usePageSession } from '../../session-context.ts';
import { useUrlState } from '../../url-state.ts';
import { ListTime } from '../groups/group-cells.tsx';
import { groupRange } from '../groups/group-list.tsx';
import { Breadcrumb } from '../parts/breadcrumb.tsx';
import { Button } from '../parts/button.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { RangePicker } from '../parts/range-picker.tsx';
import { ErrorMessage, LoadingRows, StateMessage } from '../parts/state-message.tsx';
import { SessionCard } from '../sessions/session-card.tsx';
import { sessionColumns } from '../sessions/session-columns.tsx';
import { TraceCard } from '../traces/trace-card.tsx';
import { traceColumns } from '../traces/trace-columns.tsx';
import { useTracePages } from '../traces/use-trace-pages.ts';
import { DeleteUserDialog } from './delete-user-dialog.tsx';
import styles from './user-page.module.css';

/** One user: totals, sessions and traces, and the deletion of all of it. */
export function UserPage() {
  const { userId = '' } = useParams({ strict: false }) as { userId?: string };
  usePageTitle('User', userId);
  const { key, project } = usePageSession();
  const { search, change } = useUrlState();
  const [isDeleting, setIsDeleting] = useState(false);
  const filters = useMemo(
    () => ({
      user_id: userId,
      from: search['from'] ?? groupRange,
      ...(search['to'] === undefined ? {} : { to: search['to'] }),
    }),
    [userId, search],
  );
  const totals = useInfiniteQuery(usersQuery(key, filters));
  const user = totals.data?.pages[0]?.users[0];
  const isShowingTraces = search['tab'] === 'traces';
  const mayDelete = allows(key, 'admin');

  return (
    <div className={styles.page}>
      <Breadcrumb parent={{ label: 'Users', to: '/users' }} title={<PayloadText text={userId} />}>
        {user !== undefined && <UserFacts user={user} />}
        <CopyButton text={userId} label="Copy the user id" isIcon />
      </Breadcrumb>
      <div className={styles.toolbar}>
        <RangePicker
          range={{ from: filters.from, to: search['to'] }}
          onChange={({ from, to }) => change({ from: from === groupRange ? undefined : from, to }, 'push')}
        />
        <fieldset className={styles.tabs}>
          <legend className="visually-hidden">What is shown</legend>
          <Button isPressed={!isShowingTraces} onClick={() => change({ tab: undefined, sel: undefined }, 'push')}>
            Sessions
          </Button>
          <Button isPressed={isShowingTraces} onClick={() => change({ tab: 'traces', sel: undefined }, 'push')}>
            Traces
          </Button>
        </fieldset>
        <span className={styles.rest} />
        {!isFile(project) && (
          <Button
            look="danger"
            disabled={!mayDelete}
            title={mayDelete ? undefined : 'Deleting needs an admin key.'}
            onClick={() => setIsDeleting(true)}
          >
            Delete this user’s data…
          </Button>
        )}
      </div>
      {isShowingTraces ? <UserTraces filters={filters} /> : <UserSessions filters={filters} />}
      {isDeleting && <DeleteUserDialog userId={userId} onClose={() => setIsDeleting(false)} />}
    </div>
  );
}

function UserFacts({ user }: { readonly user: UserSummary }) {
  return (
    <>
      {countOf(user.trace_count, 'trace')} in {countOf(user.session_count, 'session')} · {formatCount(tokensOf(user))}{' '}
      tokens · {costText(user)} · {countOf(user.error_count, 'error')} · last seen <ListTime time={user.last_time} />
    </>
  );
}

interface ListProps {
  readonly filters: { readonly user_id: string; readonly from: string; readonly to?: string };
}

function UserSessions({ filters }: ListProps) {
  const { key, project } = usePageSession();
  const { search, change } = useUrlState();
  const navigate = useNavigate();
  const query = useInfiniteQuery(sessionsQuery(key, filters));
  const rows = useMemo(() => query.data?.pages.flatMap(({ sessions }) => sessions) ?? [], [query.data]);
  if (query.isPending) return <LoadingRows />;
  if (query.isError && rows.length === 0)
    return <ErrorMessage what="the sessions" error={query.error} onRetry={() => void query.refetch()} />;
  if (rows.length === 0)
    return (
      <StateMessage
        title="No sessions in this time range."
        actions={<Button onClick={() => change({ tab: 'traces' }, 'push')}>Show traces</Button>}
      >
        The traces of this user may belong to no session.
      </StateMessage>
    );
  return (
    <DataTable
      label="Sessions"
      columns={sessionColumns}
      rows={rows}
      keyOf={sessionKey}
      nameOf={sessionName}
      card={(session) => <SessionCard session={session} />}
      selectedKey={search['sel']}
      onSelect={(sel) => change({ sel })}
      onOpen={({ session_id }) =>
        void navigate({ to: '/sessions/$sessionId', params: { sessionId: session_id }, search: { project } } as never)
      }
      onNearEnd={() => {
        if (query.hasNextPage && !query.isFetchingNextPage && !query.isError) void query.fetchNextPage();
      }}
      total={query.hasNextPage ? undefined : rows.length}
    />
  );
}

const sessionKey = ({ session_id }: SessionSummary) => session_id;
const sessionName = (session: SessionSummary) =>
  `session ${session.session_id}, ${countOf(session.trace_count, 'turn')}, cost ${costText(session)}`;

function UserTraces({ filters }: ListProps) {
  const { project } = usePageSession();
  const { search, change } = useUrlState();
  const { zone } = usePreferences();
  const navigate = useNavigate();
  const [now] = useState(() => new Date());
  const { query, listed: rows, keepNear } = useTracePages({ ...filters }, 'time');
  const columns = useMemo(
    () =>
      traceColumns(['status', 'name', 'started', 'duration', 'models', 'spans', 'tokens', 'cost', 'session', 'tags'], {
        zone,
        now,
        search: {},
        menuOf: () => undefined,
        sorted: 'started',
        isMarked: () => false,
        onPeek: ({ trace_id }) =>
          void navigate({ to: '/traces/$traceId', params: { traceId: trace_id }, search: { project } } as never),
      }),
    [zone, now, navigate, project],
  );
  if (query.isPending) return <LoadingRows />;
  if (query.isError && rows.length === 0)
    return <ErrorMessage what="the traces" error={query.error} onRetry={() => void query.refetch()} />;
  if (rows.length === 0)
    return (
      <StateMessage
        title="No traces in this time range."
        actions={
          filters.from !== '-90d' && (
            <Button look="primary" onClick={() => change({ from: '-90d', to: undefined }, 'push')}>
              Show last 90 days
            </Button>
          )
        }
      />
    );
  return (
    <DataTable
      label="Traces"
      columns={columns}
      rows={rows}
      keyOf={traceKey}
      isReleased={isReleased}
      onSeen={keepNear}
      nameOf={traceName}
      card={(trace) => <TraceCard trace={trace} now={now} zone={zone} />}
      selectedKey={search['sel']}
      onSelect={(sel) => change({ sel })}
      onOpen={({ trace_id }) =>
        void navigate({ to: '/traces/$traceId', params: { traceId: trace_id }, search: { project } } as never)
      }
      onNearEnd={() => {
        if (query.hasNextPage && !query.isFetchingNextPage && !query.isError) void query.fetchNextPage();
      }}
      total={query.hasNextPage ? undefined : rows.length}
    />
  );
}

const traceKey = ({ trace_id }: ListedTrace) => trace_id;
const traceName = (trace: TraceRecord) =>
  `${trace.name}, ${trace.status === 'error' ? 'failed' : trace.status}, ${formatDuration(trace.duration_ms)}`;
