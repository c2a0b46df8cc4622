import { Link } from '@tanstack/react-router';
import { formatExact, formatListTime, formatMomentFully } from '../../model/format.ts';
import { usePreferences } from '../../preferences.ts';
import { usePageSession } from '../../session-context.ts';
import { PayloadText } from '../parts/payload-text.tsx';
import styles from './group-list.module.css';

/** A session's or user's id, as a link to the page about it. */
export function GroupLink({ kind, id }: { readonly kind: 'session' | 'user'; readonly id: string }) {
  const { project } = usePageSession();
  const target =
    kind === 'session'
      ? { to: '/sessions/$sessionId', params: { sessionId: id } }
      : { to: '/users/$userId', params: { userId: id } };
  return (
    <Link
      {...(target as { to: string })}
      search={{ project } as never}
      tabIndex={-1}
      className={styles.name ?? ''}
      onClick={(event) => event.stopPropagation()}
    >
      <PayloadText text={id} />
    </Link>
  );
}

export function ErrorCount({ count }: { readonly count: number }) {
  if (count === 0) return <span className={styles.muted}>0</span>;
  return <span className={styles.errors}>{formatExact(count)}</span>;
}

/** A moment as lists write it, with both zones and its age in a tooltip. */
export function ListTime({ time }: { readonly time: string }) {
  const { zone } = usePreferences();
  const now = new Date();
  return (
    <time dateTime={time} title={formatMomentFully(time, now)}>
      {formatListTime(time, now, zone)}
    </time>
  );
}
