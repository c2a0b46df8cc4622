// Whatever happens between a tracer and its server: what ended is delivered, pending or dropped, and counted once.
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Batcher, type FlushReport } from '../src/export/batcher.ts';
import type { DropReason, SendOutcome } from '../src/export/transport.ts';
import { fixedIds } from '../src/testing.ts';
import { Warnings } from '../src/warnings.ts';
import { accepted, invalid, ScriptedTransport, type Sent, sender, tooLarge, unavailable } from './records.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const thrower = (): never => {
  throw new Error('boom');
};

/** What a server may do with a batch. */
const answers: Readonly<Record<string, (batch: Sent, signal: AbortSignal) => SendOutcome | Promise<SendOutcome>>> = {
  accepts: () => accepted,
  'rejects the first record': ({ records: [first] }) =>
    first === undefined
      ? accepted
      : { kind: 'accepted', rejected: [{ kind: first.kind, index: 0, id: first.id, detail: 'bad' }] },
  'refuses all': () => invalid,
  'finds three too many': ({ size }) => (size > 2 ? tooLarge : accepted),
  'finds all too large': ({ size }) => (size > 0 ? tooLarge : accepted),
  'is down': () => unavailable(),
  'asks to wait': () => unavailable({ retryAfterMs: 3000 }),
  'refuses the key': () => unavailable({ isBlocked: true }),
  'answers late': () => new Promise((resolve) => setTimeout(resolve, 4000, accepted)),
  'never answers': (_batch, signal) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(unavailable()))),
  throws: thrower,
};

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ end: fc.integer({ min: 1, max: 12 }) }) },
  fc.record({ announce: fc.integer({ min: 1, max: 4 }) }),
  { weight: 2, arbitrary: fc.record({ server: fc.constantFrom(...Object.keys(answers)) }) },
  { weight: 2, arbitrary: fc.record({ waitMs: fc.integer({ min: 0, max: 20_000 }) }) },
  fc.record({ flushMs: fc.integer({ min: 0, max: 5000 }) }),
);

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

test('delivered, pending and dropped are together what ended, and each drop is told once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, packs) => {
      let server = 'accepts';
      const stored = new Set<string>();
      const transport = new ScriptedTransport(async (batch, _attempt, signal) => {
        const outcome = await (answers[server] as (typeof answers)[string])(batch, signal);
        const lost = outcome.kind === 'accepted' ? outcome.rejected.map(({ id }) => id) : undefined;
        if (lost) for (const { id, isRunning } of batch.records) if (!isRunning && !lost.includes(id)) stored.add(id);
        return outcome;
      });
      const told: Partial<Record<DropReason, number>> = {};
      const batcher = new Batcher({
        transport,
        ...(packs ? { packer: { pack: () => Promise.reject(new Error('zlib')), unpack: async () => {} } } : {}),
        sender,
        elapsed: () => performance.now(),
        random: () => 0.5,
        createBatchId: fixedIds().spanId,
        flushIntervalMs: 1000,
        maxBatchRecords: 5,
        maxBatchBytes: 100_000,
        queue: { maxRecords: 60, maxBytes: 1_000_000 },
        // Of what the SDK is given nothing may hurt it.
        warnings: new Warnings({ warn: thrower, debug: thrower }, true, () => performance.now()),
        onDrop: (reason, count) => {
          told[reason] = (told[reason] ?? 0) + count;
          throw new Error('boom');
        },
      });
      let ended = 0;
      const check = (report: FlushReport, told: object) => {
        expect(report.delivered + report.pending + report.dropped).toBe(ended);
        expect(report.dropReasons).toEqual(told);
        expect(report.delivered).toBeLessThanOrEqual(stored.size);
      };
      for (const action of steps) {
        if ('end' in action) {
          for (let count = 0; count < action.end; count += 1) {
            ended += 1;
            batcher.offer('span', `s${ended}`, JSON.stringify({ span_id: `s${ended}` }), false);
          }
        } else if ('announce' in action)
          batcher.offer('span', `a${action.announce}`, JSON.stringify({ span_id: `a${action.announce}` }), true);
        else if ('server' in action) server = action.server;
        else if ('waitMs' in action) await vi.advanceTimersByTimeAsync(action.waitMs);
        else {
          const flushing = batcher.flush(action.flushMs);
          const startedAt = performance.now();
          let tookMs = Number.POSITIVE_INFINITY;
          let toldThen = {};
          void flushing.then(() => {
            tookMs = performance.now() - startedAt;
            toldThen = { ...told };
          });
          await vi.advanceTimersByTimeAsync(action.flushMs);
          expect(tookMs).toBeLessThanOrEqual(action.flushMs);
          check(await flushing, toldThen);
        }
      }
      server = 'accepts';
      // An answer that is under way may still be that of a refused key, which flush() does not wait behind.
      await vi.advanceTimersByTimeAsync(60_000);
      const flushing = batcher.flush(120_000);
      await vi.advanceTimersByTimeAsync(120_000);
      const last = await flushing;
      const closing = batcher.close(1000);
      await vi.advanceTimersByTimeAsync(1000);

      check(last, told);
      expect(last.pending).toBe(0);
      // A request that was given up for its successor may have been stored, and its successor refused.
      expect(stored.size - last.delivered).toBeLessThanOrEqual(last.dropped);
      expect(sum(Object.values((await closing).dropReasons))).toBe(sum(Object.values(told)));
      expect(vi.getTimerCount()).toBe(0);
    }),
    { numRuns: 150 },
  );
});
