import { describe, expect, it } from 'vitest';
import { microsOf } from '../../src/domain/time.ts';
import { aSpan, aTrace, now, startTestServer } from './test-server.ts';

describe('POST /api/traces', () => {
  it('creates a trace under the id that was sent', async () => {
    const server = await startTestServer();

    const reply = await server.post('/api/traces', { name: 'answer', trace_id: 't1' });

    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ trace_id: 't1', status: 'created' });
  });

  it('makes a W3C id, and starts now, where the request says neither', async () => {
    const server = await startTestServer();

    const { body } = await server.post('/api/traces', { name: 'answer' });

    expect(body.trace_id).toMatch(/^[0-9a-f]{32}$/);
    const { trace } = (await server.get(`/api/traces/${body.trace_id}`)).body;
    expect(trace).toMatchObject({ name: 'answer', start_time: now, status: 'running', project_id: 'dev' });
  });

  it('keeps every field of the founding call', async () => {
    const server = await startTestServer();
    const fields = {
      name: 'answer',
      metadata: { a: [1, null] },
      tags: ['beta'],
      user_id: 'u',
      session_id: 's',
      input: null,
    };

    await server.post('/api/traces', { ...fields, trace_id: 't1', project_id: 'dev' });

    expect((await server.get('/api/traces/t1')).body.trace).toMatchObject(fields);
  });

  it('keeps fields it does not know in metadata, __proto__ included', async () => {
    const server = await startTestServer();

    await server.post('/api/traces', '{"name":"n","trace_id":"t1","colour":"red","__proto__":{"admin":true}}');

    const { text } = await server.get('/api/traces/t1');
    expect(JSON.parse(text).trace.metadata.colour).toBe('red');
    expect(Object.hasOwn(JSON.parse(text).trace.metadata, '__proto__')).toBe(true);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('merges into a live trace of the same id', async () => {
    const server = await startTestServer();
    await server.post('/api/traces', { name: 'answer', trace_id: 't1', user_id: 'u', start_time: now });

    const again = await server.post('/api/traces', {
      name: 'answer',
      trace_id: 't1',
      session_id: 's',
      start_time: now,
    });

    expect(again.status).toBe(200);
    expect((await server.get('/api/traces/t1')).body.trace).toMatchObject({ user_id: 'u', session_id: 's' });
  });

  it('answers 409 to the id of a deleted trace', async () => {
    const server = await startTestServer();
    await server.post('/api/traces', { name: 'answer', trace_id: 't1' });
    await server.delete('/api/traces/t1');

    const reply = await server.post('/api/traces', { name: 'answer', trace_id: 't1' });

    expect(reply.status).toBe(409);
    expect((await server.get('/api/traces/t1')).status).toBe(404);
  });

  it('answers 403 to a project_id that is not the key’s', async () => {
    const server = await startTestServer();

    const reply = await server.post('/api/traces', { name: 'answer', project_id: 'other' });

    expect(reply.status).toBe(403);
    expect(reply.body.detail).toContain('dev');
  });

  it.each([
    ['expired', '2020-01-01T00:00:00Z', 'RETENTION_DAYS (90)'],
    ['in the future', '2026-03-06T00:00:00Z', '24 hours'],
  ])('answers 422 to a start that is %s', async (_title, start_time, reason) => {
    const server = await startTestServer();

    const reply = await server.post('/api/traces', { name: 'answer', start_time });

    expect(reply.status).toBe(422);
    expect(reply.body.detail).toContain(reason);
  });

  it('names each field that is wrong', async () => {
    const server = await startTestServer();

    const reply = await server.post('/api/traces', { tags: ['a', 5], user_id: 'x'.repeat(256) });

    expect(reply.status).toBe(422);
    expect(reply.body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['name', 'tags.1', 'user_id']);
    expect(reply.body.detail).toContain('name: is required');
  });
});

