const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const mostBuckets = 90;

/** What the server sums by. A wider one would need its percentiles, which cannot be put together here. */
export type Bucket = 'hour' | 'day';

export const bucketMs = (bucket: Bucket): number => (bucket === 'hour' ? hourMs : dayMs);

/** Hours while there are no more than 90 of them, else days; or what the address asks for, where that can be drawn. */
export function bucketFor(fromMs: number, toMs: number, asked: string | undefined): Bucket {
  if (asked === 'day') return 'day';
  const hours = (toMs - fromMs) / hourMs;
  // Two weeks of hours are thin bars, but bars.
  if (asked === 'hour' && hours <= 14 * 24) return 'hour';
  return hours <= mostBuckets ? 'hour' : 'day';
}

/** The starts, in milliseconds, of all buckets that a range touches: of UTC hours or days, as the server has them. */
export function bucketStarts(fromMs: number, toMs: number, bucket: Bucket): readonly number[] {
  const width = bucketMs(bucket);
  const first = Math.floor(fromMs / width) * width;
  return Array.from({ length: Math.max(1, Math.ceil((toMs - first) / width)) }, (_, index) => first + index * width);
}
