import { describe, expect, it } from 'vitest';
import { aSpan, aTrace, now, startTestServer } from './test-server.ts';

describe('POST /api/traces/{id}/spans', () => {
  it('adds a span under the id that was sent', async () => {
    const server = await startTestServer();
    await server.post('/api/traces', { name: 'answer', trace_id: 't1' });

    const reply = await server.post('/api/traces/t1/spans', { name: 'chat', span_type: 'llm', span_id: 's1' });

    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ span_id: 's1', status: 'created' });
  });

  it('makes a W3C id, and starts now, where the request says neither', async () => {
    const server = await startTestServer();
    await server.post('/api/traces', { name: 'answer', trace_id: 't1' });

    const { body } = await server.post('/api/traces/t1/spans', { name: 'chat', span_type: 'llm' });

    expect(body.span_id).toMatch(/^[0-9a-f]{16}$/);
    expect((await server.get(`/api/spans/${body.span_id}`)).body).toMatchObject({
      trace_id: 't1',
      start_time: now,
      status: 'running',
    });
  });

  it('adds to the trace of the address, whatever trace the body names', async () => {
    const server = await startTestServer();
    await server.post('/api/traces', { name: 'answer', trace_id: 't1' });

    await server.post('/api/traces/t1/spans', { name: 'chat', span_type: 'llm', span_id: 's1', trace_id: 't2' });

    expect((await server.get('/api/spans/s1')).body.trace_id).toBe('t1');
  });

  it('gives a payload back as it came: any key, any Unicode, null, nesting', async () => {
    const server = await startTestServer();
    await server.post('/api/traces', { name: 'answer', trace_id: 't1' });
    const payload = String.raw`{"__proto__":{"a":[null,true,1e-7]},"constructor":"\ud800","":"\u0000é😀","toJSON":1}`;

    await server.post('/api/traces/t1/spans', `{"name":"n","span_type":"tool","span_id":"s1","input_data":${payload}}`);

    const { text } = await server.get('/api/spans/s1');
    expect(JSON.parse(text).input_data).toStrictEqual(JSON.parse(payload));
  });

  it.each([
    ['unknown', async () => {}],
    [
      'deleted',
      async (server: Awaited<ReturnType<typeof startTestServer>>) => {
        await server.post('/api/traces', { name: 'answer', trace_id: 't1' });
        await server.delete('/api/traces/t1');
      },
    ],
  ])('answers 404 to a trace that is %s', async (_title, prepare) => {
    const server = await startTestServer();
    await prepare(server);

    const reply = await server.post('/api/traces/t1/spans', { name: 'chat', span_type: 'llm' });

    expect(reply.status).toBe(404);
  });

  it('answers 404 to a trace that is deleted while the span is on its way', async () => {
    const swallowed = async () => ({ traces: [], spans: ['swallowed' as const], scores: [] });
    const server = await startTestServer({ store: { traceState: async () => 'live', ingest: swallowed } });

    const reply = await server.post('/api/traces/t1/spans', { name: 'chat', span_type: 'llm' });

    expect(reply.status).toBe(404);
  });

  it('answers 409 to a span id that stands under another trace', async () => {
    const server = await startTestServer();
    for (const trace_id of ['t1', 't2']) await server.post('/api/traces', { name: 'answer', trace_id });
    await server.post('/api/traces/t1/spans', { name: 'chat', span_type: 'llm', span_id: 's1' });

    const reply = await server.post('/api/traces/t2/spans', { name: 'chat', span_type: 'llm', span_id: 's1' });

    expect(reply.status).toBe(409);
    expect((await server.get('/api/spans/s1')).body.trace_id).toBe('t1');
  });

  it('answers 409 to a trace that is full', async () => {
    const full = async () => ({ traces: [], spans: ['full' as const], scores: [] });
    const server = await startTestServer({ store: { traceState: async () => 'live', ingest: full } });

    const reply = await server.post('/api/traces/t1/spans', { name: 'chat', span_type: 'llm' });

    expect(reply.status).toBe(409);
    expect(reply.body.detail).toContain('100000 spans');
  });

  it.each([
    ['a start past retention', { start_time: '2020-01-01T00:00:00Z' }, 'start_time'],
    ['a start in the future', { start_time: '2027-01-01T00:00:00Z' }, 'start_time'],
    ['a type that is none', { span_type: 'robot' }, 'span_type'],
    ['a missing type', { span_type: undefined }, 'span_type'],
    ['more tokens than there are', { tokens_input: 2e12 }, 'tokens_input'],
    ['a cost below nothing', { cost_usd: -1 }, 'cost_usd'],
    ['a parent that is no id', { parent_span_id: 'a b' }, 'parent_span_id'],
    ['a day that does not exist', { end_time: '2026-02-30T00:00:00Z' }, 'end_time'],
  ])('answers 422 to %s, naming the field', async (_title, fields, field) => {
    const server = await startTestServer();
    await server.post('/api/traces', { name: 'answer', trace_id: 't1' });

    const reply = await server.post('/api/traces/t1/spans', { name: 'chat', span_type: 'llm', ...fields });

    expect(reply.status).toBe(422);
    expect(reply.body.detail).toContain(field);
  });
});

