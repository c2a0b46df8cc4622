import { retentionCutoff, tombstoneMicros } from '../../domain/retention.ts';
import { microsPerDay } from '../../domain/time.ts';

/** Now, and what a project's retention makes of it. */
export interface Moment {
  readonly nowMicros: number;
  /** The latest retention start that has expired. */
  readonly cutoffMicros: number;
  /** Tombstones made at or before this have served. */
  readonly forgottenMicros: number;
  readonly retentionDays: number;
}

export function momentOf(nowMicros: number, retentionDays: number): Moment {
  const cutoffMicros = retentionCutoff(nowMicros, retentionDays);
  return { nowMicros, cutoffMicros, forgottenMicros: nowMicros - tombstoneMicros(retentionDays), retentionDays };
}

/** The day, counted from 1970, that a retention start counts from: rounded up, as its expiry is. */
export const retentionDayOf = (retentionMicros: number): number => Math.ceil(retentionMicros / microsPerDay);

const secondsPerDay = 86_400;

/**
 * When DynamoDB may remove an item of a trace, in seconds since 1970: a day after no reader sees it any more. The retention
 * start only moves earlier, so it is never too early.
 */
export const contentExpiry = (retentionMicros: number, { retentionDays }: Moment): number =>
  (retentionDayOf(retentionMicros) + retentionDays + 1) * secondsPerDay;

/**
 * When it may remove a head: as long after its trace has expired as a tombstone is kept, since until then it turns late
 * retries away. So it is for what else must outlive a trace.
 */
export const headExpiry = (retentionMicros: number, { retentionDays }: Moment): number =>
  (retentionDayOf(retentionMicros) + 2 * retentionDays + 4) * secondsPerDay;

/** When it may remove a tombstone, or feedback whose trace has not come, that dates from this moment. */
export const tombstoneExpiry = (sinceMicros: number, { retentionDays }: Moment): number =>
  Math.ceil((sinceMicros + tombstoneMicros(retentionDays)) / 1e6) + secondsPerDay;
