import { describe, expect, it } from 'vitest';
import { aRunningTrace, aScore, aSpan, aTrace, at, seconds, spanId, timeAt, traceId } from '../builders.ts';
import type { Suite, World } from './harness.ts';

const { day } = seconds;

/** Everything that could still show a trace. */
const traces = async (world: World, id = traceId(), span = spanId()) => ({
  state: await world.store.traceState(world.project, id),
  read: await world.find(id),
  span: await world.store.readSpan(world.project, span),
  listed: await world.list(),
  stats: await world.stats(),
});

const nothing = {
  state: 'unknown',
  read: undefined,
  span: undefined,
  listed: [],
  stats: { total_traces: 0, total_spans: 0, total_tokens: 0, total_cost: 0, total_errors: 0, dropped: {} },
};

/** wire.md, Retention. The clock starts at noon. */
export function retention(suite: Suite): void {
  describe('retention', () => {
    it.each([
      { start: at(0), lives: 'until the midnight after the hour has come round', hours: 3.5 * 24 },
      { start: at(-day / 2), lives: 'to the moment when it started at midnight', hours: 2.5 * 24 },
      { start: at(-day / 2 + 0.000001), lives: 'a day longer when it started a microsecond later', hours: 3.5 * 24 },
    ])('keeps a trace $lives', async ({ start, hours }) => {
      const world = await suite.world({ retentionDays: 3 });
      await world.send({ traces: [aTrace({ start_time: start })], spans: [aSpan({ start_time: start })] });

      world.clock.advance({ hours, micros: -1 });
      const justBefore = await traces(world);
      world.clock.advance({ micros: 1 });

      expect(justBefore).toMatchObject({ state: 'live', listed: [traceId()], stats: { total_spans: 1 } });
      expect(await traces(world)).toEqual(nothing);
    });

    it('has a trace and all it owns vanish together, from stats too, whether pruned yet or not', async () => {
      const world = await suite.world({ retentionDays: 3 });
      const late = at(2.9 * day);
      await world.send({ traces: [aTrace()], spans: [aSpan({ tokens_input: 5, cost_usd: 1 })], scores: [aScore()] });
      world.clock.advance({ days: 2 });
      await world.send({
        spans: [aSpan({ span_id: spanId(2), start_time: late, end_time: late, tokens_input: 7 })],
        scores: [aScore({ score_id: 'late', created_at: late })],
      });

      world.clock.advance({ days: 1.5 });
      const beforePruning = await traces(world, traceId(), spanId(2));
      await world.store.prune();

      expect(beforePruning).toEqual(nothing);
      expect(await traces(world, traceId(), spanId(2))).toEqual(nothing);
    });

    it('counts from the earliest start among all records received, also one that merging did not keep', async () => {
      const world = await suite.world({ retentionDays: 3 });
      await world.send({ traces: [aTrace({ start_time: at(0) })] });
      await world.send({ traces: [aRunningTrace({ start_time: at(-2 * day) })] });
      const shown = await world.trace();

      world.clock.advance({ days: 1.5 });

      expect(shown.start_time).toBe(at(0));
      expect(await world.find()).toBeUndefined();
    });

    it('counts from the earliest span, and never moves later', async () => {
      const world = await suite.world({ retentionDays: 3 });
      await world.send({ spans: [aSpan({ start_time: at(-2 * day) })] });
      await world.send({ traces: [aTrace()], spans: [aSpan({ start_time: at(0), rev: 2 })] });

      world.clock.advance({ days: 1.5 });

      expect(await world.find()).toBeUndefined();
    });

    it('does not count from scores', async () => {
      const world = await suite.world({ retentionDays: 3 });
      await world.send({ traces: [aTrace()], scores: [aScore({ created_at: at(-2 * day) })] });

      world.clock.advance({ days: 1.5 });

      expect(await world.scores()).toHaveLength(1);
    });

    it('rejects an element whose own start is expired, and lets it move nothing', async () => {
      const world = await suite.world({ retentionDays: 3 });
      const expired = at(-3.5 * day);
      await world.send({ traces: [aTrace()] });

      const outcome = await world.send({
        traces: [aTrace({ start_time: expired, name: 'old' }), aTrace({ trace_id: traceId(2), start_time: expired })],
        spans: [aSpan({ start_time: expired }), aSpan({ span_id: spanId(2) })],
        scores: [aScore({ created_at: expired }), aScore({ score_id: 'other' })],
      });

      expect(outcome).toEqual({
        traces: ['expired', 'expired'],
        spans: ['expired', 'stored'],
        scores: ['expired', 'stored'],
      });
      expect(await world.trace()).toMatchObject({ name: 'answer', span_count: 1 });
      expect(await world.find(traceId(2))).toBeUndefined();
      expect(await world.scores()).toHaveLength(1);
      world.clock.advance({ days: 3 });
      expect(await world.find()).toBeDefined();
    });

    it('accepts a start up to 24 h ahead and rejects one beyond, by a microsecond', async () => {
      const world = await suite.world();

      const outcome = await world.send({
        traces: [aTrace({ start_time: at(day) }), aTrace({ trace_id: traceId(2), start_time: at(day + 0.000001) })],
        spans: [
          aSpan({ start_time: at(day) }),
          aSpan({ trace_id: traceId(2), span_id: spanId(2), start_time: at(day + 0.000001) }),
        ],
      });

      expect(outcome).toMatchObject({ traces: ['stored', 'future'], spans: ['stored', 'future'] });
      expect(await world.list()).toEqual([traceId(1)]);
    });

    it('rejects every element of an expired trace, before pruning and after', async () => {
      const world = await suite.world({ retentionDays: 3 });
      await world.send({ traces: [aTrace()], spans: [aSpan()] });
      world.clock.advance({ days: 4 });
      const now = at(4 * day);
      const late = {
        traces: [aTrace({ start_time: now })],
        spans: [aSpan({ start_time: now, rev: 2 }), aSpan({ span_id: spanId(2), start_time: now })],
        scores: [aScore({ created_at: now })],
      };

      const before = await world.send(late);
      await world.store.prune();
      const after = await world.send(late);

      const expired = { traces: ['expired'], spans: ['expired', 'expired'], scores: ['expired'] };
      expect(before).toEqual(expired);
      expect(after).toEqual(expired);
      expect(await traces(world)).toEqual(nothing);
    });

    it('takes the id of an expired trace for a new one once no late retry can come any more', async () => {
      const world = await suite.world({ retentionDays: 3 });
      await world.send({ traces: [aTrace()] });
      world.clock.advance({ days: 4 });
      await world.store.prune();

      world.clock.advance({ days: 6, micros: -1 });
      const { traces: before } = await world.send({ traces: [aTrace({ start_time: at(10 * day) })] });
      world.clock.advance({ micros: 1 });
      const { traces: after } = await world.send({ traces: [aTrace({ start_time: at(10 * day) })] });

      expect([before, after]).toEqual([['expired'], ['stored']]);
    });

    it('does not find an expired trace for PATCH or deletion', async () => {
      const world = await suite.world({ retentionDays: 3 });
      await world.send({ traces: [aTrace()], spans: [aSpan()] });
      world.clock.advance({ days: 4 });

      const found = [
        await world.store.completeSpan(world.project, spanId(), { error: 'x' }),
        await world.store.completeTrace(world.project, traceId(), { output: 1 }),
        await world.store.deleteTrace(world.project, traceId()),
      ];

      expect(found).toEqual([false, false, false]);
    });

    // Found by the laws: whether pruning had met the trace could be told from the outcome.
    it('frees the span ids of a trace when it expires, whether pruned yet or not', async () => {
      const world = await suite.world({ retentionDays: 3 });
      await world.send({ spans: [aSpan()] });
      world.clock.advance({ days: 4 });
      const start_time = at(4 * day);

      const { spans } = await world.send({
        spans: [aSpan({ trace_id: traceId(2), start_time, end_time: start_time })],
      });

      expect(spans).toEqual(['stored']);
      expect(await world.span(spanId())).toMatchObject({ trace_id: traceId(2) });
      expect(await world.find(traceId(1))).toBeUndefined();
    });

    it('says how many traces were pruned, over all projects, and prunes once', async () => {
      const world = await suite.world({ retentionDays: 3 });
      const old = Array.from({ length: 120 }, (_, index) => aTrace({ trace_id: traceId(index) }));
      await world.send({ traces: old });
      await world.send({ traces: [aTrace()], spans: [aSpan()] }, 'other');
      world.clock.advance({ days: 4 });
      await world.send({ traces: [aTrace({ trace_id: traceId(999), start_time: at(4 * day) })] });

      const pruned = [await world.store.prune(), await world.store.prune()];

      expect(pruned).toEqual([121, 0]);
      expect(await world.list()).toEqual([traceId(999)]);
      expect((await world.store.recount({ repair: false })).differences).toEqual([]);
    });

    it('keeps each project as long as its own setting says: in lists, sums, ingest and pruning', async () => {
      const world = await suite.world({
        retentionDays: 9,
        retentionDaysOf: (project) => (project === 'brief' ? 3 : 9),
      });
      for (const project of ['brief', 'acme']) await world.send({ traces: [aTrace()], spans: [aSpan()] }, project);
      world.clock.advance({ days: 4 });

      const lists = [await world.list({}, 'brief'), await world.list({}, 'acme')];
      const sums = [(await world.stats('brief')).total_spans, (await world.stats('acme')).total_spans];
      const late = { spans: [aSpan({ trace_id: traceId(2), span_id: spanId(2) })] };
      const outcomes = [(await world.send(late, 'brief')).spans, (await world.send(late, 'acme')).spans];
      const pruned = await world.store.prune();

      expect(lists).toEqual([[], [traceId()]]);
      expect(sums).toEqual([0, 1]);
      expect(outcomes).toEqual([['expired'], ['stored']]);
      expect(pruned).toBe(1);
      expect(await world.list({}, 'acme')).toHaveLength(2);
      expect((await world.store.recount({ repair: false })).differences).toEqual([]);
    });

    it('applies a changed setting at once, in both directions', async (context) => {
      suite.requires('reopen', context);
      const world = await suite.world({ retentionDays: 30 });
      await world.send({ traces: [aTrace({ start_time: at(-10 * day) })] });

      await world.reopen({ retentionDays: 5 });
      const shortened = [await world.list(), (await world.stats()).total_traces];
      await world.reopen({ retentionDays: 30 });

      expect(shortened).toEqual([[], 0]);
      expect([await world.list(), (await world.stats()).total_traces]).toEqual([[traceId()], 1]);
    });

    it('stores a span of 1970 where retention reaches that far', async () => {
      const world = await suite.world({ retentionDays: 36_500 });

      const { spans } = await world.send({ spans: [aSpan({ start_time: timeAt(0), end_time: timeAt(1) })] });

      expect(spans).toEqual(['stored']);
      expect(await world.span(spanId())).toMatchObject({
        start_time: '1970-01-01T00:00:00.000000Z',
        duration_ms: 0.001,
      });
    });
  });
}
