import type { TimeseriesPoint } from 'llm-tracer/schema';
import { describe, expect, it } from 'vitest';
import type { SeriesQuery } from '../../../src/domain/series.ts';
import type { TraceFilter } from '../../../src/stores/store.ts';
import { aRunningSpan, aRunningTrace, aSpan, aTrace, at, scoreId, seconds, spanId, traceId } from '../builders.ts';
import type { Suite, World } from './harness.ts';

const { hour, day } = seconds;

const seriesOf = async (world: World, query: SeriesQuery, filter: TraceFilter = {}): Promise<TimeseriesPoint[]> => {
  const answer = await world.store.timeseries(world.project, filter, query);
  if (answer === 'too long') throw new Error('the series is too long');
  return [...answer.points];
};

const sumOf = (
  points: readonly TimeseriesPoint[],
  field: 'trace_count' | 'span_count' | 'total_cost' | 'tokens_input',
) => points.reduce((sum, point) => sum + point[field], 0);

/** `GET /api/stats/counts`: what the series under the same filters counts of traces, by the minute too. */
export function counts(suite: Suite): void {
  describe('counts of traces', () => {
    it('are by the start, in UTC, and tell apart what runs and what failed', async () => {
      const world = await suite.world();
      const starts = [-12 * hour - 0.000001, -12 * hour, -60.000001, -60, -0.000001, 0];
      await world.send({
        traces: [
          ...starts.map((start, n) => aTrace({ trace_id: traceId(n), start_time: at(start), end_time: at(start) })),
          aRunningTrace({ trace_id: traceId(10), start_time: at(30) }),
          aTrace({ trace_id: traceId(11), start_time: at(59), end_time: at(59), status: 'error' }),
        ],
      });

      expect(await world.store.countTraces(world.project, { from: at(-60) }, 'minute')).toEqual({
        points: [
          { bucket: at(-60), trace_count: 2, trace_running_count: 0, trace_error_count: 0 },
          { bucket: at(0), trace_count: 3, trace_running_count: 1, trace_error_count: 1 },
        ],
      });
      expect(await world.store.countTraces(world.project, {}, 'day')).toEqual({
        points: [
          { bucket: at(-1.5 * day), trace_count: 1, trace_running_count: 0, trace_error_count: 0 },
          { bucket: at(-0.5 * day), trace_count: 7, trace_running_count: 1, trace_error_count: 1 },
        ],
      });
    });

    it('are those of the series under the same filter', async () => {
      const world = await suite.world();
      await world.send({
        traces: Array.from({ length: 30 }, (_, n) =>
          aTrace({
            trace_id: traceId(n),
            start_time: at(-n * 1000),
            end_time: at(-n * 990),
            user_id: n % 2 ? 'ada' : 'bob',
            tags: n % 3 ? ['a'] : ['b'],
            status: n % 5 ? 'ok' : 'error',
          }),
        ),
      });
      const filters: TraceFilter[] = [
        {},
        { userId: 'ada' },
        { tags: ['a'], from: at(-9000), to: at(-50) },
        { status: 'ok' },
      ];

      for (const filter of filters)
        for (const bucket of ['hour', 'day'] as const) {
          const answer = await world.store.countTraces(world.project, filter, bucket);
          const series = await seriesOf(world, { bucket }, filter);
          expect(answer).toEqual({
            points: series.map(({ bucket, trace_count, trace_running_count, trace_error_count }) => ({
              bucket,
              trace_count,
              trace_running_count,
              trace_error_count,
            })),
          });
        }
    });

    it('are none of another project, and none of what is deleted', async () => {
      const world = await suite.world();
      await world.send({ traces: [aTrace(), aTrace({ trace_id: traceId(2) })] });
      await world.store.deleteTrace(world.project, traceId(2));

      expect(await world.store.countTraces('other', {}, 'day')).toEqual({ points: [] });
      expect(await world.store.countTraces(world.project, {}, 'day')).toMatchObject({ points: [{ trace_count: 1 }] });
    });
  });
}

