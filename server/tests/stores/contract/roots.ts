import { describe, expect, it } from 'vitest';
import { aRunningSpan, aRunningTrace, aScore, aSpan, aTrace, at, spanId, traceId } from '../builders.ts';
import type { Suite } from './harness.ts';

/** wire.md, Roots. */
export function roots(suite: Suite): void {
  describe('roots', () => {
    it('gives a trace without record the name, times and status of its root', async () => {
      const world = await suite.world();

      await world.send({
        spans: [
          aSpan({ span_id: spanId(2), parent_span_id: spanId(1), name: 'child', start_time: at(-1), error: 'no' }),
          aSpan({ name: 'root', end_time: at(2) }),
        ],
      });

      expect(await world.trace()).toMatchObject({
        name: 'root',
        start_time: at(0),
        end_time: at(2),
        duration_ms: 2000,
        status: 'ok',
        tags: [],
        metadata: {},
      });
    });

    it('has a trace without record run while its root does', async () => {
      const world = await suite.world();

      await world.send({ spans: [aRunningSpan(), aSpan({ span_id: spanId(2), parent_span_id: spanId(1) })] });

      const trace = await world.trace();
      expect(trace).toMatchObject({ status: 'running', span_count: 1 });
      expect(trace).not.toHaveProperty('end_time');
      expect(trace).not.toHaveProperty('duration_ms');
    });

    it('prefers a span without parent to an earlier one whose parent is not stored', async () => {
      const world = await suite.world();

      await world.send({
        spans: [
          aSpan({ span_id: spanId(1), parent_span_id: spanId(9), name: 'orphan', start_time: at(-5) }),
          aSpan({ span_id: spanId(2), name: 'parentless' }),
        ],
      });

      expect((await world.trace()).name).toBe('parentless');
    });

    it('prefers the earliest of several, then the smallest id', async () => {
      const world = await suite.world();
      await world.send({
        spans: [
          aSpan({ span_id: spanId(3), name: 'three' }),
          aSpan({ span_id: spanId(2), name: 'two' }),
          aSpan({ span_id: spanId(1), name: 'later', start_time: at(0.000001) }),
        ],
      });
      const bySmallestId = await world.trace();

      await world.send({ spans: [aSpan({ span_id: spanId(4), name: 'earlier', start_time: at(-0.000001) })] });

      expect(bySmallestId.name).toBe('two');
      expect((await world.trace()).name).toBe('earlier');
    });

    it('moves the root when the missing parent arrives', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan({ span_id: spanId(2), parent_span_id: spanId(1), name: 'child' })] });
      const before = await world.trace();

      await world.send({ spans: [aSpan({ name: 'parent', start_time: at(1), end_time: at(2), status: 'error' })] });

      expect(before.name).toBe('child');
      expect(await world.trace()).toMatchObject({ name: 'parent', start_time: at(1), status: 'error' });
    });

    it('finds a root where all parents go round in a circle', async () => {
      const world = await suite.world();

      await world.send({
        spans: [
          aSpan({ span_id: spanId(1), parent_span_id: spanId(3), name: 'one', start_time: at(2) }),
          aSpan({ span_id: spanId(2), parent_span_id: spanId(1), name: 'two', start_time: at(1) }),
          aSpan({ span_id: spanId(3), parent_span_id: spanId(2), name: 'three', start_time: at(3) }),
        ],
      });

      expect((await world.trace()).name).toBe('two');
    });

    it('takes a span that is its own parent for one on a cycle', async () => {
      const world = await suite.world();

      await world.send({ spans: [aSpan({ parent_span_id: spanId(1), name: 'narcissus' })] });

      expect(await world.trace()).toMatchObject({ name: 'narcissus', span_count: 1 });
    });

    it('prefers a span without parent to one on a cycle', async () => {
      const world = await suite.world();

      await world.send({
        spans: [
          aSpan({ span_id: spanId(1), parent_span_id: spanId(1), name: 'cycle', start_time: at(-1) }),
          aSpan({ span_id: spanId(2), name: 'root' }),
        ],
      });

      expect((await world.trace()).name).toBe('root');
    });

    it('does not take a span of another trace for a parent', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan({ name: 'elsewhere' })] });

      await world.send({
        spans: [aSpan({ trace_id: traceId(2), span_id: spanId(2), parent_span_id: spanId(1), name: 'here' })],
      });

      expect((await world.trace(traceId(2))).name).toBe('here');
    });

    it('takes name and times from the trace record as soon as there is one', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan({ name: 'root', end_time: at(9) })] });

      await world.send({ traces: [aTrace({ name: 'run', start_time: at(-1), end_time: at(3) })] });

      expect(await world.trace()).toMatchObject({
        name: 'run',
        start_time: at(-1),
        end_time: at(3),
        duration_ms: 4000,
      });
    });

    it('has a trace with a record run until that is finished, whatever its root does', async () => {
      const world = await suite.world();

      await world.send({ traces: [aRunningTrace()], spans: [aSpan({ error: 'timeout' })] });

      const trace = await world.trace();
      expect(trace.status).toBe('running');
      expect(trace).not.toHaveProperty('end_time');
    });

    it.each([
      { record: {}, root: aSpan(), status: 'ok' },
      { record: {}, root: aSpan({ status: 'error' }), status: 'error' },
      { record: {}, root: aRunningSpan(), status: 'ok' },
      { record: { status: 'ok' as const }, root: aSpan({ status: 'error' }), status: 'ok' },
      { record: { status: 'error' as const }, root: aSpan(), status: 'error' },
      { record: { error: 'timeout' }, root: aSpan(), status: 'error' },
    ])('derives the status $status of a finished trace from $record and its root', async ({ record, root, status }) => {
      const world = await suite.world();

      await world.send({ traces: [aTrace(record)], spans: [root] });

      expect((await world.trace()).status).toBe(status);
    });

    it('does not make a trace of scores alone, and shows them once it exists', async () => {
      const world = await suite.world();
      await world.send({
        scores: [aScore({ value: 1 }), aScore({ score_id: 'on-span', span_id: spanId(7), value: 2 })],
      });
      const before = [await world.find(), await world.list(), await world.store.traceState(world.project, traceId())];

      await world.send({ spans: [aSpan()] });

      expect(before).toEqual([undefined, [], 'unknown']);
      expect(await world.scores()).toMatchObject([{ value: 2, span_id: spanId(7) }, { value: 1 }]);
    });

    it('orders scores by time, then id, and lists their names and values with the trace', async () => {
      const world = await suite.world();

      await world.send({
        traces: [aTrace()],
        scores: [
          aScore({ score_id: 'b', created_at: at(1), name: 'second', value: 2 }),
          aScore({ score_id: 'c', created_at: at(0), name: 'first', value: true }),
          aScore({ score_id: 'a', created_at: at(1), name: 'middle', value: 'calm' }),
        ],
      });

      const scores = [
        { name: 'first', value: true },
        { name: 'middle', value: 'calm' },
        { name: 'second', value: 2 },
      ];
      expect((await world.trace()).scores).toEqual(scores);
      expect((await world.listTraces())[0]?.scores).toEqual(scores);
    });

    it('tells scores apart by trace: one id may stand under two', async () => {
      const world = await suite.world();

      await world.send({
        traces: [aTrace(), aTrace({ trace_id: traceId(2) })],
        scores: [aScore({ value: 1 }), aScore({ trace_id: traceId(2), value: 2 })],
      });

      expect(await world.scores(traceId(1))).toMatchObject([{ value: 1 }]);
      expect(await world.scores(traceId(2))).toMatchObject([{ value: 2 }]);
    });
  });
}
