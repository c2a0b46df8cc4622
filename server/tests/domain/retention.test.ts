import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retentionCutoff, tombstoneMicros } from '../../src/domain/retention.ts';
import { microsOf } from '../../src/domain/time.ts';

const day = 86_400_000_000;

/** "expire `RETENTION_DAYS` after, rounded up to the UTC day", by the calendar: day after day until it is not before. */
const expiryOf = (start: Date, days: number): Date => {
  const due = new Date(start);
  due.setUTCDate(due.getUTCDate() + days);
  const midnight = new Date(due);
  midnight.setUTCHours(0, 0, 0, 0);
  if (midnight < due) midnight.setUTCDate(midnight.getUTCDate() + 1);
  return midnight;
};

describe('retentionCutoff', () => {
  it('tells the expired from the living as the calendar does', () => {
    const moment = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
    const startsAndNow = fc.tuple(moment, fc.nat({ max: 40 * 86_400_000 }), fc.nat({ max: 30 }));
    fc.assert(
      fc.property(startsAndNow, ([start, later, days]) => {
        const now = new Date(start.getTime() + later);

        const isExpired = start.getTime() * 1000 <= retentionCutoff(now.getTime() * 1000, days);

        expect(isExpired).toBe(now >= expiryOf(start, days));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    { start: '2026-01-12T00:00:00.000000Z', now: '2026-01-14T23:59:59.999999Z', expired: false },
    { start: '2026-01-12T00:00:00.000000Z', now: '2026-01-15T00:00:00.000000Z', expired: true },
    { start: '2026-01-12T00:00:00.000001Z', now: '2026-01-15T23:59:59.999999Z', expired: false },
    { start: '2026-01-12T00:00:00.000001Z', now: '2026-01-16T00:00:00.000000Z', expired: true },
  ])('has what started at $start expired at $now: $expired', ({ start, now, expired }) => {
    expect(microsOf(start) <= retentionCutoff(microsOf(now), 3)).toBe(expired);
  });
});

describe('tombstoneMicros', () => {
  it('is retention and 3 days', () => {
    expect(tombstoneMicros(90)).toBe(93 * day);
  });
});
