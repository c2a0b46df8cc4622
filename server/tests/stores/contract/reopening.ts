import { describe, expect, it } from 'vitest';
import { aScore, aSpan, aTrace, at, seconds, spanId, traceId } from '../builders.ts';
import type { Suite } from './harness.ts';
import { observe } from './observe.ts';

export function reopening(suite: Suite): void {
  describe('a store opened again on the same data', () => {
    it('reads what was there, and merges with it', async (context) => {
      suite.requires('reopen', context);
      const world = await suite.world();
      await world.send({
        traces: [aTrace({ metadata: { a: 1 } })],
        spans: [aSpan({ tokens_input: 9, cost_usd: 1 })],
        scores: [aScore()],
        dropped: { instance: 'one', counts: { queue_full: 3 } },
      });
      const before = await observe(world.store, world.project);

      await world.reopen();
      const after = await observe(world.store, world.project);
      await world.send({
        spans: [aSpan({ span_id: spanId(2), parent_span_id: spanId(1), tokens_input: 4, cost_usd: 2 })],
      });

      expect(after).toEqual(before);
      expect(await world.stats()).toMatchObject({ total_spans: 2, total_tokens: 4, total_cost: 2 });
    });

    it('still knows what was deleted', async (context) => {
      suite.requires('reopen', context);
      const world = await suite.world();
      await world.send({ traces: [aTrace()] });
      await world.store.deleteTrace(world.project, traceId());

      await world.reopen();

      expect(await world.store.traceState(world.project, traceId())).toBe('deleted');
      expect(await world.send({ traces: [aTrace()] })).toMatchObject({ traces: ['swallowed'] });
    });

    it('still knows what was pruned', async (context) => {
      suite.requires('reopen', context);
      const world = await suite.world({ retentionDays: 3 });
      await world.send({ traces: [aTrace()] });
      world.clock.advance({ days: 4 });
      await world.store.prune();

      await world.reopen();

      const { traces } = await world.send({ traces: [aTrace({ start_time: at(4 * seconds.day) })] });
      expect(traces).toEqual(['expired']);
    });

    it('keeps what was under way when it was closed', async (context) => {
      suite.requires('reopen', context);
      const world = await suite.world();
      const underWay = Array.from({ length: 40 }, (_, n) => world.send({ spans: [aSpan({ span_id: spanId(n) })] }));

      await world.reopen();

      await Promise.all(underWay);
      expect(await world.spans()).toHaveLength(40);
    });
  });
}
