import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { SessionListAnswer, SessionSummary } from 'llm-tracer/schema';
import { sessionsQuery } from '../../api/queries.ts';
import { countOf, formatDuration } from '../../model/format.ts';
import { costText } from '../../model/group-totals.ts';
import { usePageTitle } from '../../page-title.ts';
import { usePageSession } from '../../session-context.ts';
import { GroupList, useGroupFilters } from '../groups/group-list.tsx';
import { SessionCard } from './session-card.tsx';
import { sessionColumns } from './session-columns.tsx';

/** Conversations, the one with the newest turn first. */
export function SessionsPage() {
  usePageTitle('Sessions');
  const { key, project } = usePageSession();
  const navigate = useNavigate();
  const read = useGroupFilters();
  const query = useInfiniteQuery(sessionsQuery(key, read.filters));
  return (
    <GroupList
      label="Sessions"
      read={read}
      query={query}
      rowsOf={rowsOf}
      columns={sessionColumns}
      keyOf={keyOf}
      nameOf={nameOf}
      card={(session) => <SessionCard session={session} />}
      onOpen={({ session_id }) =>
        void navigate({ to: '/sessions/$sessionId', params: { sessionId: session_id }, search: { project } } as never)
      }
      hint={
        <>
          A session holds the traces that carry the same <code>session_id</code>: the turns of one conversation.
        </>
      }
    />
  );
}

const rowsOf = ({ sessions }: SessionListAnswer) => sessions;
const keyOf = ({ session_id }: SessionSummary) => session_id;
const nameOf = (session: SessionSummary) =>
  [
    `session ${session.session_id}`,
    countOf(session.trace_count, 'turn'),
    countOf(session.error_count, 'error'),
    `cost ${costText(session)}`,
    formatDuration(session.duration_ms),
  ].join(', ');
