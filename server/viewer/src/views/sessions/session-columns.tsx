import type { SessionSummary } from 'llm-tracer/schema';
import { formatCount, formatDuration } from '../../model/format.ts';
import { GroupLink, ListTime } from '../groups/group-cells.tsx';
import { sumColumns } from '../groups/group-columns.tsx';
import type { Column } from '../parts/data-table.tsx';
import { PayloadText } from '../parts/payload-text.tsx';

/** What a list says of a session. */
export const sessionColumns: readonly Column<SessionSummary>[] = [
  {
    id: 'session',
    header: 'Session',
    width: 'flex',
    cell: ({ session_id }) => <GroupLink kind="session" id={session_id} />,
  },
  {
    id: 'user',
    header: 'User',
    width: 160,
    dropsAt: 4,
    cell: ({ user_ids: [first, ...others] }) =>
      first !== undefined && (
        <>
          <PayloadText text={first} />
          {others.length > 0 && ` +${others.length}`}
        </>
      ),
  },
  {
    id: 'turns',
    header: 'Turns',
    width: 84,
    align: 'end',
    cell: ({ trace_count }) => formatCount(trace_count),
  },
  ...sumColumns(3),
  {
    id: 'last',
    header: 'Last activity',
    width: 136,
    align: 'end',
    cell: ({ last_time }) => <ListTime time={last_time} />,
  },
  {
    id: 'duration',
    header: 'Duration',
    width: 110,
    align: 'end',
    dropsAt: 2,
    cell: ({ duration_ms }) => formatDuration(duration_ms),
  },
];
