import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RetryingTransport } from '../src/export/retrying.ts';
import type { Batch, SendOutcome } from '../src/export/transport.ts';
import { aBatch, accepted, invalid, records, retryOf, ScriptedTransport, tooLarge } from './records.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const retrying = (outcome: (batch: Batch, attempt: number) => SendOutcome, random = () => 0.5) => {
  const inner = new ScriptedTransport(outcome);
  const elapsed = () => performance.now();
  const transport = new RetryingTransport(inner, { elapsed, baseDelayMs: 100, maxDelayMs: 1000, random });
  const send = async (batch = aBatch(), withinMs = 60_000) => {
    const started = elapsed();
    const sending = transport
      .send(batch, started + withinMs)
      .then((outcome) => ({ outcome, tookMs: elapsed() - started }));
    await vi.advanceTimersByTimeAsync(120_000);
    return sending;
  };
  return { inner, transport, send };
};

describe('the retrying transport', () => {
  test('hands on what is accepted at once', async () => {
    const { inner, send } = retrying(() => accepted);

    expect((await send()).outcome).toEqual(accepted);
    expect(inner.sent).toHaveLength(1);
  });

  test('tries again under the same name until it is accepted', async () => {
    const { inner, send } = retrying((batch, attempt) => (attempt < 3 ? retryOf(batch) : accepted));

    expect((await send()).outcome.kind).toBe('accepted');
    expect(inner.sent.map(({ id }) => id)).toEqual(['b', 'b', 'b']);
  });

  test('waits a random part of a bound that doubles up to its maximum', async () => {
    const { send } = retrying(
      (batch, attempt) => (attempt <= 6 ? retryOf(batch) : accepted),
      () => 0.5,
    );

    expect((await send()).tookMs).toBe(50 + 100 + 200 + 400 + 500 + 500);
  });

  test('waits as long as the server asks for', async () => {
    const { send } = retrying((batch, attempt) => (attempt === 1 ? retryOf(batch, { retryAfterMs: 7000 }) : accepted));

    expect((await send()).tookMs).toBe(7000);
  });

  test('gives up at its deadline, with what is pending', async () => {
    const { send } = retrying((batch) => retryOf(batch));

    const { outcome, tookMs } = await send(aBatch(), 2000);

    expect(outcome).toMatchObject({ kind: 'retry', pending: aBatch().records });
    expect(tookMs).toBeLessThanOrEqual(2000);
  });

  test('does not wait for what the server will not do before the deadline', async () => {
    const { inner, send } = retrying((batch) => retryOf(batch, { retryAfterMs: 90_000 }));

    expect((await send()).tookMs).toBe(0);
    expect(inner.sent).toHaveLength(1);
  });

  test('does not try again with a key that was refused', async () => {
    const { inner, send } = retrying((batch) => retryOf(batch, { isBlocked: true }));

    expect((await send()).outcome.kind).toBe('retry');
    expect(inner.sent).toHaveLength(1);
  });

  test('reports a batch that is refused as rejected records', async () => {
    const { send } = retrying(() => invalid);

    expect((await send()).outcome).toMatchObject({
      kind: 'accepted',
      rejected: [{ reason: 'refused', detail: 'invalid' }, { reason: 'refused' }],
    });
  });

  test('halves what is too large until it fits, each part under its own name', async () => {
    const { inner, send } = retrying((batch) => (batch.records.length > 2 ? tooLarge : accepted));

    expect((await send(aBatch(records(5)))).outcome).toEqual(accepted);
    const delivered = inner.sent.filter(({ records: { length } }) => length <= 2);
    expect(delivered.flatMap((batch) => batch.records.map(({ id }) => id))).toEqual(['r1', 'r2', 'r3', 'r4', 'r5']);
    expect(new Set(inner.sent.map(({ id }) => id)).size).toBe(inner.sent.length);
  });

  test('rejects the one record that is too large alone, and delivers its neighbours', async () => {
    const { send } = retrying((batch) => (batch.records.some(({ id }) => id === 'r3') ? tooLarge : accepted));

    expect((await send(aBatch(records(4)))).outcome).toMatchObject({
      kind: 'accepted',
      rejected: [{ record: { id: 'r3' }, reason: 'too_large' }],
    });
  });

  test('tries again only with the half that was not accepted', async () => {
    let failures = 1;
    const { inner, send } = retrying((batch) => {
      if (batch.records.length > 2) return tooLarge;
      if (batch.records[0]?.id !== 'r3' || failures === 0) return accepted;
      failures -= 1;
      return retryOf(batch);
    });

    expect((await send(aBatch(records(4)))).outcome).toEqual(accepted);
    expect(inner.sent.at(-1)?.records.map(({ id }) => id)).toEqual(['r3', 'r4']);
  });

  test('stops waiting when it is closed', async () => {
    const { inner, transport } = retrying((batch) => retryOf(batch, { retryAfterMs: 50_000 }));

    const sending = transport.send(aBatch(), performance.now() + 60_000);
    await vi.advanceTimersByTimeAsync(10);
    transport.close();
    const outcome = await sending;

    expect(outcome.kind).toBe('retry');
    expect(inner.isClosed).toBe(true);
  });
});
