import { percentileValues } from '../../model/dashboard/series.ts';
import { describeChange, modelCalls, rangeTotals, spreadOf } from '../../model/dashboard/totals.ts';
import {
  countOf,
  formatCount,
  formatDuration,
  formatExact,
  formatPercent,
  formatTotalCost,
} from '../../model/format.ts';
import styles from './dashboard-page.module.css';
import type { Dashboard } from './use-dashboard.ts';

/** What the range comes to, and how that compares with the period of the same length before it. */
export function TotalsRow({ dashboard }: { readonly dashboard: Dashboard }) {
  const { whole, before, models, modelsBefore, starts, bucket } = dashboard;
  const now = rangeTotals(whole.data?.points ?? []);
  const then = before.data && rangeTotals(before.data.points);
  // Undefined until they are counted: 0 would be said of calls that there are.
  const calls = models.data && modelCalls(models.data.points);
  const callsBefore = modelsBefore.data && modelCalls(modelsBefore.data.points);
  const p95 = spreadOf(percentileValues(whole.data?.points ?? [], starts, 'trace_latency_ms', 'p95'));
  const failedShare = now.traces === 0 ? 0 : now.failed / now.traces;
  const failedBefore = then === undefined || then.traces === 0 ? undefined : then.failed / then.traces;

  return (
    <dl className={styles.totals}>
      <Total
        name="Cost"
        value={now.cost === 0 && now.unpriced === 0 ? '$0' : formatTotalCost(now.cost, now.unpriced)}
        change={then && describeChange(now.cost, then.cost)}
        note={
          now.unpriced > 0 && calls !== undefined
            ? `${formatExact(now.unpriced)} of ${formatExact(calls)} calls have no price`
            : undefined
        }
      />
      <Total name="Traces" value={formatCount(now.traces)} change={then && describeChange(now.traces, then.traces)} />
      <Total
        name="Model calls"
        value={calls === undefined ? '—' : formatCount(calls)}
        change={calls === undefined || callsBefore === undefined ? undefined : describeChange(calls, callsBefore)}
      />
      <Total
        name="Failed traces"
        value={formatPercent(failedShare)}
        change={failedBefore === undefined ? undefined : `before ${formatPercent(failedBefore)}`}
        note={`${formatExact(now.failed)} of ${formatExact(now.traces)}, ${countOf(now.failedSpans, 'failed span')}`}
      />
      <Total
        name="Tokens"
        value={formatCount(now.tokensInput + now.tokensOutput)}
        change={then && describeChange(now.tokensInput + now.tokensOutput, then.tokensInput + then.tokensOutput)}
        note={`${formatCount(now.tokensInput)} in → ${formatCount(now.tokensOutput)} out`}
      />
      <Total
        name={`p95 latency, ${bucket} by ${bucket}`}
        value={
          p95 === undefined
            ? '—'
            : p95.least === p95.most
              ? formatDuration(p95.most)
              : `${formatDuration(p95.least)} – ${formatDuration(p95.most)}`
        }
        isRange={p95 !== undefined && p95.least !== p95.most}
      />
    </dl>
  );
}

interface TotalProps {
  readonly name: string;
  readonly value: string;
  /** Whether the value is two numbers, from and to. */
  readonly isRange?: boolean;
  readonly change?: string | undefined;
  readonly note?: string | undefined;
}

function Total({ name, value, isRange = false, change, note }: TotalProps) {
  return (
    <div className={styles.total}>
      <dt>{name}</dt>
      <dd className={`${styles.figure} ${isRange ? styles.range : ''}`}>
        {value}
        {change !== undefined && change !== '' && (
          <span className={styles.change} title="Against the period of the same length before it">
            {change}
          </span>
        )}
      </dd>
      {note !== undefined && <dd className={styles.note}>{note}</dd>}
    </div>
  );
}
