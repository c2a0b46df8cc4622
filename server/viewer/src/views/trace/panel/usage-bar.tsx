import { formatExact } from '../../../model/format.ts';
import type { UsagePart } from '../../../model/usage.ts';
import styles from './usage-bar.module.css';

interface UsageBarProps {
  readonly label: string;
  readonly total: number | undefined;
  readonly parts: readonly UsagePart[];
}

const looks = [styles.first, styles.second, styles.third];

/** One direction of a call's tokens, cut into its parts, with the numbers beneath. */
export function UsageBar({ label, total, parts }: UsageBarProps) {
  if (total === undefined) return null;
  return (
    <div className={styles.usage}>
      <p>
        <strong>{label}</strong> {formatExact(total)}
      </p>
      <div className={styles.bar} aria-hidden>
        {parts.map(({ name, tokens }, index) => (
          <span
            key={name}
            className={name === 'rest' ? styles.rest : looks[index]}
            style={{ width: `${total === 0 ? 0 : (tokens / total) * 100}%` }}
          />
        ))}
      </div>
      <ul className={styles.legend}>
        {parts.map(({ name, tokens }, index) => (
          <li key={name}>
            <i className={name === 'rest' ? styles.rest : looks[index]} aria-hidden /> {formatExact(tokens)} {name}
          </li>
        ))}
      </ul>
    </div>
  );
}
