import { describe, expect, it } from 'vitest';
import { aSpan, aTrace, startTestServer, type TestServer } from './test-server.ts';

const at = (minute: number) => `2026-03-04T04:${String(minute).padStart(2, '0')}:00Z`;

/** Three turns of ada in session s1, one of bob in s2. */
const sendTurns = (server: TestServer) =>
  server.post('/api/ingest', {
    traces: [
      aTrace({ trace_id: 't1', start_time: at(0), end_time: at(1), session_id: 's1', user_id: 'ada' }),
      aTrace({ trace_id: 't2', start_time: at(10), end_time: at(11), session_id: 's1', user_id: 'ada' }),
      aTrace({ trace_id: 't3', start_time: at(30), end_time: at(31), session_id: 's1', user_id: 'ada', tags: ['a'] }),
      aTrace({ trace_id: 't4', start_time: at(20), end_time: at(21), session_id: 's2', user_id: 'bob' }),
    ],
    spans: [aSpan({ trace_id: 't1', tokens_input: 10, tokens_output: 2, cost_usd: 0.5 })],
  });

describe('GET /api/sessions', () => {
  it('lists sessions with totals, latest activity first', async () => {
    const server = await startTestServer();
    await sendTurns(server);

    const { body } = await server.get('/api/sessions');

    expect(body).toMatchObject({
      sessions: [
        {
          session_id: 's1',
          user_ids: ['ada'],
          trace_count: 3,
          tokens_input: 10,
          total_cost: 0.5,
          duration_ms: 1_860_000,
        },
        { session_id: 's2', user_ids: ['bob'], trace_count: 1 },
      ],
      next_cursor: null,
      has_more: false,
      count: 2,
    });
  });

  it.each([
    ['user_id=bob', ['s2']],
    ['tags=a', ['s1']],
    ['from=2026-03-04T04:15:00Z&to=2026-03-04T04:25:00Z', ['s2']],
    ['from=-40m', ['s1']],
    ['status=error', []],
  ])('filters by %s', async (query, expected) => {
    const server = await startTestServer();
    await sendTurns(server);

    const { sessions } = (await server.get(`/api/sessions?${query}`)).body;

    expect(sessions.map(({ session_id }: { session_id: string }) => session_id)).toEqual(expected);
  });

  it('pages', async () => {
    const server = await startTestServer();
    await sendTurns(server);

    const first = (await server.get('/api/sessions?limit=1&from=-2h')).body;
    const second = (await server.get(`/api/sessions?limit=1&from=-2h&cursor=${first.next_cursor}`)).body;

    expect(first).toMatchObject({ sessions: [{ session_id: 's1' }], has_more: true, count: 1 });
    expect(second).toMatchObject({ sessions: [{ session_id: 's2' }], has_more: false, count: 1 });
  });

  it.each(['limit=0', 'cursor=made-up', 'from=yesterday', 'sort=cost', 'user_id='])(
    'answers 422 to ?%s',
    async (query) => {
      const server = await startTestServer();
      await sendTurns(server);

      const reply = await server.get(`/api/sessions?${query}`);

      expect(reply.status).toBe(422);
      expect(reply.body.detail).toContain(query.split('=')[0]);
    },
  );
});

describe('GET /api/sessions/{id}', () => {
  it('answers the session with its traces, oldest first', async () => {
    const server = await startTestServer();
    await sendTurns(server);

    const { body } = await server.get('/api/sessions/s1?limit=2');
    const rest = (await server.get(`/api/sessions/s1?limit=2&cursor=${body.next_cursor}`)).body;

    expect(body).toMatchObject({
      session: { session_id: 's1', trace_count: 3 },
      traces: [{ trace_id: 't1' }, { trace_id: 't2' }],
      has_more: true,
      count: 2,
    });
    expect(rest).toMatchObject({ session: { trace_count: 3 }, traces: [{ trace_id: 't3' }], has_more: false });
  });

  it('answers 404 to one that no trace is in, also to that of another project', async () => {
    const server = await startTestServer({ env: { API_KEYS: 'project-dev,project-other' } });
    await sendTurns(server);

    expect((await server.get('/api/sessions/s3')).status).toBe(404);
    expect((await server.get('/api/sessions/s1', { key: 'project-other' })).status).toBe(404);
  });

  it.each(['a/b', 'ä ö', "' OR 1=1 --", '%', 'a..b', 'a\0b', '\u{1f600}'.repeat(127), '?x=1#y'])(
    'finds a session called %j',
    async (session_id) => {
      const server = await startTestServer();
      await server.post('/api/ingest', { traces: [aTrace({ session_id })] });

      const reply = await server.get(`/api/sessions/${encodeURIComponent(session_id)}`);

      expect(reply.status).toBe(200);
      expect(reply.body.session.session_id).toBe(session_id);
    },
  );
});
