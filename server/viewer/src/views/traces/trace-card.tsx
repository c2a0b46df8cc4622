import type { TraceRecord } from 'llm-tracer/schema';
import { countOf, formatCount, formatDuration, formatListTime, type TimeZone } from '../../model/format.ts';
import { costOf } from '../../model/trace-cost.ts';
import { PayloadText } from '../parts/payload-text.tsx';
import { StatusMark } from '../parts/status-mark.tsx';
import { Elapsed } from './elapsed.tsx';
import styles from './trace-card.module.css';

/** A trace in two lines, for a phone. */
export function TraceCard({
  trace,
  now,
  zone,
}: {
  readonly trace: TraceRecord;
  readonly now: Date;
  readonly zone: TimeZone;
}) {
  return (
    <div className={styles.card}>
      <div className={styles.first}>
        <StatusMark status={trace.status} />
        <span className={styles.name}>
          <PayloadText text={trace.name} />
        </span>
        {trace.error_count > 0 && <span className={styles.errors}>{countOf(trace.error_count, 'error')}</span>}
        <span>
          {trace.duration_ms === undefined ? <Elapsed since={trace.start_time} /> : formatDuration(trace.duration_ms)}
        </span>
      </div>
      <div className={styles.second}>
        <span>{formatListTime(trace.start_time, now, zone)}</span>
        <span className={styles.models}>
          <PayloadText text={trace.models[0] ?? ''} />
        </span>
        <span>{formatCount(trace.tokens_input + trace.tokens_output)} tokens</span>
        <span>{costOf(trace)}</span>
      </div>
    </div>
  );
}
