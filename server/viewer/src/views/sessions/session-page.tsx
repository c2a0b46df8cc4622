import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { SessionSummary } from 'llm-tracer/schema';
import { useEffect, useMemo, useRef } from 'react';
import { ApiProblem } from '../../api/api-problem.ts';
import { sessionQuery } from '../../api/queries.ts';
import { countOf, formatCount, formatDuration, formatExact } from '../../model/format.ts';
import { costText, tokensOf } from '../../model/group-totals.ts';
import { pauseBetween } from '../../model/turns.ts';
import { usePageTitle } from '../../page-title.ts';
import { usePageSession } from '../../session-context.ts';
import { useShortcuts } from '../../shortcuts.ts';
import { useUrlState } from '../../url-state.ts';
import { Breadcrumb } from '../parts/breadcrumb.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { ErrorMessage, LoadingRows, StateMessage } from '../parts/state-message.tsx';
import styles from './session-page.module.css';
import { TurnView } from './turn-view.tsx';

/** A conversation, turn by turn, oldest first. */
export function SessionPage() {
  const { sessionId = '' } = useParams({ strict: false }) as { sessionId?: string };
  usePageTitle('Session', sessionId);
  const { key, project, me } = usePageSession();
  const { search, change } = useUrlState();
  const navigate = useNavigate();
  const query = useInfiniteQuery(sessionQuery(key, sessionId));
  const pages = query.data?.pages;
  const turns = useMemo(() => pages?.flatMap(({ traces }) => traces) ?? [], [pages]);
  const session = pages?.at(-1)?.session;

  // Rows of turns are small: all are read, so that the end is there to be gone to. Their texts are not.
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isError, fetchNextPage]);

  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: turns.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 168,
    overscan: 3,
    getItemKey: (index) => turns[index]?.trace_id ?? index,
  });
  const active = Number.parseInt(search['turn'] ?? '', 10) || 0;

  // A link to a turn opens there, once it is loaded. It is measured anew as texts come in, so a few steps bring it in place.
  const arrived = useRef(false);
  const isThere = active > 0 && active <= turns.length;
  useEffect(() => {
    if (arrived.current || !isThere) return;
    arrived.current = true;
    virtualizer.scrollToIndex(active - 1, { align: active === turns.length ? 'end' : 'start' });
  }, [isThere, active, turns.length, virtualizer]);

  const goTo = (turn: number) => {
    const next = Math.max(1, Math.min(turns.length, turn));
    arrived.current = true;
    change({ turn: String(next) });
    virtualizer.scrollToIndex(next - 1, { align: next === turns.length ? 'end' : 'auto' });
  };
  const openTrace = (turn: number) => {
    const trace = turns[turn - 1];
    if (trace !== undefined)
      void navigate({ to: '/traces/$traceId', params: { traceId: trace.trace_id }, search: { project } } as never);
  };
  useShortcuts('Session', [
    { keys: 'j', label: 'Next turn', run: () => goTo(active + 1) },
    { keys: 'k', label: 'Previous turn', run: () => goTo(active - 1) },
    { keys: 'ArrowDown', label: '', isAlias: true, run: () => goTo(active + 1) },
    { keys: 'ArrowUp', label: '', isAlias: true, run: () => goTo(active - 1) },
    {
      keys: 'Enter',
      label: 'Open the trace of the turn',
      run: () => {
        const focused = document.activeElement;
        if (focused instanceof HTMLElement && focused.matches('button, a')) focused.click();
        else openTrace(active);
      },
    },
    { keys: 'Home', label: 'First turn', run: () => goTo(1) },
    { keys: 'End', label: 'Newest turn', run: () => goTo(turns.length) },
    { keys: 'r', label: 'Refresh', run: () => void query.refetch() },
    { keys: 'Escape', label: 'Clear the selection', run: () => change({ turn: undefined }) },
  ]);

  if (query.isError && turns.length === 0)
    return query.error instanceof ApiProblem && query.error.status === 404 ? (
      <StateMessage title={`No session ${sessionId} in project ${project}.`}>
        It may have expired{me !== undefined && ` after ${formatExact(me.limits.retention_days)} days`}, or the link
        belongs to another project.
      </StateMessage>
    ) : (
      <ErrorMessage what="this session" error={query.error} onRetry={() => void query.refetch()} />
    );
  return (
    <div className={styles.page}>
      <Breadcrumb parent={{ label: 'Sessions', to: '/sessions' }} title={<PayloadText text={sessionId} />}>
        {session !== undefined && <SessionFacts session={session} />}
        <CopyButton text={sessionId} label="Copy the session id" isIcon />
      </Breadcrumb>
      {query.isPending && <LoadingRows rows={4} rowHeight={168} />}
      <div
        ref={scroller}
        className={styles.scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
        tabIndex={0}
        role="feed"
        aria-label="Turns"
        aria-busy={query.isFetchingNextPage}
      >
        <div className={styles.turns} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, key: itemKey, start }) => {
            const trace = turns[index];
            if (trace === undefined) return null;
            return (
              <div
                key={itemKey}
                ref={virtualizer.measureElement}
                data-index={index}
                className={styles.item}
                style={{ transform: `translateY(${start}px)` }}
              >
                <TurnView
                  trace={trace}
                  number={index + 1}
                  count={session?.trace_count ?? turns.length}
                  pauseMs={pauseBetween(turns[index - 1], trace)}
                  isActive={index + 1 === active}
                  onSelect={() => change({ turn: String(index + 1) })}
                />
              </div>
            );
          })}
        </div>
        {turns.length > 0 && (
          <p className={styles.end}>
            {query.hasNextPage
              ? `Loaded ${formatExact(turns.length)} turns. Newer ones follow.`
              : 'That is the newest turn.'}
          </p>
        )}
      </div>
    </div>
  );
}

function SessionFacts({ session }: { readonly session: SessionSummary }) {
  const { project } = usePageSession();
  return (
    <>
      {countOf(session.trace_count, 'turn')} · {formatDuration(session.duration_ms)} · {formatCount(tokensOf(session))}{' '}
      tokens · {costText(session)}
      {session.error_count > 0 && (
        <>
          {' '}
          · <span className={styles.errors}>{countOf(session.error_count, 'error')}</span>
        </>
      )}
      {session.user_ids.map((user) => (
        <span key={user}>
          {' '}
          · user{' '}
          <Link to="/users/$userId" params={{ userId: user }} search={{ project } as never}>
            <PayloadText text={user} />
          </Link>
        </span>
      ))}
    </>
  );
}
