import type { SessionSummary } from 'llm-tracer/schema';
import { countOf, formatCount } from '../../model/format.ts';
import { costText, tokensOf } from '../../model/group-totals.ts';
import { ListTime } from '../groups/group-cells.tsx';
import styles from '../groups/group-list.module.css';
import { PayloadText } from '../parts/payload-text.tsx';

/** A session in two lines, for a phone. */
export function SessionCard({ session }: { readonly session: SessionSummary }) {
  return (
    <div className={styles.card}>
      <div className={styles.cardLine}>
        <strong>
          <PayloadText text={session.session_id} />
        </strong>
        <ListTime time={session.last_time} />
      </div>
      <div className={styles.cardLine}>
        <span>
          {countOf(session.trace_count, 'turn')}
          {session.error_count > 0 && <span className={styles.errors}> · {countOf(session.error_count, 'error')}</span>}
        </span>
        <span>{formatCount(tokensOf(session))} tokens</span>
        <span>{costText(session)}</span>
      </div>
    </div>
  );
}