describe('GET /api/spans/{id}', () => {
  it('answers 404 to a span of another project', async () => {
    const server = await startTestServer({ env: { API_KEYS: 'project-dev,project-other' } });
    await server.post('/api/ingest', { spans: [aSpan()] });

    expect((await server.get('/api/spans/s1')).status).toBe(200);
    expect((await server.get('/api/spans/s1', { key: 'project-other' })).status).toBe(404);
  });
});

describe('PATCH /api/spans/{id}/complete', () => {
  it('finishes a span with the fields of the founding call', async () => {
    const server = await startTestServer();
    await server.post('/api/ingest', { traces: [aTrace()], spans: [aSpan({ end_time: undefined })] });

    const fields = {
      output_data: { text: 'hi' },
      tokens_input: 3,
      tokens_output: 4,
      cost_usd: 0.5,
      metadata: { a: 1 },
    };
    const reply = await server.patch('/api/spans/s1/complete', fields);

    expect(reply.body).toEqual({ span_id: 's1', status: 'completed' });
    expect((await server.get('/api/spans/s1')).body).toMatchObject({ ...fields, status: 'ok', end_time: now });
  });

  it('keeps an error, and the span and its trace count as failed', async () => {
    const server = await startTestServer();
    await server.post('/api/traces', { name: 'answer', trace_id: 't1' });
    await server.post('/api/traces/t1/spans', { name: 'chat', span_type: 'llm', span_id: 's1' });

    await server.patch('/api/spans/s1/complete', { error: 'out of luck' });

    expect((await server.get('/api/spans/s1')).body).toMatchObject({ status: 'error', error: 'out of luck' });
    expect((await server.get('/api/traces/t1')).body.trace).toMatchObject({ error_count: 1 });
  });

  it('takes a request without a body', async () => {
    const server = await startTestServer();
    await server.post('/api/ingest', { spans: [aSpan({ end_time: undefined })] });

    expect((await server.call('PATCH', '/api/spans/s1/complete')).status).toBe(200);
    expect((await server.get('/api/spans/s1')).body.end_time).toBe(now);
  });

  it('answers 404 to an unknown span, and to one of another project', async () => {
    const server = await startTestServer({ env: { API_KEYS: 'project-dev,project-other' } });
    await server.post('/api/ingest', { spans: [aSpan()] });

    expect((await server.patch('/api/spans/nope/complete', {})).status).toBe(404);
    expect((await server.patch('/api/spans/s1/complete', { error: 'x' }, { key: 'project-other' })).status).toBe(404);
    expect((await server.get('/api/spans/s1')).body.status).toBe('ok');
  });
});
