import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { aSpan, aTrace, startTestServer, type TestServer } from './test-server.ts';

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

const aScore = { score_id: 'c1', trace_id: 't1', name: 'helpful', value: true, created_at: '2026-03-04T05:00:03Z' };

describe('GET /api/export', () => {
  it('writes of each trace a line, its spans in order of start, its scores; and at the end how many', async () => {
    const server = await startTestServer();
    await server.post('/api/ingest', {
      traces: [aTrace()],
      spans: [aSpan({ span_id: 's2', start_time: '2026-03-04T05:00:01Z' }), aSpan()],
      scores: [aScore],
    });

    const reply = await server.get('/api/export');

    expect(reply.headers['content-type']).toBe('application/x-ndjson');
    const [trace, first, second, score, end] = linesOf(reply.text);
    expect(trace).toEqual({ kind: 'trace', ...(await server.get('/api/traces/t1')).body.trace });
    expect(first).toEqual({ kind: 'span', ...(await server.get('/api/spans/s1')).body });
    expect(second).toMatchObject({ kind: 'span', span_id: 's2' });
    expect(score).toMatchObject({ kind: 'score', score_id: 'c1', value: true });
    expect(end).toEqual({ kind: 'end', traces: 1, spans: 2, scores: 1 });
  });

  it('takes the filters of the list, and leaves other projects out', async () => {
    const server = await startTestServer({ env: { API_KEYS: 'project-dev,project-other' } });
    await server.post('/api/ingest', { traces: [aTrace({ user_id: 'ada' }), aTrace({ trace_id: 't2' })] });
    await server.post('/api/ingest', { traces: [aTrace({ user_id: 'ada' })] }, { key: 'project-other' });

    const ids = async (query: string) =>
      linesOf((await server.get(`/api/export${query}`)).text).flatMap(({ trace_id }) => trace_id ?? []);

    expect(await ids('?user_id=ada')).toEqual(['t1']);
    expect(await ids('?from=2026-03-05')).toEqual([]);
    expect(await ids('?from=-1d')).toHaveLength(2);
  });

  it('marks a trace that is only computed from its spans, so that it is not sent in as a record', async () => {
    const server = await startTestServer();
    await server.post('/api/ingest', { spans: [aSpan()] });

    const [trace, span] = linesOf((await server.get('/api/export')).text);

    expect([trace.is_derived, trace.name, span.is_derived]).toEqual([true, 'chat', undefined]);
  });

  it('names the revision of a record that had several, so that a late resend changes nothing in the copy', async () => {
    const server = await startTestServer();
    await server.post('/api/ingest', { spans: [aSpan({ rev: 5, name: 'corrected' })] });

    expect(linesOf((await server.get('/api/export')).text)[1]).toMatchObject({ name: 'corrected', rev: 5 });
  });

  it('refuses a wrong question with its status, before the first line', async () => {
    const server = await startTestServer();

    expect((await server.get('/api/export?from=yesterday')).status).toBe(422);
    expect((await server.get('/api/export?limit=5')).status).toBe(422);
  });

  it('pages through more traces than it holds at a time, and through long ones', async () => {
    const server = await startTestServer();
    const traces = Array.from({ length: 250 }, (_, i) => aTrace({ trace_id: `t${i}` }));
    const spans = Array.from({ length: 55 }, (_, i) => aSpan({ trace_id: 't7', span_id: `s${i}` }));
    await server.post('/api/ingest', { traces, spans });

    const lines = linesOf((await server.get('/api/export')).text);

    expect(lines.at(-1)).toEqual({ kind: 'end', traces: 250, spans: 55, scores: 0 });
    expect(new Set(lines.map((line) => line.span_id ?? line.trace_id)).size).toBe(250 + 55 + 1);
  });

  it('reads no further than the client takes, and stops when it goes', async () => {
    let parts = 0;
    const server = await startTestServer({
      store: {
        // Endless, so that only the client can bring it to an end.
        exportTraces: async () => {
          parts += 1;
          return { text: `${'x'.repeat(999_999)}\n`, counts: { trace: 1, span: 0, score: 0 }, next: { trace: 0 } };
        },
      },
    });
    await server.post('/api/ingest', { traces: [aTrace()] });
    const response = await openExport(server);

    const held = await settled(() => parts);
    response.destroy();
    const afterwards = await settled(() => parts);

    // What the sockets' buffers hold, and no more.
    expect(held).toBeLessThan(30);
    expect(afterwards - held).toBeLessThan(3);
  });
});

/** A client that has the head of the answer and reads nothing of its body. */
async function openExport({ app }: TestServer) {
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const sent = request({ port, path: '/api/export', headers: { 'x-api-key': 'project-dev' } });
  sent.end();
  const [response] = await once(sent, 'response');
  return response.pause();
}

/** The value of a counter once it has stopped moving. */
async function settled(count: () => number): Promise<number> {
  for (let last = -1; ; ) {
    if (last === count()) return last;
    last = count();
    // Longer than a part takes by far.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
