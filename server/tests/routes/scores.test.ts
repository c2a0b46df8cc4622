import { describe, expect, it } from 'vitest';
import { aTrace, now, startTestServer } from './test-server.ts';

describe('POST /api/traces/{id}/scores', () => {
  it('adds feedback to a trace, which then shows it', async () => {
    const server = await startTestServer();
    await server.post('/api/ingest', { traces: [aTrace()] });

    const reply = await server.post('/api/traces/t1/scores', {
      score_id: 'f1',
      name: 'helpful',
      value: true,
      comment: 'good',
      source: 'user',
    });

    expect([reply.status, reply.body]).toEqual([200, { score_id: 'f1', status: 'created' }]);
    const { scores, trace } = (await server.get('/api/traces/t1')).body;
    expect(trace.scores).toEqual([{ name: 'helpful', value: true }]);
    expect(scores).toEqual([
      {
        score_id: 'f1',
        trace_id: 't1',
        name: 'helpful',
        value: true,
        comment: 'good',
        source: 'user',
        created_at: now,
      },
    ]);
  });

  it('makes an id where the request has none', async () => {
    const server = await startTestServer();
    await server.post('/api/ingest', { traces: [aTrace()] });

    const { body } = await server.post('/api/traces/t1/scores', { name: 'accuracy', value: 0.5 });

    expect(body.score_id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('corrects a score by its id and a greater rev', async () => {
    const server = await startTestServer();
    await server.post('/api/ingest', { traces: [aTrace()] });

    for (const [rev, value] of [true, false].entries())
      await server.post('/api/traces/t1/scores', { score_id: 'f1', name: 'helpful', value, rev });

    expect((await server.get('/api/traces/t1')).body.trace.scores).toEqual([{ name: 'helpful', value: false }]);
  });

  it('takes feedback that comes before its trace', async () => {
    const server = await startTestServer();

    const reply = await server.post('/api/traces/t1/scores', { name: 'helpful', value: true, span_id: 's1' });
    await server.post('/api/ingest', { traces: [aTrace()] });

    expect(reply.status).toBe(200);
    expect((await server.get('/api/traces/t1')).body.scores).toMatchObject([{ name: 'helpful', span_id: 's1' }]);
  });

  it('answers 404 for a trace that was deleted', async () => {
    const server = await startTestServer();
    await server.post('/api/ingest', { traces: [aTrace()] });
    await server.delete('/api/traces/t1');

    expect((await server.post('/api/traces/t1/scores', { name: 'helpful', value: true })).status).toBe(404);
  });

  it.each([
    [{ value: 1 }, 'name'],
    [{ name: 'n' }, 'value'],
    [{ name: 'n', value: null }, 'value'],
    [{ name: 'n', value: [1] }, 'value'],
    [{ name: 'n', value: '' }, 'value'],
    [{ name: 'n', value: 1, source: 'nobody' }, 'source'],
    [{ name: 'n', value: 1, created_at: 'today' }, 'created_at'],
  ])('answers 422 to %j, naming %s', async (body, path) => {
    const server = await startTestServer();

    const reply = await server.post('/api/traces/t1/scores', body);

    expect(reply.status).toBe(422);
    expect(reply.body.errors[0].path).toBe(path);
  });

  it('answers 422 to what is past retention, naming created_at', async () => {
    const server = await startTestServer();

    const reply = await server.post('/api/traces/t1/scores', {
      name: 'n',
      value: 1,
      created_at: '2020-01-01T00:00:00Z',
    });

    expect([reply.status, reply.body.detail]).toEqual([422, expect.stringContaining('created_at')]);
  });
});
