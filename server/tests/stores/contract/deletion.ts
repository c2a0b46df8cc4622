import { describe, expect, it } from 'vitest';
import { aRunningSpan, aScore, aSpan, aTrace, at, seconds, spanId, traceId } from '../builders.ts';
import type { Suite } from './harness.ts';

const everything = {
  traces: [aTrace({ user_id: 'ada', tags: ['a'], input: 'secret' })],
  spans: [aSpan({ tokens_input: 5, cost_usd: 1, error: 'x', model: 'gpt-1', input_data: 'secret' })],
  scores: [aScore()],
};

/** wire.md, Deletion, and the conflict that an id under another trace makes. */
export function deletion(suite: Suite): void {
  describe('deletion', () => {
    it('removes a trace with its spans and scores from every reader, and totals follow', async () => {
      const world = await suite.world();
      await world.send(everything);
      await world.send({ traces: [aTrace({ trace_id: traceId(2) })] });

      const deleted = await world.store.deleteTrace(world.project, traceId());

      expect(deleted).toBe(true);
      expect(await world.find()).toBeUndefined();
      expect(await world.store.readSpan(world.project, spanId())).toBeUndefined();
      expect(await world.list()).toEqual([traceId(2)]);
      expect([await world.list({ tags: ['a'] }), await world.list({ model: 'gpt-1' })]).toEqual([[], []]);
      expect(await world.list({ userId: 'ada' })).toEqual([]);
      expect(await world.stats()).toMatchObject({ total_traces: 1, total_spans: 0, total_tokens: 0, total_cost: 0 });
      expect((await world.store.recount({ repair: false })).differences).toEqual([]);
    });

    it('tells a deleted trace from one that was never there', async () => {
      const world = await suite.world();
      await world.send(everything);
      await world.store.deleteTrace(world.project, traceId());

      const states = [
        await world.store.traceState(world.project, traceId(1)),
        await world.store.traceState(world.project, traceId(2)),
      ];

      expect(states).toEqual(['deleted', 'unknown']);
    });

    it('says false for a trace that is not there, and true for one that was deleted before', async () => {
      const world = await suite.world();
      await world.send(everything);
      await world.store.deleteTrace(world.project, traceId());

      const again = await world.store.deleteTrace(world.project, traceId());
      const unknown = await world.store.deleteTrace(world.project, traceId(2));
      const nobodys = await world.store.deleteTrace('nobody', traceId());

      expect([again, unknown, nobodys]).toEqual([true, false, false]);
    });

    // Found by the laws: what an earlier deletion had emptied was taken for what came in its place.
    it('touches nothing that came after an earlier deletion', async () => {
      const world = await suite.world();
      await world.send({
        spans: [
          aRunningSpan({ trace_id: traceId(1), span_id: spanId(1) }),
          aSpan({ trace_id: traceId(2), span_id: spanId(2) }),
        ],
      });
      await world.store.deleteTrace(world.project, traceId(2));
      await world.send({ spans: [aSpan({ trace_id: traceId(3), span_id: spanId(3) })] }, 'neighbour');

      await world.store.deleteTrace(world.project, traceId(1));

      expect(await world.spans(traceId(3), 'neighbour')).toMatchObject([{ span_id: spanId(3) }]);
    });

    it('swallows late retries: nothing of the trace comes back', async () => {
      const world = await suite.world();
      await world.send(everything);
      await world.store.deleteTrace(world.project, traceId());

      const outcome = await world.send({
        ...everything,
        spans: [...everything.spans, aSpan({ span_id: spanId(2), parent_span_id: spanId(1) })],
      });

      expect(outcome).toEqual({ traces: ['swallowed'], spans: ['swallowed', 'swallowed'], scores: ['swallowed'] });
      expect(await world.find()).toBeUndefined();
      expect(await world.store.readSpan(world.project, spanId(2))).toBeUndefined();
      expect(await world.stats()).toMatchObject({ total_traces: 0, total_spans: 0 });
    });

    it('does not find spans and traces that were deleted for PATCH', async () => {
      const world = await suite.world();
      await world.send(everything);
      await world.store.deleteTrace(world.project, traceId());

      const found = [
        await world.store.completeSpan(world.project, spanId(), { output_data: 1 }),
        await world.store.completeTrace(world.project, traceId(), { output: 1 }),
      ];

      expect(found).toEqual([false, false]);
      expect(await world.find()).toBeUndefined();
    });

    it('keeps the tombstone for retention and 3 days, then the id is unknown, pruned or not', async () => {
      const world = await suite.world({ retentionDays: 3 });
      await world.send(everything);
      await world.store.deleteTrace(world.project, traceId());
      const late = aTrace({ start_time: at(6 * seconds.day), end_time: at(6 * seconds.day) });

      world.clock.advance({ days: 6, micros: -1 });
      const { traces: before } = await world.send({ traces: [late] });
      world.clock.advance({ micros: 1 });
      const state = await world.store.traceState(world.project, traceId());
      const { traces: after } = await world.send({ traces: [late] });

      expect([before, state, after]).toEqual([['swallowed'], 'unknown', ['stored']]);
      expect(await world.trace()).toMatchObject({ start_time: late.start_time, span_count: 0 });
    });

    it('keeps the tombstone over pruning', async () => {
      const world = await suite.world({ retentionDays: 3 });
      await world.send(everything);
      await world.store.deleteTrace(world.project, traceId());
      world.clock.advance({ days: 5 });

      const pruned = await world.store.prune();

      expect(pruned).toBe(0);
      expect(await world.store.traceState(world.project, traceId())).toBe('deleted');
    });

    it('takes scores with the trace that they came before', async () => {
      const world = await suite.world();
      await world.send({ scores: [aScore()] });
      await world.send({ traces: [aTrace()] });
      await world.store.deleteTrace(world.project, traceId());

      const { scores } = await world.send({ scores: [aScore()] });

      expect(scores).toEqual(['swallowed']);
      expect(await world.find()).toBeUndefined();
    });
  });

  describe('span ids', () => {
    it('belong to the trace that had them first', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan({ name: 'first' })] });

      const { spans } = await world.send({
        spans: [aSpan({ trace_id: traceId(2), name: 'second' }), aSpan({ trace_id: traceId(2), span_id: spanId(2) })],
      });

      expect(spans).toEqual(['conflict', 'stored']);
      expect(await world.span(spanId())).toMatchObject({ trace_id: traceId(1), name: 'first' });
      expect(await world.spans(traceId(2))).toHaveLength(1);
    });

    // Found by the laws: elements of one batch had been applied trace by trace.
    it('belong to the first in a batch, in its order', async () => {
      const world = await suite.world();

      const { spans } = await world.send({
        traces: [aTrace({ trace_id: traceId(1) })],
        spans: [
          aSpan({ trace_id: traceId(1), span_id: spanId(1) }),
          aSpan({ trace_id: traceId(2), span_id: spanId(2) }),
          aSpan({ trace_id: traceId(1), span_id: spanId(2) }),
        ],
      });

      expect(spans).toEqual(['stored', 'stored', 'conflict']);
    });

    it('make no trace when all are rejected', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan()] });

      await world.send({ spans: [aSpan({ trace_id: traceId(2) })] });

      expect(await world.store.traceState(world.project, traceId(2))).toBe('unknown');
      expect(await world.list()).toEqual([traceId(1)]);
      expect((await world.store.recount({ repair: false })).differences).toEqual([]);
    });

    it('are free again when their trace is deleted', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan()] });
      await world.store.deleteTrace(world.project, traceId());

      const { spans } = await world.send({ spans: [aSpan({ trace_id: traceId(2) }), aSpan()] });

      expect(spans).toEqual(['stored', 'swallowed']);
      expect(await world.span(spanId())).toMatchObject({ trace_id: traceId(2) });
    });
  });
}
