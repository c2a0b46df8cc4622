import { describe, expect, it } from 'vitest';
import { aSpan, aTrace, startTestServer, type TestServer } from './test-server.ts';

const sendCalls = (server: TestServer) =>
  server.post('/api/ingest', {
    traces: [
      aTrace({ trace_id: 't1', name: 'answer', user_id: 'ada', tags: ['a', 'b'], environment: 'prod', release: '1' }),
      aTrace({ trace_id: 't2', name: 'rank', user_id: 'bob', session_id: 's', start_time: '2026-03-04T04:10:00Z' }),
      aTrace({ trace_id: 't3', name: 'rank', status: 'error', start_time: '2026-03-03T04:10:00Z' }),
    ],
    spans: [
      aSpan({
        span_id: 's1',
        model: 'm1',
        tokens_input: 10,
        tokens_output: 2,
        cost_usd: 0.5,
        first_token_time: '2026-03-04T05:00:00.25Z',
      }),
      aSpan({ span_id: 's2', span_type: 'tool', error: 'x' }),
    ],
    scores: [{ score_id: 'f', trace_id: 't1', name: 'good', value: 0.9, created_at: '2026-03-04T05:00:00Z' }],
  });

describe('GET /api/stats/timeseries', () => {
  it('answers counts, tokens, cost and percentiles by the hour', async () => {
    const server = await startTestServer();
    await sendCalls(server);

    const { body } = await server.get('/api/stats/timeseries?from=-1h');

    expect(body).toEqual({
      bucket: 'hour',
      points: [
        {
          bucket: '2026-03-04T04:00:00.000000Z',
          ...empty,
          trace_count: 1,
          trace_latency_ms: { p50: 3_002_000, p95: 3_002_000, p99: 3_002_000 },
        },
        {
          bucket: '2026-03-04T05:00:00.000000Z',
          ...empty,
          trace_count: 1,
          trace_latency_ms: { p50: 2000, p95: 2000, p99: 2000 },
          span_count: 2,
          error_count: 1,
          tokens_input: 10,
          tokens_output: 2,
          total_cost: 0.5,
          latency_ms: { p50: 1500, p95: 1500, p99: 1500 },
          time_to_first_token_ms: { p50: 250, p95: 250, p99: 250 },
        },
      ],
    });
  });

  const empty = {
    trace_running_count: 0,
    trace_error_count: 0,
    span_count: 0,
    error_count: 0,
    tokens_input: 0,
    tokens_output: 0,
    total_cost: 0,
    unpriced_count: 0,
    latency_ms: {},
    time_to_first_token_ms: {},
  };

  it('answers by the day', async () => {
    const server = await startTestServer();
    await sendCalls(server);

    const { points } = (await server.get('/api/stats/timeseries?bucket=day')).body;

    expect(points).toMatchObject([
      { bucket: '2026-03-03T00:00:00.000000Z', trace_count: 1, trace_error_count: 1 },
      { bucket: '2026-03-04T00:00:00.000000Z', trace_count: 2, span_count: 2 },
    ]);
  });

  it.each([
    ['model', { m1: 1, none: 3 }],
    ['span_type', { llm: 1, tool: 1, none: 2 }],
    ['name', { answer: 1, rank: 2 }],
    ['user', { ada: 1, bob: 1, none: 1 }],
    ['tag', { a: 1, b: 1, none: 2 }],
  ])('groups by %s', async (groupBy, expected) => {
    const server = await startTestServer();
    await sendCalls(server);

    const { points } = (await server.get(`/api/stats/timeseries?bucket=day&group_by=${groupBy}`)).body;

    const counts: Record<string, number> = {};
    for (const { group = 'none', trace_count } of points) counts[group] = (counts[group] ?? 0) + trace_count;
    expect(counts).toEqual(expected);
  });

  it.each([
    'user_id=ada',
    'tags=b,c',
    'name=answer',
    'model=m1',
    'environment=prod',
    'release=1',
    'min_cost=0.5',
    'score=good',
    'score=good>%3D0.9',
    'user_id=ada&name=answer&status=ok&min_duration_ms=1000',
  ])('filters by %s', async (query) => {
    const server = await startTestServer();
    await sendCalls(server);

    const { points } = (await server.get(`/api/stats/timeseries?${query}`)).body;

    expect(points).toMatchObject([{ bucket: '2026-03-04T05:00:00.000000Z', trace_count: 1, span_count: 2 }]);
  });

  it.each(['session_id=s', 'to=2026-03-04T04:30:00Z&from=-1d', 'user_id=bob'])('filters by %s', async (query) => {
    const server = await startTestServer();
    await sendCalls(server);

    const { points } = (await server.get(`/api/stats/timeseries?${query}`)).body;

    expect(points).toMatchObject([{ bucket: '2026-03-04T04:00:00.000000Z', trace_count: 1, span_count: 0 }]);
  });

  it('is empty for a project without traces', async () => {
    const server = await startTestServer();

    expect((await server.get('/api/stats/timeseries')).body).toEqual({ bucket: 'hour', points: [] });
  });

  it('says how to ask for less where it has more points than one answer holds', async () => {
    const server = await startTestServer({ store: { timeseries: async () => 'too long' } });

    const reply = await server.get('/api/stats/timeseries');

    expect(reply.status).toBe(422);
    expect(reply.body).toMatchObject({ errors: [{ path: 'bucket' }], detail: expect.stringContaining('wider bucket') });
  });

  it.each(['bucket=minute', 'group_by=colour', 'from=now', 'score=', 'score=a>%3Db', 'status=bad', 'limit=5'])(
    'answers 422 to ?%s',
    async (query) => {
      const server = await startTestServer();

      const reply = await server.get(`/api/stats/timeseries?${query}`);

      expect(reply.status).toBe(422);
      expect(reply.body.detail).toContain(query.split('=')[0]);
    },
  );
});
