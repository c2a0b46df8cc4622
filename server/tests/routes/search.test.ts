import { expect, it } from 'vitest';
import { aSpan, aTrace, startTestServer, type TestServer } from './test-server.ts';

async function settled(server: TestServer): Promise<void> {
  while (!(await server.get('/health')).body.search.is_complete) await new Promise((resolve) => setTimeout(resolve, 5));
}

it('lists the traces of which one record has all the words of q', async () => {
  const server = await startTestServer({ env: { SEARCH_INDEX: 'heads' } });
  await server.post('/api/ingest', {
    traces: [aTrace({ trace_id: 't1' }), aTrace({ trace_id: 't2', input: 'a refund, please' })],
    spans: [aSpan({ trace_id: 't1', span_id: 's1', output_data: { text: 'Refund policy: none' } })],
  });
  await settled(server);

  const found = async (q: string) =>
    (await server.get(`/api/traces?q=${encodeURIComponent(q)}`)).body.traces.map(
      (trace: { trace_id: string }) => trace.trace_id,
    );

  expect(await found('refund')).toEqual(['t2', 't1']);
  expect(await found('"refund policy"')).toEqual(['t1']);
  expect(await found('please policy')).toEqual([]);
  expect(await found('") OR (')).toEqual([]);
});

it('says in /health how search stands', async () => {
  const server = await startTestServer({ env: { SEARCH_INDEX: 'names' } });
  await settled(server);

  expect((await server.get('/health')).body.search).toEqual({ depth: 'names', is_complete: true, lag_ms: 0 });
});

it('answers q with 422 where search is off, in every call that filters', async () => {
  const server = await startTestServer({ env: { SEARCH_INDEX: 'off' } });
  await server.post('/api/ingest', { traces: [aTrace()] });

  for (const path of ['/api/traces', '/api/stats/counts', '/api/stats/timeseries', '/api/export']) {
    const reply = await server.get(`${path}?q=text`);
    expect(reply.status, path).toBe(422);
    expect(reply.body).toMatchObject({ detail: expect.stringContaining('SEARCH_INDEX=off'), errors: [{ path: 'q' }] });
  }
  expect((await server.get('/health')).body).not.toHaveProperty('search');
});
