import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Batcher, type BatcherOptions } from '../src/export/batcher.ts';
import type { SendOutcome } from '../src/export/transport.ts';
import { fixedIds } from '../src/testing.ts';
import { Warnings } from '../src/warnings.ts';
import { accepted, invalid, ScriptedTransport, type Sent, sender, tooLarge, unavailable } from './records.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const aBatcher = (
  outcome: (batch: Sent, attempt: number, signal: AbortSignal) => SendOutcome | Promise<SendOutcome> = () => accepted,
  options: Partial<BatcherOptions> = {},
) => {
  const transport = new ScriptedTransport(outcome);
  const warned: string[] = [];
  const elapsed = () => performance.now();
  const warnings = new Warnings({ warn: (message) => void warned.push(message), debug: () => {} }, false, elapsed);
  const batcher = new Batcher({
    transport,
    sender,
    elapsed,
    random: () => 0.5,
    createBatchId: fixedIds().spanId,
    flushIntervalMs: 1000,
    maxBatchRecords: 3,
    maxBatchBytes: 1_000_000,
    queue: { maxRecords: 1000, maxBytes: 1_000_000 },
    warnings,
    ...options,
  });
  let ended = 0;
  const announce = (id: string) => batcher.offer('span', id, JSON.stringify({ span_id: id }), true);
  const offer = (count: number): void => {
    for (let index = 0; index < count; index += 1) {
      ended += 1;
      batcher.offer('span', `r${ended}`, JSON.stringify({ span_id: `r${ended}` }), false);
    }
  };
  const sizes = () => transport.sent.map(({ size }) => size);
  const batches = () => transport.sent.filter(({ size }) => size > 0);
  return { batcher, transport, offer, announce, sizes, batches, warned };
};
const never = () => new Promise<SendOutcome>(() => {});

