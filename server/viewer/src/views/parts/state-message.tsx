import { type ReactNode, useEffect, useState } from 'react';
import { ApiProblem, detailsOf } from '../../api/api-problem.ts';
import { formatDuration } from '../../model/format.ts';
import { Button } from './button.tsx';
import styles from './state-message.module.css';

interface StateMessageProps {
  readonly title: string;
  readonly children?: ReactNode;
  /** Buttons: what can be done about it. */
  readonly actions?: ReactNode;
  /** `page` in the middle of an empty page, `line` in one line above or below what is there. @default 'page' */
  readonly shape?: 'page' | 'line';
}

/** Why there is nothing to see, or not all, and what to do. */
export function StateMessage({ title, children, actions, shape = 'page' }: StateMessageProps) {
  return (
    <div className={`${styles.message} ${styles[shape]}`}>
      <p className={styles.title}>{title}</p>
      {children !== undefined && <div className={styles.text}>{children}</div>}
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

interface ErrorMessageProps {
  /** What could not be loaded: "traces", "this span". */
  readonly what: string;
  readonly error: unknown;
  readonly onRetry: () => void;
  readonly shape?: 'page' | 'line';
}

/** A request that failed: what the server says, another try, and the details to send to somebody. */
export function ErrorMessage({ what, error, onRetry, shape = 'page' }: ErrorMessageProps) {
  const waitMs = error instanceof ApiProblem ? error.retryAfterMs : undefined;
  return (
    <div role="alert" className={styles.alert}>
      <StateMessage
        shape={shape}
        title={`Could not load ${what}.`}
        actions={
          <>
            <Button look="primary" onClick={onRetry}>
              Try again
            </Button>
            <Button onClick={() => void navigator.clipboard.writeText(detailsOf(error))}>Copy details</Button>
          </>
        }
      >
        {waitMs === undefined ? (
          error instanceof Error && error.message
        ) : (
          <Countdown ms={waitMs} onEnd={onRetry} key={String(error)} />
        )}
      </StateMessage>
    </div>
  );
}

/** "The server asks to wait 12 s.", counting down, then tries again by itself. */
function Countdown({ ms, onEnd }: { readonly ms: number; readonly onEnd: () => void }) {
  const [leftMs, setLeftMs] = useState(ms);
  useEffect(() => {
    if (leftMs <= 0) return onEnd();
    const timer = setTimeout(() => setLeftMs(leftMs - 1000), Math.min(1000, leftMs));
    return () => clearTimeout(timer);
  }, [leftMs, onEnd]);
  return <>The server asks to wait {formatDuration(Math.max(0, leftMs))}.</>;
}

/** True once `isWaiting` has lasted so long: a skeleton for a blink would only flicker. */
function useLasting(isWaiting: boolean, ms: number): boolean {
  const [hasLasted, setHasLasted] = useState(false);
  useEffect(() => {
    if (!isWaiting) return setHasLasted(false);
    const timer = setTimeout(() => setHasLasted(true), ms);
    return () => clearTimeout(timer);
  }, [isWaiting, ms]);
  return hasLasted && isWaiting;
}

interface LoadingRowsProps {
  readonly rows?: number;
  readonly rowHeight?: number;
  readonly onCancel?: () => void;
}

/** Rows of the final height while the first answer is awaited; nothing in the first 150 ms. */
export function LoadingRows({ rows = 12, rowHeight = 32, onCancel }: LoadingRowsProps) {
  const isVisible = useLasting(true, 150);
  const isSlow = useLasting(true, 5_000);
  if (!isVisible) return null;
  return (
    <div role="status" aria-label="Loading">
      {isSlow && (
        <StateMessage
          shape="line"
          title="Still loading."
          actions={onCancel !== undefined && <Button onClick={onCancel}>Cancel</Button>}
        >
          The server is slow to answer.
        </StateMessage>
      )}
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: skeletons are all alike.
        <div key={index} className={styles.skeleton} style={{ height: rowHeight }}>
          <span style={{ width: `${34 + ((index * 29) % 41)}%` }} />
        </div>
      ))}
    </div>
  );
}