describe('PATCH /api/traces/{id}/complete', () => {
  it('finishes a trace with its output', async () => {
    const server = await startTestServer();
    await server.post('/api/traces', { name: 'answer', trace_id: 't1', start_time: '2026-03-04T05:06:05Z' });

    const reply = await server.patch('/api/traces/t1/complete', { output: { text: 'hi' }, metadata: { a: 1 } });

    expect(reply.body).toEqual({ trace_id: 't1', status: 'completed' });
    expect((await server.get('/api/traces/t1')).body.trace).toMatchObject({
      status: 'ok',
      end_time: now,
      duration_ms: 2000,
      output: { text: 'hi' },
      metadata: { a: 1 },
    });
  });

  it.each([
    ['{}', { body: {} }],
    ['no body', {}],
    ['an empty body of JSON', { body: '' }],
  ])('takes %s', async (_title, options) => {
    const server = await startTestServer();
    await server.post('/api/traces', { name: 'answer', trace_id: 't1' });

    const reply = await server.call('PATCH', '/api/traces/t1/complete', options);

    expect(reply.status).toBe(200);
    expect((await server.get('/api/traces/t1')).body.trace.end_time).toBe(now);
  });

  it('answers 404 to an unknown id', async () => {
    const server = await startTestServer();

    expect((await server.patch('/api/traces/nope/complete', {})).status).toBe(404);
  });
});

describe('GET /api/traces/{id}', () => {
  it('answers the trace with its spans in order, its totals and its scores', async () => {
    const server = await startTestServer();
    await server.post('/api/ingest', {
      traces: [aTrace()],
      spans: [
        aSpan({ span_id: 's2', start_time: '2026-03-04T05:00:01Z', tokens_output: 5, cost_usd: 0.25 }),
        aSpan({ span_id: 's1', tokens_input: 7 }),
      ],
      scores: [{ score_id: 'c1', trace_id: 't1', name: 'good', value: true, created_at: '2026-03-04T05:01:00Z' }],
    });

    const { body } = await server.get('/api/traces/t1');

    expect(body.spans.map(({ span_id }: { span_id: string }) => span_id)).toEqual(['s1', 's2']);
    expect(body).toMatchObject({ span_count: 2, has_more: false, next_cursor: null });
    expect(body.trace).toMatchObject({ tokens_input: 7, tokens_output: 5, total_cost: 0.25 });
    expect(body.scores).toMatchObject([{ score_id: 'c1', value: true }]);
  });

  it('pages the spans by limit and cursor', async () => {
    const server = await startTestServer();
    const ids = ['s1', 's2', 's3'];
    await server.post('/api/ingest', { spans: ids.map((span_id) => aSpan({ span_id })) });

    const first = (await server.get('/api/traces/t1?limit=2')).body;
    const second = (await server.get(`/api/traces/t1?limit=2&cursor=${first.next_cursor}`)).body;

    expect([first.has_more, second.has_more]).toEqual([true, false]);
    expect([...first.spans, ...second.spans].map(({ span_id }: { span_id: string }) => span_id)).toEqual(ids);
  });

  it('leaves out payloads where it is asked to', async () => {
    const server = await startTestServer();
    await server.post('/api/ingest', {
      traces: [aTrace({ input: 1 })],
      spans: [aSpan({ input_data: 1, metadata: { a: 1 } })],
    });

    const { trace, spans } = (await server.get('/api/traces/t1?payloads=false')).body;

    expect(trace).not.toHaveProperty('input');
    expect(spans[0]).not.toHaveProperty('input_data');
    expect(spans[0]).not.toHaveProperty('metadata');
  });

  it.each([
    ['404 to an id of another project', '/api/traces/t1', 404, 'project-other'],
    ['404 to an unknown id', '/api/traces/nope', 404, 'project-dev'],
    ['422 to an id that none can have', `/api/traces/${'x'.repeat(101)}`, 422, 'project-dev'],
    ['422 to a limit out of range', '/api/traces/t1?limit=5001', 422, 'project-dev'],
  ])('answers %s', async (_title, url, status, key) => {
    const server = await startTestServer({ env: { API_KEYS: 'project-dev,project-other' } });
    await server.post('/api/traces', { name: 'answer', trace_id: 't1' });

    expect((await server.get(url, { key })).status).toBe(status);
  });
});

