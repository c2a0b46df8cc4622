import fc from 'fast-check';
import type { TraceUpsert } from 'llm-tracer/schema';
import { describe, expect, it } from 'vitest';
import type { TraceFilter } from '../../../src/stores/store.ts';
import { aRunningSpan, aRunningTrace, aSpan, aTrace, at, spanId, traceId } from '../builders.ts';
import type { Suite, World } from './harness.ts';

/** Sends traces 1, 2, 3, … with these fields. */
const sendTraces = (world: World, ...fields: Partial<TraceUpsert>[]) =>
  world.send({ traces: fields.map((given, index) => aTrace({ trace_id: traceId(index + 1), ...given })) });

/** wire.md, Reading: `GET /api/traces`. */
export function filters(suite: Suite): void {
  describe('lists', () => {
    it('come newest first, by start, then id, both descending', async () => {
      const world = await suite.world();

      await sendTraces(
        world,
        { start_time: at(1) },
        { start_time: at(2) },
        { start_time: at(1) },
        { start_time: at(0) },
      );

      expect(await world.list()).toEqual([traceId(2), traceId(3), traceId(1), traceId(4)]);
    });

    it('show what a trace is, without input, output and metadata', async () => {
      const world = await suite.world();
      await world.send({
        traces: [
          aTrace({ input: 'in', output: 'out', metadata: { a: 1 }, tags: ['t'], user_id: 'ada', release: '1.2' }),
        ],
        spans: [aSpan({ tokens_input: 3, cost_usd: 0.5, model: 'gpt-1', error: 'x' })],
      });
      const { input: _, output: __, metadata: ___, ...rest } = await world.trace();

      const [listed] = await world.listTraces();

      expect(listed).toEqual(rest);
      expect(rest).toMatchObject({ tags: ['t'], span_count: 1, error_count: 1, tokens_input: 3, models: ['gpt-1'] });
    });

    it('have running traces too, and those that only spans are known of', async () => {
      const world = await suite.world();

      await world.send({
        traces: [aRunningTrace()],
        spans: [aRunningSpan({ trace_id: traceId(2), span_id: spanId(2) })],
      });

      expect(await world.list()).toEqual([traceId(2), traceId(1)]);
    });

    it('are empty for a project that has sent nothing', async () => {
      const world = await suite.world();

      expect(await world.page({}, { limit: 5 }, 'nobody')).toEqual({ traces: [], nextCursor: null });
    });

    it('follow a start that is corrected', async () => {
      const world = await suite.world();
      await sendTraces(world, { start_time: at(1) }, { start_time: at(2) });

      await sendTraces(world, { start_time: at(3), rev: 2 });

      expect(await world.list()).toEqual([traceId(1), traceId(2)]);
      expect(await world.list({ from: at(3) })).toEqual([traceId(1)]);
      expect(await world.list({ to: at(2) })).toEqual([]);
    });
  });

  describe('filters', () => {
    it('by time take `from` in and leave `to` out', async () => {
      const world = await suite.world();

      await sendTraces(world, { start_time: at(1) }, { start_time: at(2) }, { start_time: at(3) });

      expect(await world.list({ from: at(1), to: at(3) })).toEqual([traceId(2), traceId(1)]);
      expect(await world.list({ from: at(1.000001), to: at(3.000001) })).toEqual([traceId(3), traceId(2)]);
    });

    it('by time speak of the trace, whose record may start after its spans', async () => {
      const world = await suite.world();

      await world.send({ traces: [aTrace({ start_time: at(5) })], spans: [aSpan({ start_time: at(-5) })] });

      expect(await world.list({ to: at(0) })).toEqual([]);
      expect(await world.list({ from: at(5) })).toEqual([traceId()]);
    });

    it.each([
      { field: 'user_id', filter: 'userId' },
      { field: 'session_id', filter: 'sessionId' },
      { field: 'environment', filter: 'environment' },
      { field: 'release', filter: 'release' },
      { field: 'name', filter: 'name' },
    ] as const)('by $field compare whole values, case and all', async ({ field, filter }) => {
      const world = await suite.world();

      await sendTraces(world, { [field]: 'ada' }, { [field]: 'Ada' }, { [field]: 'ada ' }, {}, { [field]: 'a%a' });

      expect(await world.list({ [filter]: 'ada' })).toEqual([traceId(1)]);
      expect(await world.list({ [filter]: 'a%a' })).toEqual([traceId(5)]);
      expect(await world.list({ [filter]: 'a' })).toEqual([]);
    });

    it('by name find a trace by its root’s name where it has no record', async () => {
      const world = await suite.world();

      await world.send({ spans: [aSpan({ name: 'root' })] });
      const before = await world.list({ name: 'root' });
      await world.send({ traces: [aTrace({ name: 'run' })] });

      expect(before).toEqual([traceId()]);
      expect([await world.list({ name: 'root' }), await world.list({ name: 'run' })]).toEqual([[], [traceId()]]);
    });

    it('by tags take any of them', async () => {
      const world = await suite.world();

      await sendTraces(world, { tags: ['a', 'b'] }, { tags: ['b', 'c'] }, { tags: ['ab'] }, {});

      expect(await world.list({ tags: ['a'] })).toEqual([traceId(1)]);
      expect(await world.list({ tags: ['a', 'c', 'none'] })).toEqual([traceId(2), traceId(1)]);
      expect(await world.list({ tags: ['b'] })).toEqual([traceId(2), traceId(1)]);
    });

    it('by tags forget those that a later record replaced', async () => {
      const world = await suite.world();
      await sendTraces(world, { tags: ['a', 'b'] });

      await sendTraces(world, { tags: ['b', 'c'], rev: 2 });

      expect(await world.list({ tags: ['a'] })).toEqual([]);
      expect(await world.list({ tags: ['c'] })).toEqual([traceId()]);
    });

    it('by status take the derived one', async () => {
      const world = await suite.world();
      await world.send({
        traces: [aTrace(), aTrace({ trace_id: traceId(2) }), aRunningTrace({ trace_id: traceId(3), status: 'error' })],
        spans: [
          aSpan({ trace_id: traceId(2), span_id: spanId(2), error: 'x' }),
          aSpan({ trace_id: traceId(4), span_id: spanId(4), error: 'x' }),
        ],
      });

      expect(await world.list({ status: 'ok' })).toEqual([traceId(1)]);
      expect(await world.list({ status: 'error' })).toEqual([traceId(4), traceId(2)]);
      expect(await world.list({ status: 'running' })).toEqual([traceId(3)]);
    });

    it('by model take any model of any span', async () => {
      const world = await suite.world();
      await world.send({
        traces: [aTrace()],
        spans: [
          aSpan({ model: 'gpt-1', requested_model: 'gpt' }),
          aRunningSpan({ span_id: spanId(2), requested_model: 'gpt-2' }),
        ],
      });

      expect([await world.list({ model: 'gpt-1' }), await world.list({ model: 'gpt-2' })]).toEqual([
        [traceId()],
        [traceId()],
      ]);
      expect(await world.list({ model: 'gpt' })).toEqual([]);
    });

    it('by duration take finished traces that lasted as long', async () => {
      const world = await suite.world();
      await sendTraces(world, { end_time: at(1.5) }, { end_time: at(1.499999) });
      await world.send({ traces: [aRunningTrace({ trace_id: traceId(3) })] });

      expect(await world.list({ minDurationMs: 1500 })).toEqual([traceId(1)]);
      expect(await world.list({ minDurationMs: 1499.999 })).toEqual([traceId(2), traceId(1)]);
      expect(await world.list({ minDurationMs: 0 })).toEqual([traceId(2), traceId(1)]);
    });

    it('by duration and cost find a trace by the very number that it shows', async () => {
      const world = await suite.world();
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 0, max: 1e15 }), async (micros, nanos) => {
          const project = `p${micros}-${nanos}`;
          await world.send(
            { traces: [aTrace({ end_time: at(micros / 1e6) })], spans: [aSpan({ cost_usd: nanos / 1e9 })] },
            project,
          );
          const { duration_ms = -1, total_cost } = await world.trace(traceId(), project);

          const found = await world.list({ minDurationMs: duration_ms, minCost: total_cost }, project);

          expect(found).toEqual([traceId()]);
        }),
        { numRuns: 50 },
      );
    });

    it('by cost take what costs as much or more, where 0 takes all', async () => {
      const world = await suite.world();
      await world.send({
        traces: [aTrace(), aTrace({ trace_id: traceId(2) })],
        spans: [aSpan({ cost_usd: 0.1 }), aSpan({ span_id: spanId(2), cost_usd: 0.2 })],
      });

      expect(await world.list({ minCost: 0.3 })).toEqual([traceId(1)]);
      expect(await world.list({ minCost: 0.300000001 })).toEqual([]);
      expect(await world.list({ minCost: 0 })).toEqual([traceId(2), traceId(1)]);
    });

    it('must all hold together', async () => {
      const world = await suite.world();
      const matching = { user_id: 'ada', session_id: 's', environment: 'prod', release: '1', tags: ['a'], name: 'run' };
      await sendTraces(
        world,
        matching,
        ...Object.keys(matching).map((field) => ({ ...matching, [field]: field === 'tags' ? ['x'] : 'x' })),
      );
      const filter: TraceFilter = {
        userId: 'ada',
        sessionId: 's',
        environment: 'prod',
        release: '1',
        tags: ['a', 'b'],
        name: 'run',
        status: 'ok',
        from: at(0),
        to: at(0.000001),
        minDurationMs: 1000,
        minCost: 0,
      };

      expect(await world.list(filter)).toEqual([traceId(1)]);
      expect(await world.list({ ...filter, minCost: 0.1 })).toEqual([]);
      expect(await world.list({ ...filter, model: 'gpt-1' })).toEqual([]);
    });

    it.each(['\ud800', 'a\udc00b', 'a\0b', '\0', '\u0001"x"', '__proto__', "' OR 1=1 --", '\u{1f600}', 'é', 'e\u0301'])(
      'find %j again, as it was sent, under every label',
      async (label) => {
        const world = await suite.world();
        const labels = { name: label, user_id: label, session_id: label, environment: label, release: label };
        await sendTraces(world, { ...labels, tags: [label], metadata: Object.fromEntries([[label, label]]) }, {});
        await world.send({ spans: [aSpan({ model: label, name: label, error: label })] });

        const found = await world.list({
          name: label,
          userId: label,
          sessionId: label,
          environment: label,
          release: label,
          tags: [label],
          model: label,
        });

        expect(found).toEqual([traceId(1)]);
        const trace = await world.trace();
        expect(trace).toMatchObject({ ...labels, tags: [label], models: [label] });
        expect(Object.entries(trace.metadata ?? {})).toEqual([[label, label]]);
        expect(await world.span(spanId())).toMatchObject({ model: label, name: label, error: label });
      },
    );
  });
}
