import { microsPerDay, microsPerHour, microsPerMinute } from './time.ts';

/** Of a series. Buckets are in UTC. */
export type SeriesBucket = 'hour' | 'day';

/** Minutes too: a count is cheap where a series is not. */
export type CountsBucket = 'minute' | SeriesBucket;

export const bucketMicros: Readonly<Record<CountsBucket, number>> = {
  minute: microsPerMinute,
  hour: microsPerHour,
  day: microsPerDay,
};
