import type { TraceTree } from '../../api/trace-tree.ts';
import { countOf, formatCount, formatDuration } from '../../model/format.ts';
import type { SpanTree } from '../../model/span-tree.ts';
import { costOf } from '../../model/trace-cost.ts';
import { Elapsed } from '../traces/elapsed.tsx';
import styles from './trace-totals.module.css';

interface TraceTotalsProps {
  readonly data: TraceTree;
  readonly tree: SpanTree;
}

/** What a trace took, over all its spans. */
export function TraceTotals({ data: { trace, spanCount }, tree }: TraceTotalsProps) {
  const errors = Math.max(trace.error_count, tree.errorCounts[0] ?? 0);
  return (
    <p className={styles.totals}>
      <span>
        {trace.duration_ms === undefined ? (
          <>
            running <Elapsed since={trace.start_time} />
          </>
        ) : (
          formatDuration(trace.duration_ms)
        )}
      </span>
      <span>{countOf(spanCount, 'span')}</span>
      {trace.tokens_input + trace.tokens_output > 0 && (
        <span>
          {formatCount(trace.tokens_input)} → {formatCount(trace.tokens_output)} tokens
        </span>
      )}
      <span>{costOf(trace)}</span>
      {errors > 0 && <span className={styles.errors}>{countOf(errors, 'error')}</span>}
    </p>
  );
}
