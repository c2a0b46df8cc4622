import type { TimeZone } from '../../model/format.ts';
import { PayloadText } from '../parts/payload-text.tsx';
import { bucketLabel } from './bucket-label.ts';
import styles from './chart.module.css';
import type { ChartLayer } from './chart.tsx';

interface ChartTableProps {
  readonly title: string;
  readonly starts: readonly number[];
  readonly bucketMs: number;
  readonly layers: readonly ChartLayer[];
  readonly format: (value: number) => string;
  readonly zone: TimeZone;
  readonly onOpen: (index: number) => void;
}

/** The numbers of a chart, newest first; what was not measured is `—`. */
export function ChartTable({ title, starts, bucketMs, layers, format, zone, onOpen }: ChartTableProps) {
  const indexes = starts.map((_, index) => index).reverse();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
    <div className={styles.tableScroller} role="region" aria-label={`${title}, table`} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{bucketMs >= 86_400_000 ? 'Day' : 'Hour'}</th>
            {layers.map(({ label, colour }) => (
              <th scope="col" key={`${colour} ${label}`}>
                <PayloadText text={label} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {indexes.map((index) => (
            <tr key={index}>
              <th scope="row">
                <button type="button" className={styles.open} onClick={() => onOpen(index)}>
                  {bucketLabel(starts[index] ?? 0, bucketMs, zone)}
                </button>
              </th>
              {layers.map(({ label, colour, values }) => {
                const value = values[index];
                return <td key={`${colour} ${label}`}>{value == null ? '—' : format(value)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
