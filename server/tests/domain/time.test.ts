import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationMs, microsBetween, microsOf, timeOf } from '../../src/domain/time.ts';

const canonical = (date: Date, micros: number) =>
  `${date.toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;

/** Where microseconds since 1970 are exact. */
const exactDates = fc.date({ min: new Date('1685-01-01'), max: new Date('2254-12-31'), noInvalidDate: true });
const anyDate = fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
const subMillis = fc.nat({ max: 999 });

describe('microsOf', () => {
  it('agrees with Date.parse to the microsecond', () => {
    fc.assert(
      fc.property(exactDates, subMillis, (date, micros) => {
        expect(microsOf(canonical(date, micros))).toBe(date.getTime() * 1000 + micros);
      }),
      { numRuns: 1000 },
    );
  });

  it('agrees with Date.parse on every day of four centuries', () => {
    const wrong: string[] = [];
    for (let day = Date.parse('1700-01-01'); day < Date.parse('2100-01-02'); day += 86_400_000) {
      const time = canonical(new Date(day), 0);
      if (microsOf(time) !== day * 1000) wrong.push(time);
    }

    expect(wrong).toEqual([]);
  });

  it('is close in any year, and in order', () => {
    fc.assert(
      fc.property(anyDate, subMillis, (date, micros) => {
        const exact = date.getTime() * 1000 + micros;
        expect(Math.abs(microsOf(canonical(date, micros)) - exact)).toBeLessThanOrEqual(64);
      }),
    );
  });
});

describe('timeOf', () => {
  it('is the inverse of microsOf', () => {
    fc.assert(
      fc.property(exactDates, subMillis, (date, micros) => {
        const time = canonical(date, micros);
        expect(timeOf(microsOf(time))).toBe(time);
      }),
    );
  });

  it('writes moments before 1970 too', () => {
    expect([timeOf(0), timeOf(-1), timeOf(-1_000_001)]).toEqual([
      '1970-01-01T00:00:00.000000Z',
      '1969-12-31T23:59:59.999999Z',
      '1969-12-31T23:59:58.999999Z',
    ]);
  });
});

describe('durations', () => {
  const [earlier, later] = ['2026-01-15T11:59:59.999999Z', '2026-01-15T12:00:01.234567Z'] as const;

  it('are microseconds, signed', () => {
    expect([microsBetween(earlier, later), microsBetween(later, earlier)]).toEqual([1_234_568, -1_234_568]);
  });

  it('are shown in milliseconds with microsecond fractions, at least 0', () => {
    expect([durationMs(earlier, later), durationMs(later, earlier)]).toEqual([1234.568, 0]);
  });
});
