import { describe, expect, it } from 'vitest';
import { spanChange } from '../../../src/domain/normalise.ts';
import { aBatch, aRunningSpan, aScore, aSource, aSpan, aTrace, at, seconds, spanId, traceId } from '../builders.ts';
import type { Suite } from './harness.ts';

const { day } = seconds;

/** store.ts, `Batch.source`: a store may keep the body in place of the spans. Nothing that can be read may show it. */
export function bodies(suite: Suite): void {
  describe('a batch with its body', () => {
    it.each(['zstd', 'gzip'] as const)('reads back as one without, compressed by %s', async (encoding) => {
      const world = await suite.world();
      const sending = {
        traces: [aTrace({ input: 'in' })],
        spans: [aSpan({ input_data: JSON.parse('{"__proto__": "\\ud800"}') }), aRunningSpan({ span_id: spanId(2) })],
        scores: [aScore()],
      };
      await world.store.ingest('without', aBatch(sending));

      const outcome = await world.store.ingest('with', aBatch(sending, encoding));

      expect(outcome).toEqual({ traces: ['stored'], spans: ['stored', 'stored'], scores: ['stored'] });
      const [with_, without] = [await world.answer(traceId(), 'with'), await world.answer(traceId(), 'without')];
      expect(JSON.stringify(with_).replaceAll('"with"', '"without"')).toBe(JSON.stringify(without));
    });

    it('merges several records of one span, and of a span stored before', async () => {
      const world = await suite.world();
      await world.store.ingest(world.project, aBatch({ spans: [aSpan({ metadata: { a: 1 } })] }, 'zstd'));

      const { spans } = await world.store.ingest(
        world.project,
        aBatch(
          {
            spans: [
              aSpan({ metadata: { b: 2 } }),
              aSpan({ span_id: spanId(2), metadata: { a: 1 } }),
              aSpan({ span_id: spanId(2), metadata: { b: 2 } }),
              aSpan({ span_id: spanId(2), metadata: { c: 3 } }),
            ],
          },
          'zstd',
        ),
      );

      expect(spans).toEqual(['stored', 'stored', 'stored', 'stored']);
      expect((await world.span(spanId(1))).metadata).toEqual({ a: 1, b: 2 });
      expect((await world.span(spanId(2))).metadata).toEqual({ a: 1, b: 2, c: 3 });
    });

    it('finds each span at its place beside elements that were refused before', async () => {
      const world = await suite.world();
      const [first, second] = [aSpan({ name: 'first' }), aSpan({ span_id: spanId(2), name: 'second' })];
      const source = aSource({ spans: [{ span_id: 'refused' }, first, null, second] }, 'zstd', false);

      await world.store.ingest(world.project, {
        traces: [],
        spans: [spanChange(first, 1), spanChange(second, 3)],
        scores: [],
        source,
      });

      expect((await world.spans()).map(({ span_id, name }) => [span_id, name])).toEqual([
        [spanId(1), 'first'],
        [spanId(2), 'second'],
      ]);
    });

    it('finds each span at its place beside elements that the store refuses', async () => {
      const world = await suite.world();
      await world.send({
        traces: [aTrace({ trace_id: traceId(9) })],
        spans: [aSpan({ trace_id: traceId(8), span_id: spanId(8) })],
      });
      await world.store.deleteTrace(world.project, traceId(9));

      const { spans } = await world.store.ingest(
        world.project,
        aBatch(
          {
            spans: [
              aSpan({ trace_id: traceId(9), span_id: spanId(9) }),
              aSpan({ name: 'first' }),
              aSpan({ span_id: spanId(8) }),
              aSpan({ span_id: spanId(3), start_time: at(2 * day) }),
              aSpan({ span_id: spanId(2), name: 'second' }),
            ],
          },
          'zstd',
        ),
      );

      expect(spans).toEqual(['swallowed', 'stored', 'conflict', 'future', 'stored']);
      expect((await world.spans()).map(({ name }) => name)).toEqual(['first', 'second']);
    });

    it('keeps the neighbours of a trace that is deleted', async () => {
      const world = await suite.world();
      await world.store.ingest(
        world.project,
        aBatch(
          {
            spans: [
              aSpan({ trace_id: traceId(1), span_id: spanId(1) }),
              aSpan({ trace_id: traceId(2), span_id: spanId(2), input_data: 'kept' }),
            ],
          },
          'gzip',
        ),
      );

      await world.store.deleteTrace(world.project, traceId(1));

      expect(await world.spans(traceId(2))).toMatchObject([{ span_id: spanId(2), input_data: 'kept' }]);
      await world.store.deleteTrace(world.project, traceId(2));
      expect(await world.list()).toEqual([]);
    });

    it('keeps a trace whose id expires in another project, beside one that expires in its own', async () => {
      const world = await suite.world({ retentionDays: 3 });
      const old = at(-2 * day);
      await world.store.ingest('other', aBatch({ spans: [aSpan({ start_time: old })] }, 'zstd'));
      await world.store.ingest(
        world.project,
        aBatch(
          {
            spans: [
              aSpan({ input_data: 'kept' }),
              aSpan({ trace_id: traceId(2), span_id: spanId(2), start_time: old }),
            ],
          },
          'zstd',
        ),
      );
      world.clock.advance({ days: 2 });

      const pruned = await world.store.prune();

      expect(pruned).toBe(2);
      expect(await world.spans()).toMatchObject([{ span_id: spanId(), input_data: 'kept' }]);
      expect((await world.store.recount({ repair: false })).differences).toEqual([]);
    });

    it('is read again after others have come and gone', async () => {
      const world = await suite.world();
      const batch = (number: number) =>
        aBatch({ spans: [aSpan({ trace_id: traceId(number), span_id: spanId(number), input_data: number })] }, 'zstd');
      for (const number of [1, 2, 3]) await world.store.ingest(world.project, batch(number));
      await world.store.deleteTrace(world.project, traceId(3));
      await world.store.deleteTrace(world.project, traceId(1));

      await world.store.ingest(world.project, batch(4));
      await world.store.ingest(world.project, batch(5));

      expect(await world.list()).toEqual([traceId(5), traceId(4), traceId(2)]);
      for (const number of [2, 4, 5]) expect((await world.span(spanId(number))).input_data).toBe(number);
    });
  });
}
