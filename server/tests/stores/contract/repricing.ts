import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pricer } from '../../../src/domain/pricing.ts';
import { aBatch, aRunningSpan, aSpan, aTrace, at, spanId, traceId } from '../builders.ts';
import { ModelStore } from '../model-store.ts';
import { type Suite, World } from './harness.ts';
import { aDelivery, batchesOf, retentionDays, sendingOf, storableElements } from './histories.ts';
import { expectSame, observe } from './observe.ts';

/** So many dollars a token, by model. Its name stands as the version. */
const aPricer =
  (version: string, rates: Readonly<Record<string, number>>): Pricer =>
  (fields) => {
    const model = fields['model'] as string | undefined;
    const rate = model === undefined ? undefined : rates[model];
    const tokens = fields['tokens_input'] as number | undefined;
    if (model === undefined || rate === undefined || tokens === undefined || tokens > 1_000_000) return undefined;
    return { dollars: rate * tokens, source: { table: 'test', version, provider: 'p', model } };
  };

/** Prices that can be exchanged while a store is open. */
const exchangeable = (first: Pricer) => {
  let current = first;
  return {
    pricerOf: () => (fields: Parameters<Pricer>[0]) => current(fields),
    exchange: (next: Pricer) => {
      current = next;
    },
  };
};

const old = aPricer('old', { 'gpt-1': 0.1, 'gpt-2': 0.000_000_003 });
const next = aPricer('new', { 'gpt-1': 0.2, 'gpt-3': 1 });

