import type { UserSummary } from 'llm-tracer/schema';
import { formatCount, formatExact } from '../../model/format.ts';
import { costText, tokensOf } from '../../model/group-totals.ts';
import { ErrorCount, GroupLink, ListTime } from '../groups/group-cells.tsx';
import type { Column } from '../parts/data-table.tsx';
import { SparkBars } from './spark-bars.tsx';

/** What a list says of a user. `dailyOf` tells the traces of each of the last days, where that is known. */
export const userColumns = (
  dailyOf: (userId: string) => readonly number[] | undefined,
): readonly Column<UserSummary>[] => [
  { id: 'user', header: 'User', width: 'flex', cell: ({ user_id }) => <GroupLink kind="user" id={user_id} /> },
  {
    id: 'days',
    header: '14 days (UTC)',
    width: 128,
    dropsAt: 3,
    cell: ({ user_id }) => <SparkBars counts={dailyOf(user_id)} />,
  },
  {
    id: 'sessions',
    header: 'Sessions',
    width: 92,
    align: 'end',
    dropsAt: 4,
    cell: ({ session_count }) => formatCount(session_count),
  },
  { id: 'traces', header: 'Traces', width: 92, align: 'end', cell: ({ trace_count }) => formatCount(trace_count) },
  {
    id: 'errors',
    header: 'Errors',
    width: 84,
    align: 'end',
    dropsAt: 1,
    cell: ({ error_count }) => <ErrorCount count={error_count} />,
  },
  {
    id: 'tokens',
    header: 'Tokens',
    width: 100,
    align: 'end',
    dropsAt: 2,
    cell: (user) => <span title={formatExact(tokensOf(user))}>{formatCount(tokensOf(user))}</span>,
  },
  { id: 'cost', header: 'Cost', width: 110, align: 'end', cell: costText },
  { id: 'last', header: 'Last seen', width: 136, align: 'end', cell: ({ last_time }) => <ListTime time={last_time} /> },
];
