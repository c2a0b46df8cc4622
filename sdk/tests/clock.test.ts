import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatTime, microsOf, systemClock } from '../src/clock.ts';
import { canonicalTime } from '../src/schema/time.ts';

const hour = 3_600_000;

/** A clock over two clocks that the test moves. */
const aClock = (startMs = Date.parse('2026-01-02T03:04:05Z')) => {
  const state = { wall: startMs, monotonic: 1000 };
  const clock = systemClock(
    () => state.wall,
    () => state.monotonic,
  );
  const pass = (ms: number): void => {
    state.wall += ms;
    state.monotonic += ms;
  };
  return { state, clock, pass, startMs };
};

describe('the clock', () => {
  test('has microseconds between the milliseconds of the wall clock', () => {
    const { clock, state, startMs } = aClock();
    state.monotonic += 0.123;

    expect(clock.now()).toBe(startMs * 1000 + 123);
  });

  test('jumps ahead with the wall clock when the machine has slept', () => {
    const { clock, state, startMs } = aClock();
    state.wall += hour;

    expect(clock.now()).toBe((startMs + hour) * 1000);
  });

  test('goes on when the wall clock is set back', () => {
    const { clock, state, pass } = aClock();
    const before = clock.now();
    state.wall -= hour;
    pass(5);

    expect(clock.now()).toBe(before + 5000);
  });

  test('gives in to a wall clock that was half a day ahead, since a server would reject what it says', () => {
    const { clock, state, startMs } = aClock();
    clock.now();
    state.wall -= 30 * hour;

    expect(clock.now()).toBe((startMs - 30 * hour) * 1000);
  });

  test('never runs backwards, however the wall clock moves within half a day', () => {
    const moves = fc.array(
      fc.record({ passed: fc.double({ min: 0, max: 1e6, noNaN: true }), step: fc.integer({ min: -hour, max: hour }) }),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(moves, (steps) => {
        const { clock, state, pass } = aClock();
        let latest = clock.now();
        for (const { passed, step } of steps) {
          pass(passed);
          state.wall += step;
          const now = clock.now();
          expect(now).toBeGreaterThanOrEqual(latest);
          expect(Number.isInteger(now)).toBe(true);
          latest = now;
        }
      }),
    );
  });

  test('agrees with the system', () => {
    expect(Math.abs(systemClock().now() / 1000 - Date.now())).toBeLessThan(100);
  });
});

describe('a time on the wire', () => {
  test('is in the canonical form, and the same moment', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9_000_000_000 }),
        fc.integer({ min: 0, max: 999_999 }),
        (second, micros) => {
          const text = formatTime(second * 1e6 + micros);

          expect(canonicalTime(text)).toBe(text);
          expect(Date.parse(text)).toBe(second * 1000 + Math.floor(micros / 1000));
          expect(text.slice(-7, -1)).toBe(String(micros).padStart(6, '0'));
        },
      ),
    );
  });

  test('is none for what is no date', () => {
    expect(microsOf(new Date(Number.NaN))).toBeUndefined();
    expect(microsOf('2026-01-01')).toBeUndefined();
    expect(microsOf(new Date('+012026-01-01T00:00:00Z'))).toBeUndefined();
    expect(microsOf(new Date(1.5))).toBe(1000);
  });
});