/** "as if these prices had held from the start" */
export function repricing(suite: Suite): void {
  describe('re-pricing', () => {
    const aWorld = async () => {
      const prices = exchangeable(old);
      return { world: await suite.world({ pricerOf: prices.pricerOf }), ...prices };
    };
    const everything = { isTrial: false };

    it('gives each span the price that holds now, and names it; totals follow', async () => {
      const { world, exchange } = await aWorld();
      await world.send({
        traces: [aTrace()],
        spans: [
          aSpan({ span_id: spanId(1), model: 'gpt-1', tokens_input: 10 }),
          aSpan({ span_id: spanId(2), model: 'gpt-2', tokens_input: 1 }),
          aSpan({ span_id: spanId(3), model: 'gpt-3', tokens_input: 3 }),
        ],
      });

      exchange(next);
      const untouched = (await world.spans()).map(({ cost_usd }) => cost_usd);
      const report = await world.store.reprice(everything);

      expect(untouched).toEqual([1, 0.000_000_003, undefined]);
      expect(report).toEqual({
        traces: 1,
        spans: 3,
        changed: 3,
        gained: 1,
        lost: 1,
        costNanosBefore: 1_000_000_003n,
        costNanosAfter: 5_000_000_000n,
      });
      const [dearer, lost, gained] = await world.spans();
      expect(dearer).toMatchObject({
        cost_usd: 2,
        cost_source: 'priced',
        cost_price: { version: 'new', model: 'gpt-1' },
      });
      expect(lost).not.toHaveProperty('cost_usd');
      expect(lost).not.toHaveProperty('cost_price');
      expect(gained).toMatchObject({ cost_usd: 3, cost_price: { model: 'gpt-3' } });
      expect(await world.trace()).toMatchObject({ total_cost: 5, unpriced_count: 1 });
      expect(await world.stats()).toMatchObject({ total_cost: 5 });
      expect((await world.store.recount({ repair: false })).differences).toEqual([]);
    });

    it('leaves alone what was reported, and what is still running', async () => {
      const { world, exchange } = await aWorld();
      await world.send({
        spans: [
          aSpan({ span_id: spanId(1), model: 'gpt-1', tokens_input: 10, cost_usd: 7 }),
          aSpan({ span_id: spanId(2), model: 'gpt-1', tokens_input: 10, cost_usd: 0, cost_source: 'priced' }),
          aRunningSpan({ span_id: spanId(3), model: 'gpt-1', tokens_input: 10 }),
        ],
      });
      const before = await observe(world.store, world.project);

      exchange(next);
      const report = await world.store.reprice(everything);

      expect(report).toMatchObject({ traces: 1, spans: 0, changed: 0, costNanosAfter: 7_000_000_000n });
      expectSame(await observe(world.store, world.project), before, 'after re-pricing');
    });

    it('counts a parent no more once its child has a price, and again once it has none', async () => {
      const { world, exchange } = await aWorld();
      const agent = aSpan({ span_id: spanId(1), model: 'gpt-1', tokens_input: 10 });
      await world.send({
        spans: [agent, aSpan({ span_id: spanId(2), parent_span_id: spanId(1), model: 'gpt-3', tokens_input: 4 })],
      });
      const cost = async () => (await world.stats()).total_cost;

      const costs = [await cost()];
      for (const pricer of [next, old]) {
        exchange(pricer);
        await world.store.reprice(everything);
        costs.push(await cost());
      }

      expect(costs).toEqual([1, 4, 1]);
    });

    it('writes nothing on trial, and says the same as when it does', async () => {
      const { world, exchange } = await aWorld();
      await world.send({
        spans: [1, 2, 3].map((n) => aSpan({ span_id: spanId(n), model: `gpt-${n}`, tokens_input: 10 })),
      });
      const before = await observe(world.store, world.project);
      exchange(next);

      const trial = await world.store.reprice({ isTrial: true });
      const afterTrial = await observe(world.store, world.project);
      const real = await world.store.reprice(everything);
      const again = await world.store.reprice(everything);

      expectSame(afterTrial, before, 'after a trial');
      expect(real).toEqual(trial);
      expect(again).toEqual({ ...real, changed: 0, gained: 0, lost: 0, costNanosBefore: real.costNanosAfter });
    });

    it('takes the traces that start in the range, of the project asked for', async () => {
      const { world, exchange } = await aWorld();
      const starts = [-1, 0, 9.999999, 10];
      for (const project of [world.project, 'other'])
        await world.send(
          {
            spans: starts.map((start, n) =>
              aSpan({
                trace_id: traceId(n),
                span_id: spanId(n),
                start_time: at(start),
                end_time: at(20),
                model: 'gpt-1',
                tokens_input: 1,
              }),
            ),
          },
          project,
        );

      exchange(next);
      const report = await world.store.reprice({ project: world.project, from: at(0), to: at(10), isTrial: false });

      const costs = async (project: string) =>
        Promise.all(starts.map(async (_, n) => (await world.trace(traceId(n), project)).total_cost));
      expect(report).toMatchObject({ traces: 2, spans: 2, changed: 2 });
      expect(await costs(world.project)).toEqual([0.1, 0.2, 0.2, 0.1]);
      expect(await costs('other')).toEqual([0.1, 0.1, 0.1, 0.1]);
    });

    it('takes more traces than it takes at once, each once', async () => {
      const { world, exchange } = await aWorld();
      // Several start at the same moment.
      const spans = Array.from({ length: 900 }, (_, n) => {
        const trace = Math.floor(n / 6);
        const start_time = at(Math.floor(trace / 7));
        return aSpan({ trace_id: traceId(trace), span_id: spanId(n), start_time, model: 'gpt-1', tokens_input: 1 });
      });
      await world.send({ spans });
      exchange(next);
      const seen: number[] = [];

      const report = await world.store.reprice({ isTrial: false, onProgress: ({ traces }) => seen.push(traces) });

      expect(report).toMatchObject({ traces: 150, spans: 900, changed: 900 });
      expect(seen.at(-1)).toBe(150);
      expect(await world.stats()).toMatchObject({ total_cost: 180 });
    });

    it('brings back nothing that was deleted or has expired', async () => {
      const { world, exchange } = await aWorld();
      const spanOf = (n: number) =>
        aSpan({ trace_id: traceId(n), span_id: spanId(n), model: 'gpt-1', tokens_input: 1 });
      await world.send({ spans: [spanOf(1)] });
      await world.store.deleteTrace(world.project, traceId(1));
      await world.send({ spans: [spanOf(2)] });
      world.clock.advance({ days: 91 });

      exchange(next);
      const report = await world.store.reprice(everything);

      expect(report).toMatchObject({ traces: 0, spans: 0, changed: 0 });
      expect(await world.find(traceId(1))).toBeUndefined();
      expect(await world.stats()).toMatchObject({ total_cost: 0, total_spans: 0 });
    });

    it('keeps what is merged later by the rules, at the new price', async () => {
      const { world, exchange } = await aWorld();
      const span = aSpan({ model: 'gpt-1', tokens_input: 10 });
      await world.send({ spans: [span] });
      exchange(next);
      await world.store.reprice(everything);

      await world.send({ spans: [span] });
      const resent = await world.span(spanId());
      await world.send({ spans: [{ ...span, rev: 2, tokens_input: 20 }] });
      const corrected = await world.span(spanId());
      await world.send({ spans: [{ ...span, rev: 3, cost_usd: 7 }] });

      expect([resent.cost_usd, corrected.cost_usd, (await world.stats()).total_cost]).toEqual([2, 4, 7]);
    });

    it('prices a trace of more spans than it takes at once, while others are added to it and some corrected', async () => {
      const { world, exchange } = await aWorld();
      const spansFrom = (first: number, count: number) =>
        Array.from({ length: count }, (_, n) => aSpan({ span_id: spanId(first + n), model: 'gpt-1', tokens_input: 1 }));
      await world.send({ spans: spansFrom(1, 600) });
      await world.send({ spans: spansFrom(601, 600) });
      exchange(next);

      await Promise.all([
        world.store.reprice(everything),
        ...Array.from({ length: 10 }, (_, n) => world.send({ spans: spansFrom(2_000 + 10 * n, 10) })),
        world.send({ spans: spansFrom(101, 50).map((span) => ({ ...span, rev: 2, tokens_input: 11 })) }),
      ]);

      expect(await world.stats()).toMatchObject({ total_spans: 1_300, total_cost: 360 });
      expect((await world.store.recount({ repair: false })).differences).toEqual([]);
    });
  });
}

