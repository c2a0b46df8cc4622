import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidCursor } from '../../../src/stores/store.ts';
import { aSpan, aTrace, at, spanId, traceId } from '../builders.ts';
import type { Suite, World } from './harness.ts';

const range = (length: number) => Array.from({ length }, (_, index) => index);

/** Sends traces with the given starts in seconds; trace n is the nth. */
const sendStarts = (world: World, starts: readonly number[], project = world.project, first = 0) =>
  world.send(
    { traces: starts.map((start, index) => aTrace({ trace_id: traceId(first + index), start_time: at(start) })) },
    project,
  );

const cursorAfter = async (world: World, limit: number, filter = {}): Promise<string> => {
  const { nextCursor } = await world.page(filter, { limit });
  if (nextCursor === null) throw new Error('there is no second page');
  return nextCursor;
};

/** wire.md, Reading: pages, and the laws of cursors. */
export function paging(suite: Suite): void {
  describe('pages of traces', () => {
    it('are full while more matches exist, and the last one says so', async () => {
      const world = await suite.world();
      await sendStarts(world, range(6));

      const first = await world.page({}, { limit: 4 });
      const second = await world.page({}, { limit: 4, cursor: first.nextCursor ?? '' });

      expect(first.traces).toHaveLength(4);
      expect(second.traces).toHaveLength(2);
      expect(second.nextCursor).toBeNull();
    });

    it('end without a cursor where the last page is exactly full', async () => {
      const world = await suite.world();
      await sendStarts(world, range(4));

      const page = await world.page({}, { limit: 4 });

      expect(page).toMatchObject({ nextCursor: null });
    });

    it('are full under a filter that few traces pass', async () => {
      const world = await suite.world();
      await world.send({
        traces: range(100).map((n) => aTrace({ trace_id: traceId(n), tags: [n % 10 === 0 ? 'rare' : 'common'] })),
      });

      const page = await world.page({ tags: ['rare'] }, { limit: 7 });

      expect(page.traces).toHaveLength(7);
      expect(page.nextCursor).not.toBeNull();
    });

    it('neither skip nor repeat, for any starts, page size and arrivals in between', { timeout: 60_000 }, async () => {
      const world = await suite.world();
      let number = 0;
      const starts = fc.array(fc.nat({ max: 3 }), { maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(starts, starts, fc.integer({ min: 1, max: 5 }), async (before, during, limit) => {
          number += 1;
          const project = `paging-${number}`;
          await sendStarts(world, before, project);
          const expected = await world.list({}, project);

          const seen: string[] = [];
          for (let cursor: string | undefined, page = 0; ; page += 1) {
            const { traces, nextCursor } = await world.page({}, { limit, cursor }, project);
            seen.push(...traces.map((trace) => trace.trace_id));
            if (nextCursor === null) break;
            expect(traces).toHaveLength(limit);
            cursor = nextCursor;
            if (page === 0) await sendStarts(world, during, project, 1000);
          }

          expect(seen.filter((id) => expected.includes(id))).toEqual(expected);
          expect(new Set(seen).size).toBe(seen.length);
        }),
        { numRuns: 60 },
      );
    });

    it('go on after the trace that the cursor was made of has been deleted', async () => {
      const world = await suite.world();
      await sendStarts(world, range(4));
      const { traces, nextCursor } = await world.page({}, { limit: 2 });
      await world.store.deleteTrace(world.project, traces[1]?.trace_id ?? '');

      const rest = await world.page({}, { limit: 2, cursor: nextCursor ?? '' });

      expect(rest.traces.map((trace) => trace.trace_id)).toEqual([traceId(1), traceId(0)]);
    });

    it('refuse the cursor of another project', async () => {
      const world = await suite.world();
      await sendStarts(world, range(4));
      await sendStarts(world, range(4), 'other');
      const cursor = await cursorAfter(world, 2);

      await expect(world.page({}, { limit: 2, cursor }, 'other')).rejects.toThrow(InvalidCursor);
    });

    it('refuse the cursor of other filters, whatever the page size', async () => {
      const world = await suite.world();
      await world.send({ traces: range(4).map((n) => aTrace({ trace_id: traceId(n), user_id: 'ada', tags: ['a'] })) });
      const cursor = await cursorAfter(world, 2, { userId: 'ada' });

      await expect(world.page({ userId: 'bob' }, { limit: 2, cursor })).rejects.toThrow(InvalidCursor);
      await expect(world.page({}, { limit: 2, cursor })).rejects.toThrow(InvalidCursor);
      await expect(world.page({ userId: 'ada', tags: ['a'] }, { limit: 2, cursor })).rejects.toThrow(InvalidCursor);
      expect((await world.page({ userId: 'ada' }, { limit: 1, cursor })).traces).toHaveLength(1);
    });

    it('take a filter that is undefined for one that is absent', async () => {
      const world = await suite.world();
      await sendStarts(world, range(4));
      const cursor = await cursorAfter(world, 2, { userId: undefined });

      const page = await world.page({}, { limit: 2, cursor });

      expect(page.traces).toHaveLength(2);
    });

    it.each(['garbage', '', 'e30', 'W10', 'bnVsbA', '\ud800', 'WzEsMiwzLDRd'])('refuse %j', async (cursor) => {
      const world = await suite.world();
      await sendStarts(world, range(4));

      await expect(world.page({}, { limit: 2, cursor })).rejects.toThrow(InvalidCursor);
    });

    it('refuse a cursor that was tampered with, or answer as for a cursor', async () => {
      const world = await suite.world();
      await sendStarts(world, range(4));
      const cursor = await cursorAfter(world, 2);

      await fc.assert(
        fc.asyncProperty(fc.nat({ max: cursor.length - 1 }), fc.string({ maxLength: 3 }), async (index, text) => {
          const tampered = cursor.slice(0, index) + text + cursor.slice(index + 1);
          const answer = await world.page({}, { limit: 2, cursor: tampered }).catch((error: unknown) => error);

          if (answer instanceof Error) expect(answer).toBeInstanceOf(InvalidCursor);
          else expect(answer).toHaveProperty('traces');
        }),
      );
    });
  });

  describe('pages of spans', () => {
    it('come in order of start, then id, and say whether there are more', async () => {
      const world = await suite.world();
      const starts = [3, 1, 2, 1, 1];
      await world.send({
        spans: starts.map((start, index) => aSpan({ span_id: spanId(index + 1), start_time: at(start) })),
      });

      const first = await world.store.readTrace(world.project, traceId(), { payloads: true, limit: 2 });
      const cursor = first?.next_cursor ?? '';
      const second = await world.store.readTrace(world.project, traceId(), { payloads: true, limit: 3, cursor });

      expect(first?.spans.map((span) => span.span_id)).toEqual([spanId(2), spanId(4)]);
      expect(second?.spans.map((span) => span.span_id)).toEqual([spanId(5), spanId(3), spanId(1)]);
      expect([first?.has_more, second?.has_more, second?.next_cursor]).toEqual([true, false, null]);
      expect([first?.span_count, second?.span_count]).toEqual([5, 5]);
    });

    it('show the whole trace’s totals beside each page', async () => {
      const world = await suite.world();
      await world.send({ spans: range(5).map((n) => aSpan({ span_id: spanId(n), tokens_input: 1 })) });

      const page = await world.store.readTrace(world.project, traceId(), { payloads: true, limit: 2 });

      expect(page?.trace).toMatchObject({ span_count: 5, tokens_input: 5 });
    });

    it('refuse the cursor of another trace, of a list, and garbage', async () => {
      const world = await suite.world();
      await world.send({
        traces: [aTrace()],
        spans: range(4).map((n) => aSpan({ trace_id: traceId(1 + (n % 2)), span_id: spanId(n) })),
      });
      const read = (id: string, cursor?: string) =>
        world.store.readTrace(world.project, id, { payloads: false, limit: 1, cursor });
      const ofTrace = (await read(traceId(1)))?.next_cursor ?? '';
      const ofList = await cursorAfter(world, 1);

      await expect(read(traceId(2), ofTrace)).rejects.toThrow(InvalidCursor);
      await expect(read(traceId(1), ofList)).rejects.toThrow(InvalidCursor);
      await expect(read(traceId(1), 'garbage')).rejects.toThrow(InvalidCursor);
      await expect(world.page({}, { limit: 1, cursor: ofTrace })).rejects.toThrow(InvalidCursor);
    });
  });
}
