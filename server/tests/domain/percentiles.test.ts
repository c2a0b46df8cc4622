import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Percentiles } from '../../src/domain/percentiles.ts';

const percentilesOf = (values: readonly number[]) => {
  const percentiles = new Percentiles();
  for (const value of values) percentiles.add(value);
  return percentiles.values();
};

/** By the definition: the least value that so many percent of all do not exceed. */
const exact = (values: readonly number[], percent: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.find((_, index) => (index + 1) * 100 >= percent * sorted.length) as number;
};

// Milliseconds with microseconds, from none to a century.
const duration = fc.oneof(
  fc.integer({ min: 0, max: 1e6 }).map((micros) => micros / 1000),
  fc.double({ min: 0, max: 3.2e12, noNaN: true }).map((millis) => Math.round(millis * 1000) / 1000),
);

describe('percentiles', () => {
  it('are absent where there are no values', () => {
    expect(percentilesOf([])).toEqual({});
  });

  it('are the value itself where there is one', () => {
    expect(percentilesOf([1.5])).toEqual({ p50: 1.5, p95: 1.5, p99: 1.5 });
  });

  it('are exact for up to 256 values', () => {
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1, maxLength: 256, size: 'max' }), (values) => {
        expect(percentilesOf(values)).toEqual({
          p50: exact(values, 50),
          p95: exact(values, 95),
          p99: exact(values, 99),
        });
      }),
    );
  });

  it('are within 1 % for more, and 0 stays 0', () => {
    fc.assert(
      fc.property(fc.array(duration, { minLength: 257, maxLength: 2000, size: 'max' }), (values) => {
        const { p50 = -1, p95 = -1, p99 = -1 } = percentilesOf(values);

        for (const [percent, found] of [
          [50, p50],
          [95, p95],
          [99, p99],
        ] as const) {
          const expected = exact(values, percent);
          // A rounding of the bucket's bound may put a value that lies on it into the next one.
          expect(Math.abs(found - expected)).toBeLessThanOrEqual(expected * 0.01 * (1 + 1e-9));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('do not depend on the order of values', () => {
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1, maxLength: 600, size: 'max' }), (values) => {
        expect(percentilesOf(values.toReversed())).toEqual(percentilesOf(values));
      }),
      { numRuns: 30 },
    );
  });
});