describe('GET /api/traces', () => {
  const listed = async (query: string, traces: readonly object[]) => {
    const server = await startTestServer();
    await server.post('/api/ingest', { traces });
    const { body } = await server.get(`/api/traces?${query}`);
    return body.traces.map(({ trace_id }: { trace_id: string }) => trace_id);
  };

  it('lists newest first', async () => {
    const traces = [aTrace({ trace_id: 'old' }), aTrace({ trace_id: 'new', start_time: '2026-03-04T05:01:00Z' })];

    expect(await listed('', traces)).toEqual(['new', 'old']);
  });

  it.each([
    ['from=-1h', { start_time: '2026-03-04T04:30:00Z' }, { start_time: '2026-03-04T04:00:00Z' }],
    ['from=2026-03-04T04:30:00Z', { start_time: '2026-03-04T04:30:00Z' }, { start_time: '2026-03-04T04:29:59Z' }],
    ['to=-1h', { start_time: '2026-03-04T04:00:00Z' }, { start_time: '2026-03-04T04:30:00Z' }],
    ['from=-999999w', {}, undefined],
    ['user_id=u', { user_id: 'u' }, { user_id: 'v' }],
    ['session_id=s', { session_id: 's' }, {}],
    ['tags=a,b', { tags: ['b', 'c'] }, { tags: ['c'] }],
    ['name=one', { name: 'one' }, { name: 'two' }],
    ['status=error', { status: 'error' }, { status: 'ok' }],
    ['environment=prod', { environment: 'prod' }, { environment: 'dev' }],
    ['release=1.2', { release: '1.2' }, {}],
    ['min_duration_ms=2000.5', { end_time: '2026-03-04T05:00:03Z' }, {}],
  ])('filters by %s', async (query, matching, other) => {
    const traces = [aTrace({ trace_id: 'yes', ...matching }), ...(other ? [aTrace({ trace_id: 'no', ...other })] : [])];

    expect(await listed(query, traces)).toEqual(['yes']);
  });

  it('filters by model and cost, which come from the spans', async () => {
    const server = await startTestServer();
    await server.post('/api/ingest', {
      spans: [
        aSpan({ trace_id: 'yes', span_id: 'a', model: 'm', cost_usd: 2 }),
        aSpan({ trace_id: 'no', span_id: 'b', model: 'n', cost_usd: 1 }),
      ],
    });

    for (const query of ['model=m', 'min_cost=1.5']) {
      const { traces } = (await server.get(`/api/traces?${query}`)).body;
      expect(traces.map(({ trace_id }: { trace_id: string }) => trace_id)).toEqual(['yes']);
    }
  });

  it.each([
    ['score=good', ['a', 'b', 'c']],
    ['score=good>%3D0.5', ['a', 'b']],
    ['score=good<0.5', ['c']],
    ['score=good%3D0.5', ['b']],
    ['score=tone%3Dcalm', ['c']],
    ['score=fine%3Dtrue', ['a']],
    ['score=bad', []],
  ])('filters by %s', async (query, expected) => {
    const server = await startTestServer();
    const aScore = (trace_id: string, name: string, value: unknown) => ({
      score_id: `${trace_id}-${name}`,
      trace_id,
      name,
      value,
      created_at: now,
    });
    await server.post('/api/ingest', {
      traces: ['a', 'b', 'c', 'd'].map((trace_id) => aTrace({ trace_id })),
      scores: [
        aScore('a', 'good', 0.75),
        aScore('b', 'good', 0.5),
        aScore('c', 'good', -1),
        aScore('c', 'tone', 'calm'),
        aScore('a', 'fine', true),
        aScore('d', 'fine', false),
      ],
    });

    const { traces } = (await server.get(`/api/traces?${query}`)).body;

    expect(traces.map(({ trace_id }: { trace_id: string }) => trace_id).sort()).toEqual(expected);
  });

  it.each([
    ['duration', ['b', 'c', 'a', 'd']],
    ['cost', ['a', 'd', 'c', 'b']],
    ['time', ['d', 'c', 'b', 'a']],
  ])('sorts by %s over pages', async (sort, expected) => {
    const server = await startTestServer();
    await server.post('/api/ingest', {
      traces: [
        aTrace({ trace_id: 'a', end_time: '2026-03-04T05:00:01Z' }),
        aTrace({ trace_id: 'b', end_time: '2026-03-04T05:00:03Z' }),
        aTrace({ trace_id: 'c', end_time: '2026-03-04T05:00:02Z' }),
        aTrace({ trace_id: 'd', end_time: undefined }),
      ],
      spans: [aSpan({ trace_id: 'a', cost_usd: 2 })],
    });

    const first = (await server.get(`/api/traces?sort=${sort}&limit=3`)).body;
    const second = (await server.get(`/api/traces?sort=${sort}&limit=3&cursor=${first.next_cursor}`)).body;

    const traces = [...first.traces, ...second.traces];
    expect(traces.map(({ trace_id }: { trace_id: string }) => trace_id)).toEqual(expected);
    expect((await server.get(`/api/traces?limit=3&cursor=${first.next_cursor}`)).status).toBe(
      sort === 'time' ? 200 : 422,
    );
  });

  it('pages without skipping or repeating', async () => {
    const server = await startTestServer();
    const ids = ['a', 'b', 'c', 'd', 'e'];
    await server.post('/api/ingest', { traces: ids.map((trace_id) => aTrace({ trace_id })) });

    const seen: string[] = [];
    let query = '?limit=2';
    for (;;) {
      const { traces, next_cursor, has_more, count } = (await server.get(`/api/traces${query}`)).body;
      seen.push(...traces.map(({ trace_id }: { trace_id: string }) => trace_id));
      expect(count).toBe(traces.length);
      expect(has_more).toBe(next_cursor !== null);
      if (!has_more) break;
      query = `?limit=2&cursor=${next_cursor}`;
    }

    expect(seen).toEqual([...ids].reverse());
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=ten', 'limit'],
    ['from=yesterday', 'from'],
    ['status=bad', 'status'],
    ['min_cost=-1', 'min_cost'],
    ['user_id=a&user_id=b', 'user_id'],
    ['cursor=made-up', 'cursor'],
    ['q=text', 'q'],
    ['score=%3D1', 'score'],
    ['score=tone>%3Dcalm', 'score'],
    ['sort=name', 'sort'],
  ])('answers 422 to ?%s, naming %s', async (query, path) => {
    const server = await startTestServer();
    await server.post('/api/traces', { name: 'answer' });

    const reply = await server.get(`/api/traces?${query}`);

    expect(reply.status).toBe(422);
    expect(reply.body.errors).toMatchObject([{ path }]);
  });

  it('answers 422 to a parameter it does not know, so that a misspelt filter does not answer with everything', async () => {
    const server = await startTestServer();

    const reply = await server.get('/api/traces?userid=u');

    expect(reply.status).toBe(422);
    expect(reply.body.detail).toContain('userid');
  });

  it('pages on under a relative bound, though the clock goes on', async () => {
    const clock = { micros: microsOf(now) };
    const server = await startTestServer({ clock: () => clock.micros });
    const ids = ['a', 'b', 'c'];
    await server.post('/api/ingest', { traces: ids.map((trace_id) => aTrace({ trace_id })) });
    const { next_cursor } = (await server.get('/api/traces?limit=2&from=-24h')).body;

    clock.micros += 5_000_000;
    const rest = (await server.get(`/api/traces?limit=2&from=-24h&cursor=${next_cursor}`)).body;

    expect(rest).toMatchObject({ traces: [{ trace_id: 'a' }], has_more: false });
  });

  it('answers 422 to a cursor of another project', async () => {
    const server = await startTestServer({ env: { API_KEYS: 'project-dev,project-other' } });
    const traces = [aTrace({ trace_id: 'a' }), aTrace({ trace_id: 'b' })];
    await server.post('/api/ingest', { traces });
    await server.post('/api/ingest', { traces }, { key: 'project-other' });
    const { next_cursor } = (await server.get('/api/traces?limit=1')).body;

    const reply = await server.get(`/api/traces?limit=1&cursor=${next_cursor}`, { key: 'project-other' });

    expect(reply.status).toBe(422);
  });
});

describe('DELETE /api/traces/{id}', () => {
  it('removes the trace with its spans and takes it out of the totals', async () => {
    const server = await startTestServer();
    await server.post('/api/ingest', { traces: [aTrace()], spans: [aSpan({ tokens_input: 3 })] });

    const reply = await server.delete('/api/traces/t1');

    expect([reply.status, reply.text]).toEqual([204, '']);
    expect((await server.get('/api/traces/t1')).status).toBe(404);
    expect((await server.get('/api/spans/s1')).status).toBe(404);
    expect((await server.get('/api/stats')).body).toMatchObject({ total_traces: 0, total_spans: 0, total_tokens: 0 });
  });

  it('answers 404 to an unknown id', async () => {
    const server = await startTestServer();

    expect((await server.delete('/api/traces/nope')).status).toBe(404);
  });
});
