import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Circuit } from '../src/export/circuit.ts';

const aCircuit = (random = () => 1) => {
  let now = 0;
  const circuit = new Circuit({ elapsed: () => now, random });
  const fail = (times: number, more: { retryAfterMs?: number; isBlocked?: boolean } = {}) => {
    for (let time = 0; time < times; time += 1) {
      now = Math.max(now, circuit.nextAt(false));
      circuit.failed(now, more.retryAfterMs, more.isBlocked ?? false);
    }
  };
  return {
    circuit,
    fail,
    waitMs: (isWatched = false) => circuit.nextAt(isWatched) - now,
    wait: (ms: number) => {
      now += ms;
    },
  };
};

describe('the circuit', () => {
  test('is closed until something fails', () => {
    const { circuit, waitMs } = aCircuit();

    expect(circuit.isClosed).toBe(true);
    expect(waitMs()).toBe(Number.NEGATIVE_INFINITY);
  });

  test('waits twice as long after each failure, up to half a minute', () => {
    const { fail, waitMs } = aCircuit();

    const waits = Array.from({ length: 9 }, () => {
      fail(1);
      return waitMs();
    });

    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  test('waits half a second at most while somebody waits for it', () => {
    const { fail, waitMs } = aCircuit();
    fail(20);

    expect(waitMs(true)).toBe(500);
  });

  test('waits a part of the bound by chance', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 20 }), (chance, times) => {
        const { fail, waitMs } = aCircuit(() => chance);
        fail(times);

        expect(waitMs()).toBeCloseTo(chance * Math.min(30_000, 250 * 2 ** (times - 1)), 5);
      }),
    );
  });

  test('asks with a probe from the third failure in a row on', () => {
    const { circuit, fail } = aCircuit();
    fail(2);
    expect(circuit.wantsProbe).toBe(false);
    fail(1);

    expect(circuit.wantsProbe).toBe(true);
  });

  test('lets a batch go at once when a probe was answered, and closes when that arrives', () => {
    const { circuit, fail, waitMs } = aCircuit();
    fail(5);

    circuit.answered();
    expect([circuit.wantsProbe, circuit.isClosed, waitMs() <= 0]).toEqual([false, false, true]);
    circuit.succeeded();

    expect(circuit.isClosed).toBe(true);
  });

  test('goes on growing where probes are answered and batches are not', () => {
    const { circuit, fail, waitMs } = aCircuit();
    fail(6);
    circuit.answered();
    fail(1);

    expect(waitMs()).toBe(16_000);
  });

  test('counts requests that were under way together as one failure', () => {
    const { circuit, waitMs, wait } = aCircuit();
    wait(1000);
    for (let request = 0; request < 4; request += 1) circuit.failed(500, undefined, false);

    expect(waitMs()).toBe(250);
  });

  test('waits as long as the server asks for, and a twentieth more at most, whoever waits', () => {
    const { fail, waitMs } = aCircuit();
    fail(1, { retryAfterMs: 7000 });

    expect(waitMs(true)).toBeGreaterThanOrEqual(7000);
    expect(waitMs(true)).toBeLessThanOrEqual(7350);
  });

  test('asks once in half a minute whether a refused key is accepted now, and at once when somebody flushes', () => {
    const { circuit, fail, waitMs, wait } = aCircuit();
    fail(1, { isBlocked: true });
    expect(waitMs(true)).toBe(30_000);
    wait(1000);

    circuit.forget();

    expect(waitMs(true)).toBeLessThanOrEqual(0);
    expect(circuit.wantsProbe).toBe(true);
  });
});
