import type { Status } from 'llm-tracer/schema';
import { bucketMicros, type CountsBucket } from '../../domain/buckets.ts';
import { TraceCounts } from '../../domain/trace-counts.ts';
import type { TraceCountsAnswer, TraceFilter } from '../store.ts';
import type { ReadContext } from './read-context.ts';
import { conditionsOf } from './trace-conditions.ts';

/** How many traces the filter takes, by bucket and status: summed by SQLite, which reads no spans. */
export function countTraces(
  context: ReadContext,
  filter: TraceFilter,
  bucket: CountsBucket,
): TraceCountsAnswer | 'too long' {
  const conditions = conditionsOf(context, filter);
  const counts = new TraceCounts(bucket);
  const micros = bucketMicros[bucket];
  for (const [startMicros, status, count] of context.sql.iterate<[number, Status, number]>(
    // `%` has the sign of the start, which is negative before 1970.
    `SELECT start_us - (start_us % ${micros} + ${micros}) % ${micros}, status, count(*)
     FROM traces WHERE ${conditions.sql} GROUP BY 1, 2`,
    ...conditions.values,
  )) {
    counts.add(startMicros, status, count);
    if (counts.isTooLong) return 'too long';
  }
  return { points: counts.points() };
}
