import { formatExact } from '../../model/format.ts';
import styles from './spark-bars.module.css';

/** A count a day, as small bars: the shape of two weeks, each user to its own scale. */
export function SparkBars({ counts }: { readonly counts: readonly number[] | undefined }) {
  if (counts === undefined) return <span className={styles.none}>—</span>;
  const most = Math.max(1, ...counts);
  const text = `Traces a day, oldest first: ${counts.map(formatExact).join(', ')}`;
  return (
    <span role="img" aria-label={text} title={text} className={styles.bars}>
      {counts.map((count, day) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: a day is its place.
          key={day}
          className={count === 0 ? styles.empty : styles.bar}
          style={{ height: count === 0 ? 1 : Math.max(2, Math.round((count / most) * 20)) }}
        />
      ))}
    </span>
  );
}