/** Over random deliveries, on the store and on the model. */
export function repricingLaw(suite: Suite): void {
  const scale = Number(process.env['TEST_SCALE'] ?? 1);
  const bound = fc.option(fc.constantFrom(-3.5, -1, 0, 0.000001, 10, 43_200).map(at), { nil: undefined, freq: 3 });
  const runs = Math.ceil(60 * scale * (suite.factory.histories ?? 1));

  it('re-pricing any range leaves what the model says, and of everything what the new prices say from the start', {
    timeout: 60_000 * scale,
  }, async () => {
    const prices = exchangeable(old);
    const options = { retentionDays, pricerOf: prices.pricerOf };
    const world = await World.open(suite.factory, options);
    let number = 0;
    try {
      await fc.assert(
        fc.asyncProperty(storableElements, aDelivery, bound, bound, async (elements, delivery, from, to) => {
          number += 1;
          const project = `p${number}`;
          const model = new ModelStore({ ...options, clock: world.clock.now });
          const fresh = new ModelStore({ ...options, clock: world.clock.now, pricerOf: () => next });
          await fresh.ingest(project, aBatch(sendingOf(elements)));
          prices.exchange(old);
          const batches = batchesOf(elements, delivery);
          const half = Math.ceil(batches.length / 2);
          const send = async (some: typeof batches) => {
            for (const batch of some)
              for (const store of [world.store, model]) await store.ingest(project, aBatch(batch, delivery.encoding));
          };
          const reprice = async (range: object) => {
            const request = { ...range, project, isTrial: false };
            expect(await world.store.reprice(request)).toEqual(await model.reprice(request));
            expectSame(await observe(world.store, project), await observe(model, project), 'store and model');
          };

          await send(batches.slice(0, half));
          prices.exchange(next);
          await reprice({ from, to });
          await send(batches.slice(half));
          await reprice({});

          expectSame(
            await observe(world.store, project),
            await observe(fresh, project),
            'priced anew and from the start',
          );
        }),
        { numRuns: runs },
      );

      expect((await world.store.recount({ repair: false })).differences).toEqual([]);
    } finally {
      await world.close();
    }
  });
}