/** wire.md, Reading: `GET /api/stats/timeseries`; docs/decisions/0008 where it is silent. */
export function series(suite: Suite): void {
  describe('a series', () => {
    it('has traces in the bucket of their start and spans in that of theirs', async () => {
      const world = await suite.world();
      await world.send({
        traces: [aTrace({ start_time: at(-1), end_time: at(2) })],
        spans: [
          aSpan({ span_id: spanId(1), start_time: at(-1), end_time: at(1), tokens_input: 5, tokens_output: 2 }),
          aSpan({ span_id: spanId(2), start_time: at(0), end_time: at(1), cost_usd: 0.1, error: 'x' }),
        ],
      });

      expect(await seriesOf(world, { bucket: 'hour' })).toEqual([
        {
          bucket: at(-hour),
          trace_count: 1,
          trace_running_count: 0,
          trace_error_count: 0,
          trace_latency_ms: { p50: 3000, p95: 3000, p99: 3000 },
          span_count: 1,
          error_count: 0,
          tokens_input: 5,
          tokens_output: 2,
          total_cost: 0,
          unpriced_count: 1,
          latency_ms: { p50: 2000, p95: 2000, p99: 2000 },
          time_to_first_token_ms: {},
        },
        expect.objectContaining({ bucket: at(0), trace_count: 0, span_count: 1, error_count: 1, total_cost: 0.1 }),
      ]);
    });

    it('has days in UTC, and none in which nothing is', async () => {
      const world = await suite.world();
      await world.send({
        traces: [-12 * hour - 0.000001, -12 * hour, 12 * hour - 0.000001, -5 * day].map((start, n) =>
          aTrace({ trace_id: traceId(n), start_time: at(start), end_time: at(start) }),
        ),
      });

      const points = await seriesOf(world, { bucket: 'day' });

      expect(points.map(({ bucket, trace_count }) => [bucket, trace_count])).toEqual([
        [at(-5.5 * day), 1],
        [at(-1.5 * day), 1],
        [at(-0.5 * day), 2],
      ]);
    });

    it('counts running traces as a list does, and of spans those that have finished', async () => {
      const world = await suite.world();
      await world.send({
        traces: [aRunningTrace(), aTrace({ trace_id: traceId(2), status: 'error' })],
        spans: [aRunningSpan({ tokens_input: 9 }), aSpan({ span_id: spanId(2) })],
      });

      const [point] = await seriesOf(world, { bucket: 'day' });

      expect(point).toMatchObject({ trace_count: 2, trace_running_count: 1, trace_error_count: 1 });
      expect(point).toMatchObject({ span_count: 1, tokens_input: 0, trace_latency_ms: { p50: 1000 } });
    });

    it('counts each model call once, whatever repeats its usage above it', async () => {
      const world = await suite.world();
      await world.send({
        spans: [
          aSpan({ span_id: spanId(1), tokens_input: 7, cost_usd: 1, span_type: 'agent' }),
          aSpan({ span_id: spanId(2), parent_span_id: spanId(1), tokens_input: 7, cost_usd: 1, span_type: 'llm' }),
        ],
      });

      const points = await seriesOf(world, { bucket: 'day', groupBy: 'span_type' });

      expect(points.map(({ group, tokens_input, total_cost }) => [group, tokens_input, total_cost])).toEqual([
        ['agent', 0, 0],
        ['llm', 7, 1],
      ]);
    });

    it('adds up to the list’s totals under the same filter', async () => {
      const world = await suite.world();
      await world.send({
        traces: Array.from({ length: 30 }, (_, n) =>
          aTrace({ trace_id: traceId(n), start_time: at(-n * 1000), user_id: n % 2 ? 'ada' : 'bob', tags: ['a', 'b'] }),
        ),
        spans: Array.from({ length: 30 }, (_, n) =>
          aSpan({ trace_id: traceId(n), span_id: spanId(n), start_time: at(-n * 900), tokens_input: n, cost_usd: 0.1 }),
        ),
        scores: [{ score_id: scoreId(), trace_id: traceId(3), name: 'good', value: 1, created_at: at(0) }],
      });
      const filters: TraceFilter[] = [
        {},
        { userId: 'ada' },
        { tags: ['a', 'b'], from: at(-9000), to: at(-50) },
        { score: { name: 'good' }, status: 'ok' },
      ];

      for (const filter of filters) {
        const traces = await world.listTraces(filter);
        const points = await seriesOf(world, { bucket: 'hour' }, filter);

        expect(sumOf(points, 'trace_count')).toBe(traces.length);
        expect(sumOf(points, 'span_count')).toBe(traces.reduce((sum, trace) => sum + trace.span_count, 0));
        expect(sumOf(points, 'tokens_input')).toBe(traces.reduce((sum, trace) => sum + trace.tokens_input, 0));
      }
    });

    it('by model and type has the spans of each, and the traces that have such a span', async () => {
      const world = await suite.world();
      await world.send({
        spans: [
          aSpan({ trace_id: traceId(1), span_id: spanId(1), model: 'm1', span_type: 'llm' }),
          aSpan({ trace_id: traceId(1), span_id: spanId(2), requested_model: 'm2', span_type: 'llm' }),
          aSpan({ trace_id: traceId(2), span_id: spanId(3), model: 'm1', span_type: 'embedding' }),
          aSpan({ trace_id: traceId(2), span_id: spanId(4) }),
        ],
      });
      const counts = async (groupBy: SeriesQuery['groupBy']) =>
        (await seriesOf(world, { bucket: 'day', groupBy })).map(({ group, trace_count, span_count }) => [
          group,
          trace_count,
          span_count,
        ]);

      expect(await counts('model')).toEqual([
        ['m1', 2, 2],
        ['m2', 1, 1],
        [undefined, 1, 1],
      ]);
      expect(await counts('span_type')).toEqual([
        ['embedding', 1, 1],
        ['llm', 1, 2],
        ['other', 1, 1],
      ]);
    });

    it('by name, user and tag has traces with all their spans; one of two tags in both', async () => {
      const world = await suite.world();
      await world.send({
        traces: [
          aTrace({ name: 'n1', user_id: 'ada', tags: ['a', 'b'] }),
          aTrace({ trace_id: traceId(2), name: 'n1', tags: ['b'] }),
          aTrace({ trace_id: traceId(3), name: 'n2' }),
        ],
        spans: [aSpan({ cost_usd: 1 }), aSpan({ span_id: spanId(2), name: 'other', cost_usd: 1 })],
      });
      const costs = async (groupBy: SeriesQuery['groupBy']) =>
        (await seriesOf(world, { bucket: 'day', groupBy })).map(({ group, trace_count, total_cost }) => [
          group,
          trace_count,
          total_cost,
        ]);

      expect(await costs('name')).toEqual([
        ['n1', 2, 2],
        ['n2', 1, 0],
      ]);
      expect(await costs('user')).toEqual([
        ['ada', 1, 2],
        [undefined, 2, 0],
      ]);
      expect(await costs('tag')).toEqual([
        ['a', 1, 2],
        ['b', 2, 2],
        [undefined, 1, 0],
      ]);
    });

    it('tells the fifty groups with the most traces apart, and has the rest as one', async () => {
      const world = await suite.world();
      await world.send({
        traces: Array.from({ length: 130 }, (_, n) => aTrace({ trace_id: traceId(n), user_id: `u${n % 60}` })),
      });

      const points = await seriesOf(world, { bucket: 'day', groupBy: 'user' });

      // u0 to u9 have three, the others two: of those, the first by name.
      const told = points.filter(({ group }) => group !== undefined);
      expect(told).toHaveLength(50);
      expect(told.filter(({ trace_count }) => trace_count === 3)).toHaveLength(10);
      expect(points.slice(50)).toMatchObject([{ is_rest: true, trace_count: 20 }]);
      expect(sumOf(points, 'trace_count')).toBe(130);
    });

    it('has percentiles by nearest rank, exact for few values', async () => {
      const world = await suite.world();
      await world.send({
        spans: Array.from({ length: 100 }, (_, n) =>
          aSpan({ span_id: spanId(n), end_time: at((n + 1) / 1000), first_token_time: at((n + 1) / 10_000) }),
        ),
      });

      const [point] = await seriesOf(world, { bucket: 'day' });

      expect(point?.latency_ms).toEqual({ p50: 50, p95: 95, p99: 99 });
      expect(point?.time_to_first_token_ms).toEqual({ p50: 5, p95: 9.5, p99: 9.9 });
    });

    it('has percentiles within 2 % for many', async () => {
      const world = await suite.world();
      const durations = Array.from({ length: 3000 }, (_, n) => Math.round(1.004 ** n) + n);
      for (let start = 0; start < 3000; start += 1000)
        await world.send({
          spans: durations
            .slice(start, start + 1000)
            .map((micros, n) => aSpan({ span_id: spanId(start + n), end_time: at(micros / 1e6) })),
        });

      const [point] = await seriesOf(world, { bucket: 'day' });

      for (const [percent, found = 0] of [
        [50, point?.latency_ms.p50],
        [95, point?.latency_ms.p95],
        [99, point?.latency_ms.p99],
      ] as const) {
        const exact = (durations[percent * 30 - 1] as number) / 1000;
        expect(Math.abs(found - exact) / exact).toBeLessThan(0.02);
      }
    });

    it('takes a first token before the start, as two clocks may have it, for none of the wait', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan({ first_token_time: at(-5), end_time: at(-1) })] });

      const [point] = await seriesOf(world, { bucket: 'day' });

      expect(point).toMatchObject({ latency_ms: { p50: 0 }, time_to_first_token_ms: { p50: 0 } });
    });

    it('leaves out what has expired or was deleted, and other projects', async () => {
      const world = await suite.world({ retentionDays: 2 });
      await world.send({ traces: [aTrace()], spans: [aSpan()] });
      await world.send({ traces: [aTrace({ trace_id: traceId(2) })] });
      await world.store.deleteTrace(world.project, traceId(2));

      expect(await seriesOf(world, { bucket: 'day' })).toMatchObject([{ trace_count: 1, span_count: 1 }]);
      expect(await world.store.timeseries('other', {}, { bucket: 'day' })).toEqual({ points: [] });
      world.clock.advance({ days: 3 });
      expect(await seriesOf(world, { bucket: 'day' })).toEqual([]);
    });

    it.each(['\ud800', 'a\0b', '\u0001"x"', '__proto__', '', '["a"]'])('may have a group called %j', async (label) => {
      const world = await suite.world();
      const labels = label === '' ? {} : { user_id: label, tags: [label] };
      await world.send({
        traces: [aTrace({ name: label === '' ? 'n' : label, ...labels })],
        spans: [aSpan(label === '' ? {} : { model: label })],
      });

      for (const groupBy of ['user', 'tag', 'model'] as const)
        expect(await seriesOf(world, { bucket: 'day', groupBy })).toMatchObject([
          label === '' ? { trace_count: 1 } : { group: label, trace_count: 1 },
        ]);
    });
  });
}
