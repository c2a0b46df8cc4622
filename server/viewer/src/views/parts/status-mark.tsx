import type { Status } from 'llm-tracer/schema';
import { CircleAlert } from 'lucide-react';
import styles from './status-mark.module.css';

const names: Readonly<Record<Status, string>> = { ok: 'ok', error: 'failed', running: 'running' };

/** How it ended, as a mark: nothing loud for what is well. */
export function StatusMark({ status }: { readonly status: Status }) {
  return (
    <span className={styles[status]} role="img" aria-label={names[status]}>
      {status === 'error' && <CircleAlert size={14} strokeWidth={2} aria-hidden />}
    </span>
  );
}