describe('the batcher', () => {
  test('waits for company, and no longer than the interval', async () => {
    const { offer, sizes } = aBatcher();
    offer(2);

    await vi.advanceTimersByTimeAsync(999);
    expect(sizes()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sizes()).toEqual([2]);
  });

  test('sends a full batch as soon as the program lets it', async () => {
    const { offer, sizes } = aBatcher();
    offer(4);

    expect(sizes()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sizes()).toEqual([3]);
  });

  test('sends when the bytes fill a batch', async () => {
    const { offer, sizes } = aBatcher(undefined, { maxBatchBytes: 400 });
    offer(9);

    await vi.advanceTimersByTimeAsync(1);
    expect(sizes().length).toBeGreaterThan(0);
  });

  test('has no timer while nothing waits', async () => {
    const { batcher, offer } = aBatcher();
    expect(vi.getTimerCount()).toBe(0);

    offer(1);
    await batcher.flush(1000);

    await vi.advanceTimersByTimeAsync(1000);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('has at most four batches under way', async () => {
    const { offer, sizes } = aBatcher(never);
    offer(30);

    await vi.advanceTimersByTimeAsync(5000);

    expect(sizes()).toEqual([3, 3, 3, 3]);
  });

  test('keeps a batch that could not be delivered and sends it again', async () => {
    const { offer, transport, warned } = aBatcher((_batch, attempt) => (attempt === 1 ? unavailable() : accepted));
    offer(2);

    await vi.advanceTimersByTimeAsync(5000);

    expect(transport.sent).toHaveLength(2);
    expect(transport.sent[1]).toMatchObject({ id: transport.sent[0]?.id, records: transport.sent[0]?.records });
    expect(warned).toEqual([expect.stringMatching(/2 records wait.*503/)]);
  });

  test('survives a transport that throws', async () => {
    const { batcher, offer } = aBatcher(() => {
      throw new Error('broken transport');
    });
    offer(1);

    const flushing = batcher.flush(1000);
    await vi.advanceTimersByTimeAsync(1000);

    const report = await flushing;
    expect(report).toMatchObject({ delivered: 0, pending: 1, errors: [expect.stringContaining('broken transport')] });
  });

  test('survives an onDrop that throws, and tells it every drop', async () => {
    const told: [string, number][] = [];
    const { batcher, offer } = aBatcher(undefined, {
      queue: { maxRecords: 8, maxBytes: 100_000 },
      onDrop: (reason, count) => {
        told.push([reason, count]);
        throw new Error('broken listener');
      },
    });
    offer(12);

    const report = await batcher.flush(1000);

    expect(told).toEqual(Array.from({ length: 4 }, () => ['queue_full', 1]));
    expect(report).toMatchObject({ delivered: 8, dropped: 4 });
  });

  test('tells the drops so far with every batch', async () => {
    const { batcher, offer, transport } = aBatcher(undefined, { queue: { maxRecords: 8, maxBytes: 100_000 } });
    offer(11);

    await batcher.flush(1000);

    expect(transport.sent.at(-1)?.dropped).toEqual({ queue_full: 3 });
  });

  test('tells the server of drops even if nothing else is to be sent', async () => {
    const { batcher, offer, transport } = aBatcher((_batch, attempt) => (attempt === 1 ? invalid : accepted));
    offer(2);
    await batcher.flush(1000);

    await batcher.close(1000);

    expect(transport.sent.at(-1)).toMatchObject({ size: 0, dropped: { refused: 2 } });
  });
});

describe('a batch that is too large', () => {
  test('is halved until it fits, each part under its own name', async () => {
    const { batcher, offer, transport } = aBatcher(({ size }) => (size > 2 ? tooLarge : accepted), {
      maxBatchRecords: 5,
    });
    offer(5);

    const report = await batcher.flush(1000);

    expect(report).toMatchObject({ delivered: 5, dropped: 0 });
    const arrived = transport.sent.filter(({ size }) => size <= 2);
    expect(arrived.flatMap((batch) => batch.records.map(({ id }) => id)).sort()).toEqual([
      'r1',
      'r2',
      'r3',
      'r4',
      'r5',
    ]);
    expect(new Set(transport.sent.map(({ id }) => id)).size).toBe(transport.sent.length);
  });

  test('costs none but the one record that is too large alone', async () => {
    const { batcher, offer } = aBatcher((batch) => (batch.records.some(({ id }) => id === 'r3') ? tooLarge : accepted));
    offer(4);

    expect(await batcher.flush(1000)).toMatchObject({ delivered: 3, dropped: 1, dropReasons: { too_large: 1 } });
  });
});

describe('while the server is down', () => {
  test('nothing is sent but a probe, at growing intervals', async () => {
    const { offer, transport } = aBatcher(() => unavailable());
    offer(30);

    await vi.advanceTimersByTimeAsync(600_000);

    expect(transport.sent.slice(6).every(({ size }) => size === 0)).toBe(true);
    // Half of the longest interval, by the fixed chance of this test.
    expect(transport.sent.length).toBeLessThan(60);
    const [before, last] = transport.sent.slice(-2).map(({ at }) => at) as [number, number];
    expect(last - before).toBeGreaterThan(14_000);
  });

  test('records are taken, and delivered when it is back', async () => {
    let isDown = true;
    const { batcher, offer, batches } = aBatcher(() => (isDown ? unavailable() : accepted));
    offer(30);
    await vi.advanceTimersByTimeAsync(60_000);
    offer(30);
    isDown = false;
    await vi.advanceTimersByTimeAsync(40_000);

    expect(await batcher.flush(0)).toMatchObject({ delivered: 60, pending: 0 });
    expect(new Set(batches().map(({ id }) => id)).size).toBe(20);
  });

  test('whoever waits in flush learns within a second that it is back', async () => {
    let isDown = true;
    const { batcher, offer } = aBatcher(() => (isDown ? unavailable() : accepted));
    offer(30);
    await vi.advanceTimersByTimeAsync(300_000);

    const flushing = batcher.flush(60_000);
    await vi.advanceTimersByTimeAsync(5000);
    isDown = false;
    const backAt = performance.now();
    let doneAt = Number.POSITIVE_INFINITY;
    void flushing.then(() => {
      doneAt = performance.now();
    });
    await vi.advanceTimersByTimeAsync(5000);

    expect(doneAt - backAt).toBeLessThan(1000);
    expect(await flushing).toMatchObject({ delivered: 30, pending: 0 });
  });

  test('requests that a server has forgotten are sent again when a later one is answered', async () => {
    let isHanging = true;
    const { batcher, offer } = aBatcher((_batch, _attempt, signal) =>
      isHanging ? new Promise((resolve) => signal.addEventListener('abort', () => resolve(unavailable()))) : accepted,
    );
    offer(30);
    await vi.advanceTimersByTimeAsync(5000);

    const flushing = batcher.flush(60_000);
    await vi.advanceTimersByTimeAsync(10_000);
    isHanging = false;
    const backAt = performance.now();
    let doneAt = Number.POSITIVE_INFINITY;
    void flushing.then(() => {
      doneAt = performance.now();
    });
    await vi.advanceTimersByTimeAsync(10_000);

    expect(doneAt - backAt).toBeLessThan(2000);
    expect(await flushing).toMatchObject({ delivered: 30, pending: 0, dropped: 0 });
  });

  test('a pause that the server asks for is kept, whoever waits', async () => {
    const { batcher, offer, transport } = aBatcher((_batch, attempt) =>
      attempt === 1 ? unavailable({ retryAfterMs: 7000 }) : accepted,
    );
    offer(1);

    const flushing = batcher.flush(60_000);
    await vi.advanceTimersByTimeAsync(20_000);
    await flushing;

    const [first, second] = transport.sent.map(({ at }) => at) as [number, number];
    expect(second - first).toBeGreaterThanOrEqual(7000);
  });

  test('flush does not wait for a pause that is longer than its time', async () => {
    const { batcher, offer } = aBatcher(() => unavailable({ retryAfterMs: 90_000 }));
    offer(1);

    expect(await batcher.flush(60_000)).toMatchObject({ delivered: 0, pending: 1 });
  });

  test('one warning a minute says how many records wait, and why', async () => {
    const { offer, warned } = aBatcher(() => unavailable());
    offer(30);

    await vi.advanceTimersByTimeAsync(179_000);

    expect(warned.length).toBeLessThanOrEqual(3);
    expect(warned.at(-1)).toMatch(/30 records wait.*busy/);
  });

  test('compressing goes on, one batch at a time', async () => {
    let packing = 0;
    let most = 0;
    const packer = {
      pack: async () => {
        packing += 1;
        most = Math.max(most, packing);
        await new Promise((resolve) => setTimeout(resolve, 10));
        packing -= 1;
      },
      unpack: async () => {},
    };
    const { batcher, offer } = aBatcher(() => accepted, { packer });
    offer(60);

    const flushing = batcher.flush(5000);
    await vi.advanceTimersByTimeAsync(5000);

    expect(most).toBe(1);
    expect(await flushing).toMatchObject({ delivered: 60 });
  });

  test('a compressor that fails costs nothing', async () => {
    const packer = { pack: () => Promise.reject(new Error('zlib')), unpack: async () => {} };
    const { batcher, offer } = aBatcher(() => accepted, { packer });
    offer(4);

    expect(await batcher.flush(1000)).toMatchObject({ delivered: 4, errors: [expect.stringContaining('zlib')] });
  });
});

describe('a key that is refused', () => {
  test('is tried again no more than twice a minute, with a probe', async () => {
    const { offer, transport } = aBatcher(() => unavailable({ isBlocked: true }));
    offer(1);

    await vi.advanceTimersByTimeAsync(60_000);

    expect(transport.sent.length).toBeLessThanOrEqual(3);
    expect(transport.sent.slice(1).every(({ size }) => size === 0)).toBe(true);
  });

  test('delivers everything once it is accepted', async () => {
    let isWrong = true;
    const { batcher, offer } = aBatcher(() => (isWrong ? unavailable({ isBlocked: true }) : accepted));
    offer(7);
    await vi.advanceTimersByTimeAsync(10_000);
    isWrong = false;
    await vi.advanceTimersByTimeAsync(40_000);

    expect(await batcher.flush(0)).toMatchObject({ delivered: 7, pending: 0 });
  });
});

describe('flush', () => {
  test('sends everything at once and reports it as delivered', async () => {
    const { batcher, offer, sizes } = aBatcher();
    offer(7);

    const report = await batcher.flush(1000);

    expect(sizes()).toEqual([3, 3, 1]);
    expect(report).toEqual({ delivered: 7, pending: 0, dropped: 0, dropReasons: {}, errors: [], recovered: 0 });
  });

  test('waits for what is under way already', async () => {
    let answer: (outcome: SendOutcome) => void = () => {};
    const { batcher, offer } = aBatcher(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    offer(3);
    await vi.advanceTimersByTimeAsync(1);

    const flushing = batcher.flush(1000);
    await vi.advanceTimersByTimeAsync(500);
    answer(accepted);

    expect(await flushing).toMatchObject({ delivered: 3, pending: 0 });
  });

  test('resolves within its time, with what is pending, and goes on sending', async () => {
    let answer: (outcome: SendOutcome) => void = () => {};
    const { batcher, offer } = aBatcher(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    offer(2);

    const flushing = batcher.flush(1000);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await flushing).toMatchObject({ delivered: 0, pending: 2 });
    answer(accepted);
    await vi.advanceTimersByTimeAsync(0);

    expect(await batcher.flush(1000)).toMatchObject({ delivered: 2, pending: 0 });
  });

  test('does not wait for records that were offered after it', async () => {
    const { batcher, offer } = aBatcher((_batch, attempt) => (attempt === 1 ? accepted : never()));
    offer(3);

    const flushing = batcher.flush(60_000);
    offer(3);
    await vi.advanceTimersByTimeAsync(10);

    expect(await flushing).toMatchObject({ delivered: 3, pending: 3 });
  });

  test('learns at once that a key is refused', async () => {
    const { batcher, offer } = aBatcher(() => unavailable({ isBlocked: true }));
    offer(1);

    expect(await batcher.flush(60_000)).toMatchObject({ delivered: 0, pending: 1, errors: [expect.any(String)] });
  });

  test('reports what was rejected or refused as dropped, once, with the reason', async () => {
    const { batcher, offer } = aBatcher((batch, attempt) =>
      attempt === 1
        ? {
            kind: 'accepted',
            rejected: batch.records.slice(0, 1).map(({ kind, id }) => ({ kind, id, index: 0, detail: 'bad name' })),
          }
        : invalid,
    );
    offer(3);
    const first = await batcher.flush(1000);
    offer(2);
    const second = await batcher.flush(1000);

    expect(first).toMatchObject({ delivered: 2, dropped: 1, errors: [expect.stringContaining('bad name')] });
    expect(second).toMatchObject({ delivered: 2, dropped: 3, dropReasons: { rejected: 1, refused: 2 } });
    expect(second.errors).toEqual([expect.stringContaining('invalid')]);
  });

  test('does not count announcements of what is running', async () => {
    const { batcher, offer, announce, sizes } = aBatcher();
    announce('running');
    offer(1);

    expect(await batcher.flush(1000)).toMatchObject({ delivered: 1, pending: 0 });
    expect(sizes()).toEqual([2]);
  });
});

describe('close', () => {
  test('delivers what waits, then counts what comes as dropped', async () => {
    const { batcher, transport, offer } = aBatcher();
    offer(2);

    const report = await batcher.close(1000);
    offer(1);

    expect(report).toMatchObject({ delivered: 2, dropped: 0 });
    expect(transport.isClosed).toBe(true);
    expect(await batcher.flush(1000)).toMatchObject({ delivered: 2, dropped: 1, dropReasons: { closed: 1 } });
  });

  test('gives up at its time, and counts what was not delivered', async () => {
    const { batcher, offer } = aBatcher(never);
    offer(5);

    const closing = batcher.close(1000);
    await vi.advanceTimersByTimeAsync(1000);

    expect(await closing).toMatchObject({ delivered: 0, pending: 0, dropped: 5, dropReasons: { closed: 5 } });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('can be called twice', async () => {
    const { batcher, offer } = aBatcher();
    offer(1);

    const [first, second] = await Promise.all([batcher.close(1000), batcher.close(1000)]);

    expect(first).toMatchObject({ delivered: 1 });
    expect(second).toMatchObject({ delivered: 1 });
  });
});

test('warnings come once a minute, and say how many were left out', async () => {
  const warned: string[] = [];
  const warnings = new Warnings({ warn: (message) => void warned.push(message), debug: () => {} }, false, () =>
    performance.now(),
  );

  warnings.warn('one');
  warnings.warn('two');
  warnings.warn('three');
  await vi.advanceTimersByTimeAsync(60_000);
  warnings.warn('four');

  expect(warned).toEqual(['[llm-tracer] one', '[llm-tracer] four (2 more warnings in the meantime)']);
});

test('a logger that throws hurts nobody', () => {
  const logger = {
    warn: () => {
      throw new Error('logger');
    },
    debug: () => {
      throw new Error('logger');
    },
  };

  expect(() => new Warnings(logger, true, () => 0).warn('x')).not.toThrow();
  expect(() => new Warnings(logger, true, () => 0).debug('x')).not.toThrow();
});
