import { describe, expect, it } from 'vitest';
import { rankOf, type TraceChange } from '../../../src/domain/record.ts';
import { aRunningSpan, aRunningTrace, aSpan, aTrace, at, spanId, traceId } from '../builders.ts';
import type { Suite, World } from './harness.ts';

/** Records of a trace without times: what spans of other clients say of it. See `domain/trace-state`. */
export function facts(suite: Suite): void {
  const someFacts = (fields: object, rev = 0): TraceChange => ({
    traceId: traceId(),
    record: { rank: rankOf(false, rev), ranks: {}, fields: { ...fields } },
  });
  const tell = (world: World, ...traces: TraceChange[]) =>
    world.store.ingest(world.project, { traces, spans: [], scores: [] });

  describe('facts of a trace', () => {
    it('leave name, times and status to the root', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan({ name: 'root', end_time: at(2), status: 'error' })] });

      await tell(world, someFacts({ session_id: 'monday', tags: ['a'], metadata: { tenant: 'acme' } }));

      expect(await world.trace()).toMatchObject({
        name: 'root',
        start_time: at(0),
        end_time: at(2),
        duration_ms: 2000,
        status: 'error',
        session_id: 'monday',
        tags: ['a'],
        metadata: { tenant: 'acme' },
      });
      expect(await world.list({ sessionId: 'monday', status: 'error' })).toEqual([traceId()]);
    });

    it('may name the trace', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan({ name: 'root' })] });

      await tell(world, someFacts({ name: 'checkout' }));

      expect(await world.trace()).toMatchObject({ name: 'checkout', status: 'ok', end_time: at(0.5) });
    });

    it('have the trace run while its root does', async () => {
      const world = await suite.world();
      await world.send({ spans: [aRunningSpan()] });

      await tell(world, someFacts({ user_id: 'ada' }));

      const trace = await world.trace();
      expect(trace).toMatchObject({ status: 'running', user_id: 'ada' });
      expect(trace).not.toHaveProperty('end_time');
    });

    it('make no trace alone', async () => {
      const world = await suite.world();

      const { traces } = await tell(world, someFacts({ user_id: 'ada' }));

      expect(traces).toEqual(['stored']);
      expect([await world.find(), await world.list(), (await world.stats()).total_traces]).toEqual([undefined, [], 0]);
      expect(await world.store.traceState(world.project, traceId())).toBe('unknown');
    });

    it('of a greater revision win, whatever comes first', async () => {
      const [root, child] = [
        someFacts({ user_id: 'ada', release: '1' }, 2),
        someFacts({ user_id: 'zoe', tags: ['b'] }),
      ];
      for (const order of [
        [root, child],
        [child, root],
      ]) {
        const world = await suite.world();
        await world.send({ spans: [aSpan()] });

        for (const each of order) await tell(world, each);

        expect(await world.trace()).toMatchObject({ user_id: 'ada', release: '1', tags: ['b'] });
      }
    });

    it('fill what the trace’s own record leaves open', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan()] });
      await tell(world, someFacts({ name: 'root', user_id: 'ada', session_id: 'monday' }, 2));

      await world.send({ traces: [aRunningTrace({ user_id: 'zoe' })] });
      const running = await world.trace();
      await world.send({ traces: [aTrace({ name: 'run', user_id: 'zoe', end_time: at(3) })] });

      expect(running).toMatchObject({ status: 'running', session_id: 'monday' });
      expect(await world.trace()).toMatchObject({
        name: 'run',
        user_id: 'zoe',
        session_id: 'monday',
        status: 'ok',
        end_time: at(3),
      });
    });

    it('survive a completion of the trace', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan({ name: 'root' })] });
      await tell(world, someFacts({ user_id: 'ada' }));

      await world.store.completeTrace(world.project, traceId(), { end_time: at(4), output: 'done' });

      expect(await world.trace()).toMatchObject({ name: 'root', user_id: 'ada', end_time: at(4), output: 'done' });
    });

    it('are gone with the trace', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan()] });
      await tell(world, someFacts({ user_id: 'ada' }));

      await world.store.deleteTrace(world.project, traceId());

      expect((await tell(world, someFacts({ user_id: 'ada' }))).traces).toEqual(['swallowed']);
      expect(await world.find()).toBeUndefined();
    });
  });

  describe('a parent that was taken away', () => {
    it('leaves the span without one', async () => {
      const world = await suite.world();
      await world.send({
        spans: [
          aSpan({ span_id: spanId(2), parent_span_id: spanId(9), name: 'call', tokens_input: 5 }),
          aSpan({ span_id: spanId(1), name: 'later', start_time: at(1) }),
        ],
      });

      const isDone = await world.store.completeSpan(world.project, spanId(2), { parent_span_id: '' });

      expect(isDone).toBe(true);
      expect(await world.span(spanId(2))).not.toHaveProperty('parent_span_id');
      expect(await world.trace()).toMatchObject({ name: 'call', tokens_input: 5 });
    });

    it('stays away when the span is sent again', async () => {
      const world = await suite.world();
      const span = aSpan({ parent_span_id: spanId(9) });
      await world.send({ spans: [span] });
      await world.store.completeSpan(world.project, spanId(), { parent_span_id: '' });

      await world.send({ spans: [span] });

      expect(await world.span(spanId())).not.toHaveProperty('parent_span_id');
    });
  });
}
