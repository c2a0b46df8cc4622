import { microsPerDay } from './time.ts';

/**
 * The latest retention start that has expired by `nowMicros`, in microseconds since 1970.
 *
 * A trace expires `days` after its start, rounded up to the UTC day; so it has expired iff its start is at or before
 * today's midnight less `days`. Stores compare with this number and need no expiry date of their own, and a change of
 * the setting takes effect at once.
 */
export const retentionCutoff = (nowMicros: number, days: number): number =>
  (Math.floor(nowMicros / microsPerDay) - days) * microsPerDay;

/** How long a tombstone is kept: as long as a late retry could still bring a record of the trace, and 3 days. */
export const tombstoneMicros = (days: number): number => (days + 3) * microsPerDay;

/** The furthest that a `start_time` may lie ahead of the server's clock. */
export const maxAheadMicros = microsPerDay;
