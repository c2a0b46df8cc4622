import { describe, expect, it } from 'vitest';
import { maxSpansPerTrace } from '../../../src/stores/store.ts';
import { aRunningSpan, aSpan, aTrace, at, spanId, traceId } from '../builders.ts';
import type { Suite } from './harness.ts';
import { chunks } from './histories.ts';

const range = (length: number) => Array.from({ length }, (_, index) => index);

export function scale(suite: Suite): void {
  describe('scale', () => {
    it('keeps a trace of 6,000 spans in a chain, whose deepest carries the usage', {
      timeout: 60_000,
    }, async (context) => {
      suite.requires('scale', context);
      const world = await suite.world();
      const spans = range(6_000).map((n) =>
        aSpan({
          span_id: spanId(n + 1),
          parent_span_id: n === 0 ? null : spanId(n),
          start_time: at(n / 1000),
          tokens_input: 10,
          cost_usd: 0.001,
        }),
      );

      for (const chunk of chunks(spans.toReversed(), 1_000)) await world.send({ spans: chunk });

      const first = await world.store.readTrace(world.project, traceId(), { payloads: false, limit: 5_000 });
      const cursor = first?.next_cursor ?? '';
      const rest = await world.store.readTrace(world.project, traceId(), { payloads: false, limit: 5_000, cursor });
      const ids = [...(first?.spans ?? []), ...(rest?.spans ?? [])].map((span) => span.span_id);
      expect(ids).toEqual(spans.map((span) => span.span_id));
      expect(first?.trace).toMatchObject({ span_count: 6_000, tokens_input: 10, total_cost: 0.001 });
      expect([first?.spans.length, first?.has_more, rest?.has_more]).toEqual([5_000, true, false]);
    });

    it('refuses spans beyond what one trace may have, and no others', { timeout: 60_000 }, async (context) => {
      suite.requires('scale', context);
      suite.requires('fill', context);
      const world = await suite.world();
      const spans = range(maxSpansPerTrace).map((n) => aRunningSpan({ span_id: spanId(n) }));
      for (const chunk of chunks(spans, 50_000)) await world.send({ spans: chunk });

      const { spans: outcomes } = await world.send({
        spans: [
          aSpan({ span_id: spanId(maxSpansPerTrace) }),
          aSpan({ span_id: spanId(7), tokens_input: 5 }),
          aSpan({ trace_id: traceId(2), span_id: spanId(maxSpansPerTrace) }),
        ],
      });

      expect(outcomes).toEqual(['full', 'stored', 'stored']);
      expect(await world.stats()).toMatchObject({ total_spans: 2, total_tokens: 5 });
    });

    it('stores a batch that touches a thousand traces', { timeout: 60_000 }, async (context) => {
      suite.requires('scale', context);
      const world = await suite.world();

      const { traces, spans } = await world.send({
        traces: range(1_000).map((n) => aTrace({ trace_id: traceId(n) })),
        spans: range(1_000).map((n) => aSpan({ trace_id: traceId(n), span_id: spanId(n), tokens_input: 1 })),
      });

      expect([...traces, ...spans].every((outcome) => outcome === 'stored')).toBe(true);
      expect(await world.stats()).toMatchObject({ total_traces: 1_000, total_spans: 1_000, total_tokens: 1_000 });
      expect(await world.list()).toHaveLength(1_000);
    });

    it('takes what many send at once to one trace', { timeout: 60_000 }, async (context) => {
      suite.requires('scale', context);
      const world = await suite.world();

      await Promise.all(
        range(100).map((n) =>
          world.send({
            spans: [aSpan({ span_id: spanId(n + 1), parent_span_id: n === 0 ? null : spanId(1), tokens_input: 1 })],
          }),
        ),
      );

      expect(await world.trace()).toMatchObject({ span_count: 100, tokens_input: 99 });
      expect((await world.store.recount({ repair: false })).differences).toEqual([]);
    });
  });
}
