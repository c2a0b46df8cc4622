import type { Delta } from '../../model/compare/delta.ts';
import styles from './compare-page.module.css';

/** A difference: ▲ more, ▼ less; coloured only where it is more than noise. */
export function DeltaText({ delta, text }: { readonly delta: Delta | undefined; readonly text: string }) {
  if (delta === undefined) return <span className={styles.faint}>{text}</span>;
  const look = !delta.isNotable ? styles.faint : delta.by > 0 ? styles.worse : styles.better;
  return (
    <span className={look}>
      {delta.isNotable && <span aria-hidden>{delta.by > 0 ? '▲ ' : '▼ '}</span>}
      {text}
    </span>
  );
}
