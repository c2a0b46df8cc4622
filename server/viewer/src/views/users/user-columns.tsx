import type { UserSummary } from 'llm-tracer/schema';
import { formatCount } from '../../model/format.ts';
import { GroupLink, ListTime } from '../groups/group-cells.tsx';
import { sumColumns } from '../groups/group-columns.tsx';
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
  ...sumColumns(2),
  { id: 'last', header: 'Last seen', width: 136, align: 'end', cell: ({ last_time }) => <ListTime time={last_time} /> },
];
