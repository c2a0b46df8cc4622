import { describe, expect, it } from 'vitest';
import { InvalidCursor, type TraceSort } from '../../../src/stores/store.ts';
import { aRunningTrace, aSpan, aTrace, at, spanId, traceId } from '../builders.ts';
import type { Suite, World } from './harness.ts';

const idsOf = async (world: World, sort: TraceSort, limit = 1000): Promise<string[]> => {
  const ids: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await world.page({}, { limit, cursor, sort });
    ids.push(...page.traces.map((trace) => trace.trace_id));
    cursor = page.nextCursor;
  }
  return ids;
};

/** wire.md, Reading: `GET /api/traces?sort=`. */
export function sorting(suite: Suite): void {
  describe('lists that are sorted', () => {
    it('by duration have the longest first, equals by id descending, and running traces last', async () => {
      const world = await suite.world();
      await world.send({
        traces: [
          aTrace({ trace_id: traceId(1), end_time: at(1) }),
          aTrace({ trace_id: traceId(2), end_time: at(3) }),
          aTrace({ trace_id: traceId(3), end_time: at(1) }),
          aTrace({ trace_id: traceId(4), end_time: at(0) }),
          aRunningTrace({ trace_id: traceId(5) }),
          aRunningTrace({ trace_id: traceId(6) }),
        ],
      });

      expect(await idsOf(world, 'duration')).toEqual([2, 3, 1, 4, 6, 5].map(traceId));
    });

    it('by cost have the dearest first, to the nano-dollar', async () => {
      const world = await suite.world();
      const costs = [0, 0.000000001, 1_000_000, 999_999.999999999, 0.1];
      await world.send({
        spans: costs.map((cost_usd, n) => aSpan({ trace_id: traceId(n), span_id: spanId(n), cost_usd })),
      });

      expect(await idsOf(world, 'cost')).toEqual([2, 3, 4, 1, 0].map(traceId));
    });

    it.each(['duration', 'cost'] as const)(
      'by %s neither skip nor repeat over pages, through equal ones',
      async (sort) => {
        const world = await suite.world();
        await world.send({
          traces: Array.from({ length: 9 }, (_, n) =>
            n % 3 === 0
              ? aRunningTrace({ trace_id: traceId(n) })
              : aTrace({ trace_id: traceId(n), end_time: at(n % 2) }),
          ),
        });

        expect(await idsOf(world, sort, 2)).toEqual(await idsOf(world, sort));
      },
    );

    it('refuse the cursor of another order', async () => {
      const world = await suite.world();
      await world.send({ traces: [1, 2].map((n) => aTrace({ trace_id: traceId(n) })) });
      const { nextCursor } = await world.page({}, { limit: 1, sort: 'cost' });
      const cursor = nextCursor ?? '';

      await expect(world.page({}, { limit: 1, sort: 'duration', cursor })).rejects.toThrow(InvalidCursor);
      await expect(world.page({}, { limit: 1, cursor })).rejects.toThrow(InvalidCursor);
      expect((await world.page({}, { limit: 1, sort: 'cost', cursor })).traces).toHaveLength(1);
    });

    it('keep to the filters', async () => {
      const world = await suite.world();
      await world.send({
        traces: [
          aTrace({ trace_id: traceId(1), end_time: at(5), user_id: 'bob' }),
          aTrace({ trace_id: traceId(2), end_time: at(1), user_id: 'ada', tags: ['a'] }),
          aTrace({ trace_id: traceId(3), end_time: at(3), user_id: 'ada', tags: ['a'] }),
        ],
      });

      const { traces } = await world.page({ userId: 'ada', tags: ['a'] }, { limit: 9, sort: 'duration' });

      expect(traces.map((trace) => trace.trace_id)).toEqual([traceId(3), traceId(2)]);
    });
  });
}
