import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Batcher, type BatcherOptions } from '../src/export/batcher.ts';
import type { Batch, SendOutcome } from '../src/export/transport.ts';
import { fixedIds } from '../src/testing.ts';
import { Warnings } from '../src/warnings.ts';
import { accepted, aRecord, invalid, retryOf, ScriptedTransport } from './records.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const aBatcher = (
  outcome: (batch: Batch, attempt: number) => SendOutcome | Promise<SendOutcome> = () => accepted,
  options: Partial<BatcherOptions> = {},
) => {
  const transport = new ScriptedTransport(outcome);
  const warned: string[] = [];
  const elapsed = () => performance.now();
  const warnings = new Warnings({ warn: (message) => void warned.push(message), debug: () => {} }, false, elapsed);
  const batcher = new Batcher({
    transport,
    elapsed,
    createBatchId: fixedIds().spanId,
    flushIntervalMs: 1000,
    maxBatchRecords: 3,
    maxBatchBytes: 1_000_000,
    queue: { maxRecords: 100, maxBytes: 1_000_000 },
    warnings,
    ...options,
  });
  const offer = (count: number): void => {
    for (let index = 0; index < count; index += 1) batcher.offer(aRecord());
  };
  const sizes = () => transport.sent.map(({ records }) => records.length);
  return { batcher, transport, offer, sizes, warned };
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
    const { batcher, sizes } = aBatcher(undefined, { maxBatchBytes: 100 });
    batcher.offer(aRecord({ bytes: 60 }));
    batcher.offer(aRecord({ bytes: 60 }));

    await vi.advanceTimersByTimeAsync(1);
    expect(sizes()[0]).toBe(1);
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
    const { offer, sizes, transport, warned } = aBatcher((batch, attempt) =>
      attempt === 1 ? retryOf(batch) : accepted,
    );
    offer(2);

    await vi.advanceTimersByTimeAsync(5000);

    expect(sizes()).toEqual([2, 2]);
    expect(transport.sent[1]?.records).toEqual(transport.sent[0]?.records);
    expect(warned).toEqual([expect.stringContaining('503')]);
  });

  test('asks a server that refused the key no more than twice a minute', async () => {
    const { offer, sizes } = aBatcher((batch) => retryOf(batch, { isBlocked: true }));
    offer(1);

    await vi.advanceTimersByTimeAsync(60_000);

    expect(sizes().length).toBeLessThanOrEqual(2);
  });

  test('survives a transport that throws', async () => {
    const { batcher, offer } = aBatcher(() => {
      throw new Error('broken transport');
    });
    offer(1);

    const report = await batcher.flush(1000);

    expect(report).toMatchObject({ delivered: 0, pending: 1, errors: [expect.stringContaining('broken transport')] });
  });

  test('tells the drops so far with every batch', async () => {
    const { batcher, offer, transport } = aBatcher(undefined, { queue: { maxRecords: 2, maxBytes: 1000 } });
    offer(5);

    await batcher.flush(1000);

    expect(transport.sent[0]?.dropped).toEqual({ queue_full: 3 });
  });
});

describe('flush', () => {
  test('sends everything at once and reports it as delivered', async () => {
    const { batcher, offer, sizes } = aBatcher();
    offer(7);

    const report = await batcher.flush(1000);

    expect(sizes()).toEqual([3, 3, 1]);
    expect(report).toEqual({ delivered: 7, pending: 0, dropped: 0, dropReasons: {}, errors: [] });
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
    const { batcher, offer } = aBatcher((batch) => retryOf(batch, { isBlocked: true }));
    offer(1);

    expect(await batcher.flush(60_000)).toMatchObject({ delivered: 0, pending: 1, errors: [expect.any(String)] });
  });

  test('reports what was rejected or refused as dropped, once, with the reason', async () => {
    const { batcher, offer } = aBatcher((batch, attempt) =>
      attempt === 1
        ? {
            kind: 'accepted',
            rejected: batch.records.slice(0, 1).map((record) => ({ record, reason: 'rejected', detail: 'bad name' })),
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
    const { batcher } = aBatcher();
    batcher.offer(aRecord({ isRunning: true }));
    batcher.offer(aRecord());

    expect(await batcher.flush(1000)).toMatchObject({ delivered: 1, pending: 0 });
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
