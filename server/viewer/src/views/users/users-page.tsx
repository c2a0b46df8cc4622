import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { UserListAnswer, UserSummary } from 'llm-tracer/schema';
import { useMemo, useState } from 'react';
import { seriesQuery, usersQuery } from '../../api/queries.ts';
import { dailyCounts, sparkFrom } from '../../model/daily.ts';
import { countOf, formatCount } from '../../model/format.ts';
import { costText, tokensOf } from '../../model/group-totals.ts';
import { usePageTitle } from '../../page-title.ts';
import { usePageSession } from '../../session-context.ts';
import { ListTime } from '../groups/group-cells.tsx';
import styles from '../groups/group-list.module.css';
import { GroupList, useGroupFilters } from '../groups/group-list.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { userColumns } from './user-columns.tsx';

/** Who uses the application, the one seen last first. */
export function UsersPage() {
  usePageTitle('Users');
  const { key, project } = usePageSession();
  const navigate = useNavigate();
  const read = useGroupFilters();
  const query = useInfiniteQuery(usersQuery(key, read.filters));
  const [nowMs] = useState(Date.now);
  const { data: series } = useQuery(seriesQuery(key, { from: sparkFrom(nowMs) }, { bucket: 'day', groupBy: 'user' }));
  const columns = useMemo(
    () => userColumns(series === undefined ? () => undefined : dailyCounts(series.points, nowMs)),
    [series, nowMs],
  );
  return (
    <GroupList
      label="Users"
      read={read}
      query={query}
      rowsOf={rowsOf}
      columns={columns}
      keyOf={keyOf}
      nameOf={nameOf}
      card={(user) => <UserCard user={user} />}
      onOpen={({ user_id }) =>
        void navigate({ to: '/users/$userId', params: { userId: user_id }, search: { project } } as never)
      }
      hint={
        <>
          A user is whoever traces name in <code>user_id</code>.
        </>
      }
    />
  );
}

function UserCard({ user }: { readonly user: UserSummary }) {
  return (
    <div className={styles.card}>
      <div className={styles.cardLine}>
        <strong>
          <PayloadText text={user.user_id} />
        </strong>
        <ListTime time={user.last_time} />
      </div>
      <div className={styles.cardLine}>
        <span>
          {countOf(user.trace_count, 'trace')}
          {user.error_count > 0 && <span className={styles.errors}> · {countOf(user.error_count, 'error')}</span>}
        </span>
        <span>{formatCount(tokensOf(user))} tokens</span>
        <span>{costText(user)}</span>
      </div>
    </div>
  );
}

const rowsOf = ({ users }: UserListAnswer) => users;
const keyOf = ({ user_id }: UserSummary) => user_id;
const nameOf = (user: UserSummary) =>
  [
    `user ${user.user_id}`,
    countOf(user.trace_count, 'trace'),
    countOf(user.error_count, 'error'),
    `cost ${costText(user)}`,
  ].join(', ');
