import { formatMoment, type TimeZone } from '../../model/format.ts';

const dayMs = 86_400_000;

/** A bucket by its start: `3 Jan 2026 UTC` for a day, `3 Jan 2026 14:00` for an hour. */
export function bucketLabel(startMs: number, bucketMs: number, zone: TimeZone): string {
  if (bucketMs >= dayMs) return `${formatMoment(startMs, 'utc').split(' ').slice(0, 3).join(' ')} UTC`;
  return formatMoment(startMs, zone).slice(0, -7);
}
