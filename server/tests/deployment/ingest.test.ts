import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { aSpan, aTrace, aUserOfItsOwn, call, get, ingest, newTraceId, post } from './client.ts';

const user_id = aUserOfItsOwn();

describe('a batch', () => {
  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('may be compressed by %s', async (encoding, compress) => {
    const trace = aTrace({ user_id, input: 'x'.repeat(10_000) });
    const batch = { traces: [trace], spans: [aSpan({ trace_id: trace.trace_id })] };

    const answer = await post('/api/ingest', compress(JSON.stringify(batch)), {
      headers: { 'content-encoding': encoding },
    });

    expect(answer.body).toEqual({ accepted: 2, rejected: [] });
    expect((await get(`/api/traces/${trace.trace_id}`)).body.trace.input).toBe('x'.repeat(10_000));
  });

  it('leaves the same state when it is sent again, split otherwise, and in another order', async () => {
    const trace = aTrace({ user_id, output: { answer: 42 } });
    const { trace_id } = trace;
    const parent = aSpan({ trace_id, span_type: 'agent', tokens_input: 99, tokens_output: 9 });
    const children = [1, 2, 3].map((n) =>
      aSpan({ trace_id, parent_span_id: parent.span_id, tokens_input: n, tokens_output: 1, cost_usd: 0.1 }),
    );
    await ingest({ traces: [trace], spans: [parent, ...children] });
    const once = (await get(`/api/traces/${trace_id}`)).body;
    // Each call counts once: the agent repeats what its children used.
    expect(once.trace).toMatchObject({ span_count: 4, tokens_input: 6, tokens_output: 3, total_cost: 0.3 });

    for (const span of [...children].reverse()) await ingest({ batch_id: newTraceId(), spans: [span] });
    await ingest({ spans: [parent], traces: [trace] });

    expect((await get(`/api/traces/${trace_id}`)).body).toEqual(once);
  });

  it('is exact when many write to one trace at once', async () => {
    const trace = aTrace({ user_id });
    const spans = Array.from({ length: 24 }, () =>
      aSpan({ trace_id: trace.trace_id, tokens_input: 5, tokens_output: 1 }),
    );
    await ingest({ traces: [trace] });

    await Promise.all(
      [0, 6, 12, 18].map(async (from) => {
        // A writer that met another one is told to come again, as the SDK does.
        for (;;) {
          const { status } = await post('/api/ingest', { spans: spans.slice(from, from + 6) });
          if (status === 200) return;
          expect(status).toBe(503);
        }
      }),
    );

    expect((await get(`/api/traces/${trace.trace_id}`)).body.trace).toMatchObject({
      span_count: 24,
      tokens_input: 120,
      tokens_output: 24,
    });
  });

  it('with one bad element keeps the others, and says which it was', async () => {
    const trace = aTrace({ user_id });

    const { status, body } = await post('/api/ingest', {
      traces: [trace],
      spans: [aSpan({ trace_id: trace.trace_id }), { span_id: 'no trace' }],
    });

    expect(status).toBe(200);
    expect(body.accepted).toBe(2);
    expect(body.rejected).toEqual([expect.objectContaining({ index: 1, kind: 'span', detail: expect.any(String) })]);
  });

  it('may bring scores before their trace', async () => {
    const trace = aTrace({ user_id });
    const score = { score_id: newTraceId(), trace_id: trace.trace_id, name: 'helpful', value: true };
    await ingest({ scores: [{ ...score, created_at: trace.end_time }] });
    await ingest({ traces: [trace] });

    expect((await get(`/api/traces/${trace.trace_id}`)).body.scores).toEqual([expect.objectContaining(score)]);
  });
});

describe('what is over a limit or malformed is refused with a reason, never with 500', () => {
  const refusals: readonly (readonly [string, () => Promise<{ status: number; body: { detail: string } }>, number])[] =
    [
      ['no JSON', () => post('/api/ingest', '{"traces": ['), 400],
      ['another type', () => post('/api/ingest', '<xml/>', { headers: { 'content-type': 'application/xml' } }), 415],
      ['an unknown compression', () => post('/api/ingest', 'x', { headers: { 'content-encoding': 'br2' } }), 415],
      ['broken gzip', () => post('/api/ingest', 'no gzip', { headers: { 'content-encoding': 'gzip' } }), 400],
      ['1,001 elements', () => post('/api/ingest', { spans: Array.from({ length: 1001 }, () => ({})) }), 413],
      [
        'nesting of 150',
        () => post('/api/traces', `{"name":"deep","input":${'['.repeat(150)}${']'.repeat(150)}}`),
        422,
      ],
      ['a name of 256', () => post('/api/traces', { name: 'x'.repeat(256) }), 422],
      ['a trace without a name', () => post('/api/traces', {}), 422],
      ['limit=0', () => get('/api/traces?limit=0'), 422],
      ['limit=1001', () => get('/api/traces?limit=1001'), 422],
      ['an unknown filter', () => get('/api/traces?usr_id=x'), 422],
      ['a cursor of nobody', () => get('/api/traces?cursor=bm9uZQ'), 422],
      ['an unknown address', () => get('/api/nothing'), 404],
    ];

  it.each(refusals)('%s', async (_title, request, expected) => {
    const { status, body } = await request();

    expect(status).toBe(expected);
    expect(body.detail.length).toBeGreaterThan(10);
  });

  it('a body beyond the 6 MB that Lambda takes', async () => {
    const { status } = await call('POST', '/api/traces', { body: { name: 'large', input: 'x'.repeat(7_000_000) } });

    expect(status).toBe(413);
  });
});
