import { describe, expect, it } from 'vitest';
import { aRunningSpan, aRunningTrace, aSpan, aTrace, at, spanId, traceId } from '../builders.ts';
import type { Suite, World } from './harness.ts';
import { chunks } from './histories.ts';

const agent = (fields = {}) => aSpan({ span_id: spanId(1), span_type: 'agent', name: 'agent', ...fields });
const call = (number: number, fields = {}) =>
  aSpan({ span_id: spanId(number), parent_span_id: spanId(1), span_type: 'llm', ...fields });

/** What lists, stats and the trace itself say, which must agree. */
const totals = async (world: World, id = traceId()) => {
  const { tokens_input, tokens_output, total_cost, span_count, error_count, unpriced_count } = await world.trace(id);
  return { tokens_input, tokens_output, total_cost, span_count, error_count, unpriced_count };
};

/** wire.md, Totals. */
export function totalsRules(suite: Suite): void {
  describe('totals', () => {
    it('counts a call once where the agent span repeats the usage of its child', async () => {
      const world = await suite.world();

      await world.send({
        spans: [
          agent({ tokens_input: 10, tokens_output: 4, cost_usd: 0.5 }),
          call(2, { tokens_input: 10, tokens_output: 4, cost_usd: 0.5 }),
        ],
      });

      expect(await totals(world)).toMatchObject({ tokens_input: 10, tokens_output: 4, total_cost: 0.5, span_count: 2 });
    });

    it('takes the usage of a parent back out when a child with usage arrives late', async () => {
      const world = await suite.world();
      await world.send({ spans: [agent({ tokens_input: 100, cost_usd: 2 })] });
      const before = [await totals(world), await world.stats()];

      await world.send({ spans: [call(2, { tokens_input: 30, cost_usd: 1 })] });

      expect(before).toMatchObject([
        { tokens_input: 100, total_cost: 2 },
        { total_tokens: 100, total_cost: 2 },
      ]);
      expect(await totals(world)).toMatchObject({ tokens_input: 30, total_cost: 1 });
      expect(await world.stats()).toMatchObject({ total_tokens: 30, total_cost: 1, total_spans: 2 });
    });

    it('decides tokens and cost apart', async () => {
      const world = await suite.world();

      await world.send({ spans: [agent({ tokens_input: 100, cost_usd: 2 }), call(2, { tokens_input: 30 })] });

      expect(await totals(world)).toMatchObject({ tokens_input: 30, total_cost: 2, unpriced_count: 0 });
    });

    it('lets either of the two token counts carry tokens, 0 included, and a cost of 0 carry cost', async () => {
      const world = await suite.world();

      await world.send({
        spans: [agent({ tokens_input: 5, tokens_output: 5, cost_usd: 1 }), call(2, { tokens_output: 0, cost_usd: 0 })],
      });

      expect(await totals(world)).toMatchObject({ tokens_input: 0, tokens_output: 0, total_cost: 0 });
    });

    it('adds up siblings of any type', async () => {
      const world = await suite.world();

      await world.send({
        spans: [
          agent(),
          call(2, { tokens_input: 1, cost_usd: 0.1 }),
          call(3, { tokens_input: 2, cost_usd: 0.2, span_type: 'embedding' }),
          call(4, { tokens_input: 3, cost_usd: 0.3, span_type: 'other' }),
        ],
      });

      expect(await totals(world)).toMatchObject({ tokens_input: 6, total_cost: 0.6 });
    });

    it('sees descendants through spans that carry nothing, running ones included', async () => {
      const world = await suite.world();

      await world.send({
        spans: [
          agent({ tokens_input: 9 }),
          aRunningSpan({ span_id: spanId(2), parent_span_id: spanId(1) }),
          aSpan({ span_id: spanId(3), parent_span_id: spanId(2) }),
          aSpan({ span_id: spanId(4), parent_span_id: spanId(3), tokens_input: 4 }),
        ],
      });

      expect(await totals(world)).toMatchObject({ tokens_input: 4, span_count: 3 });
    });

    it('counts nothing of a running span, nor lets it hide what is above it', async () => {
      const world = await suite.world();

      await world.send({
        spans: [
          agent({ tokens_input: 9, cost_usd: 1 }),
          aRunningSpan({ span_id: spanId(2), parent_span_id: spanId(1), tokens_input: 4, cost_usd: 3, error: 'x' }),
        ],
      });

      expect(await totals(world)).toMatchObject({ tokens_input: 9, total_cost: 1, span_count: 1, error_count: 0 });
    });

    it('ends the chain at a missing parent until that arrives', async () => {
      const world = await suite.world();
      await world.send({
        spans: [agent({ tokens_input: 9 }), aSpan({ span_id: spanId(3), parent_span_id: spanId(2), tokens_input: 4 })],
      });
      const before = await totals(world);

      await world.send({ spans: [call(2)] });

      expect(before.tokens_input).toBe(13);
      expect((await totals(world)).tokens_input).toBe(4);
    });

    it('ignores links on a cycle, and keeps those that lead to it', async () => {
      const world = await suite.world();

      await world.send({
        spans: [
          aSpan({ span_id: spanId(1), parent_span_id: spanId(2), tokens_input: 1 }),
          aSpan({ span_id: spanId(2), parent_span_id: spanId(1), tokens_input: 10 }),
          aSpan({ span_id: spanId(3), parent_span_id: spanId(3), tokens_input: 100 }),
          aSpan({ span_id: spanId(4), parent_span_id: spanId(1), tokens_input: 1000 }),
        ],
      });

      expect((await totals(world)).tokens_input).toBe(1110);
    });

    it('follows a parent link that is corrected', async () => {
      const world = await suite.world();
      await world.send({ spans: [agent({ tokens_input: 9 }), call(2, { tokens_input: 4 })] });

      await world.send({ spans: [call(2, { parent_span_id: spanId(8), rev: 2 })] });

      expect((await totals(world)).tokens_input).toBe(13);
    });

    it('takes a corrected usage in place of the first, also downwards', async () => {
      const world = await suite.world();
      await world.send({ spans: [call(2, { tokens_input: 400, cost_usd: 4, error: 'x' })] });

      await world.send({ spans: [call(2, { tokens_input: 300, cost_usd: 3, status: 'ok', rev: 2 })] });

      expect(await totals(world)).toMatchObject({ tokens_input: 300, total_cost: 3, error_count: 0, span_count: 1 });
      expect(await world.stats()).toMatchObject({ total_tokens: 300, total_cost: 3, total_errors: 0, total_spans: 1 });
    });

    it('counts finished spans, and those with the status error among them', async () => {
      const world = await suite.world();

      await world.send({
        spans: [
          agent({ error: 'x' }),
          call(2, { status: 'error' }),
          call(3),
          aRunningSpan({ span_id: spanId(4), error: 'x' }),
        ],
      });

      expect(await totals(world)).toMatchObject({ span_count: 3, error_count: 2 });
      expect((await world.answer()).span_count).toBe(4);
    });

    it('sums money in nano-dollars: 0.1 + 0.2 is 0.3', async () => {
      const world = await suite.world();

      await world.send({ spans: [call(2, { cost_usd: 0.1 }), call(3, { cost_usd: 0.2 })] });

      expect((await totals(world)).total_cost).toBe(0.3);
      expect((await world.stats()).total_cost).toBe(0.3);
    });

    it('says how many calls with tokens have no known cost', async () => {
      const world = await suite.world();

      await world.send({
        spans: [
          agent(),
          call(2, { tokens_input: 1 }),
          call(3, { tokens_input: 1, cost_usd: 0 }),
          call(4, { tokens_input: 1 }),
          // Its cost stands below it, the next one's above.
          call(5, { tokens_input: 1 }),
          aSpan({ span_id: spanId(6), parent_span_id: spanId(5), cost_usd: 1 }),
          call(7, { cost_usd: 1 }),
          aSpan({ span_id: spanId(8), parent_span_id: spanId(7), tokens_input: 1 }),
          aRunningSpan({ span_id: spanId(9), tokens_input: 1 }),
        ],
      });

      expect((await totals(world)).unpriced_count).toBe(2);
    });

    it('lists the distinct models of all spans, running ones too, in UTF-16 order', async () => {
      const world = await suite.world();

      await world.send({
        spans: [
          call(2, { model: 'b' }),
          call(3, { model: 'b', requested_model: 'ignored' }),
          call(4, { requested_model: 'a' }),
          aRunningSpan({ span_id: spanId(5), model: '\ue000' }),
          call(6, { model: '\u{1f600}' }),
        ],
      });

      expect((await world.trace()).models).toEqual(['a', 'b', '\u{1f600}', '\ue000']);
    });

    it('keeps token sums beyond 2^53 exact to the double', { timeout: 60_000 }, async (context) => {
      suite.requires('scale', context);
      const world = await suite.world();
      const odd = 999_999_999_999;
      const spans = Array.from({ length: 10_001 }, (_, index) =>
        call(index + 2, { tokens_input: odd, tokens_output: 1e12 }),
      );

      for (const chunk of chunks(spans, 2_000)) await world.send({ spans: chunk });

      const input = 10_001n * BigInt(odd);
      const output = 10_001n * 1_000_000_000_000n;
      expect(await totals(world)).toMatchObject({ tokens_input: Number(input), tokens_output: Number(output) });
      expect((await world.stats()).total_tokens).toBe(Number(input + output));
    });

    it('keeps sums of money beyond 2^63 nano-dollars exact to the double', { timeout: 60_000 }, async (context) => {
      suite.requires('scale', context);
      const world = await suite.world();
      const spans = Array.from({ length: 10_001 }, (_, index) => call(index + 2, { cost_usd: 999_999.999999999 }));

      for (const chunk of chunks(spans, 2_000)) await world.send({ spans: chunk });

      // 10,001 × 999,999.999999999
      const exact = Number('10000999999.999989999');
      expect((await totals(world)).total_cost).toBe(exact);
      expect((await world.stats()).total_cost).toBe(exact);
    });
  });

  describe('stats', () => {
    it('are zero for a project that has sent nothing', async () => {
      const world = await suite.world();

      expect(await world.stats('nobody')).toEqual({
        total_traces: 0,
        total_spans: 0,
        total_tokens: 0,
        total_cost: 0,
        total_errors: 0,
        dropped: {},
      });
    });

    it('sum over the traces of the project', async () => {
      const world = await suite.world();

      await world.send({
        traces: [aTrace()],
        spans: [
          agent({ tokens_input: 1, tokens_output: 2, cost_usd: 0.1 }),
          aSpan({ trace_id: traceId(2), span_id: spanId(9), tokens_input: 4, cost_usd: 0.2, error: 'x' }),
        ],
      });

      expect(await world.stats()).toEqual({
        total_traces: 2,
        total_spans: 2,
        total_tokens: 7,
        total_cost: 0.3,
        total_errors: 1,
        dropped: {},
      });
    });

    it('count traces that have a finished record or span', async () => {
      const world = await suite.world();

      await world.send({
        traces: [aRunningTrace(), aTrace({ trace_id: traceId(2) }), aRunningTrace({ trace_id: traceId(3) })],
        spans: [
          aRunningSpan({ trace_id: traceId(4), span_id: spanId(4) }),
          aSpan({ trace_id: traceId(3), span_id: spanId(3) }),
        ],
      });
      const before = await world.stats();
      await world.send({ traces: [aTrace()] });

      expect(before.total_traces).toBe(2);
      expect((await world.stats()).total_traces).toBe(3);
    });

    it('keep the greatest count of dropped records for each instance and reason', async () => {
      const world = await suite.world();
      const report = (instance: string, counts: Record<string, number>) =>
        world.send({ dropped: { instance, counts } });

      await report('one', { queue_full: 5, too_large: 1 });
      await report('one', { queue_full: 3 });
      await report('two', { queue_full: 2 });
      await report('one', { queue_full: 5 });

      expect((await world.stats()).dropped).toEqual({ queue_full: 7, too_large: 1 });
    });

    it.each(['__proto__', 'constructor', '\ud800', 'a\0b'])('take %j for a reason like any other', async (reason) => {
      const world = await suite.world();

      await world.send({ dropped: { instance: reason, counts: Object.fromEntries([[reason, 2]]) } });

      expect(Object.entries((await world.stats()).dropped)).toEqual([[reason, 2]]);
    });
  });

  describe('recount', () => {
    it('finds nothing to report after corrections, late children and deletions', async () => {
      const world = await suite.world();
      await world.send({ traces: [aTrace()], spans: [agent({ tokens_input: 9, model: 'a', start_time: at(-7200) })] });
      await world.send({ spans: [call(2, { tokens_input: 3, cost_usd: 1, model: 'b' })] });
      await world.send({
        spans: [call(2, { rev: 2, cost_usd: 2, model: 'c', span_type: 'tool', start_time: at(7200) })],
      });
      await world.send({ traces: [aTrace({ trace_id: traceId(2) })], spans: [] }, 'other');
      await world.store.deleteTrace('other', traceId(2));

      const report = await world.store.recount({ repair: false });

      expect(report.differences).toEqual([]);
    });
  });
}
