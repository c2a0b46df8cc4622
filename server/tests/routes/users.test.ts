import { describe, expect, it } from 'vitest';
import { aSpan, aTrace, startTestServer, type TestServer } from './test-server.ts';

const sendUsers = (server: TestServer) =>
  server.post('/api/ingest', {
    traces: [
      aTrace({ trace_id: 't1', user_id: 'ada', session_id: 's1' }),
      aTrace({ trace_id: 't2', user_id: 'bob', start_time: '2026-03-04T04:00:00Z' }),
      aTrace({ trace_id: 't3', user_id: 'ada', session_id: 's2', environment: 'prod' }),
      aTrace({ trace_id: 't4' }),
    ],
    spans: [aSpan({ input_data: 'secret', tokens_input: 10, cost_usd: 0.5 })],
    scores: [{ score_id: 'f1', trace_id: 't1', name: 'good', value: 1, created_at: '2026-03-04T05:00:00Z' }],
  });

const userIds = ({ body }: { body: { users: { user_id: string }[] } }) => body.users.map(({ user_id }) => user_id);

describe('GET /api/users', () => {
  it('lists users with totals, latest activity first', async () => {
    const server = await startTestServer();
    await sendUsers(server);

    const { body } = await server.get('/api/users');

    expect(body).toMatchObject({
      users: [
        { user_id: 'ada', session_count: 2, trace_count: 2, span_count: 1, tokens_input: 10, total_cost: 0.5 },
        { user_id: 'bob', session_count: 0, trace_count: 1, total_cost: 0 },
      ],
      has_more: false,
      count: 2,
    });
  });

  it('filters and pages', async () => {
    const server = await startTestServer();
    await sendUsers(server);

    const first = await server.get('/api/users?limit=1');

    expect(userIds(first)).toEqual(['ada']);
    expect(userIds(await server.get(`/api/users?limit=1&cursor=${first.body.next_cursor}`))).toEqual(['bob']);
    expect(userIds(await server.get('/api/users?to=2026-03-04T04:30:00Z'))).toEqual(['bob']);
    expect(userIds(await server.get('/api/users?environment=prod&score=good'))).toEqual([]);
  });

  it('answers 422 to a cursor of sessions', async () => {
    const server = await startTestServer();
    await sendUsers(server);
    const { next_cursor } = (await server.get('/api/sessions?limit=1')).body;

    expect((await server.get(`/api/users?limit=1&cursor=${next_cursor}`)).status).toBe(422);
  });
});

describe('DELETE /api/users/{id}', () => {
  it('removes the user’s traces with all they own; the rest stays', async () => {
    const server = await startTestServer();
    await sendUsers(server);

    const reply = await server.delete('/api/users/ada');

    expect([reply.status, reply.text]).toEqual([204, '']);
    expect((await server.get('/api/traces/t1')).status).toBe(404);
    expect((await server.get('/api/spans/s1')).status).toBe(404);
    expect(userIds(await server.get('/api/users'))).toEqual(['bob']);
    expect((await server.get('/api/stats')).body).toMatchObject({ total_traces: 2, total_spans: 0, total_cost: 0 });
  });

  it('repeats harmlessly, and answers 204 where there is nothing', async () => {
    const server = await startTestServer();
    await sendUsers(server);

    for (const user of ['ada', 'ada', 'nobody']) expect((await server.delete(`/api/users/${user}`)).status).toBe(204);
  });

  it('removes nothing of another project', async () => {
    const server = await startTestServer({ env: { API_KEYS: 'project-dev,project-other' } });
    await sendUsers(server);

    await server.delete('/api/users/ada', { key: 'project-other' });

    expect(userIds(await server.get('/api/users'))).toEqual(['ada', 'bob']);
  });

  it.each(["' OR 1=1 --", '%', '*', 'a/b', '\0'])('removes only the user called %j', async (user_id) => {
    const server = await startTestServer();
    await sendUsers(server);
    await server.post('/api/ingest', { traces: [aTrace({ trace_id: 'x', user_id })] });

    await server.delete(`/api/users/${encodeURIComponent(user_id)}`);

    expect((await server.get('/api/traces/x')).status).toBe(404);
    expect(userIds(await server.get('/api/users'))).toEqual(['ada', 'bob']);
  });
});
