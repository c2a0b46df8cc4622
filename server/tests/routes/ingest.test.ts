import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { aSpan, aTrace, startTestServer } from './test-server.ts';

const aScore = (fields = {}) => ({
  score_id: 'c1',
  trace_id: 't1',
  name: 'helpful',
  value: 0.5,
  created_at: '2026-03-04T05:02:00Z',
  ...fields,
});

const manyReasons = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`reason_${i}`, 'no number']));

describe('POST /api/ingest', () => {
  it('stores traces, spans and scores together and says how many', async () => {
    const server = await startTestServer();

    const reply = await server.post('/api/ingest', {
      batch_id: 'b',
      traces: [aTrace()],
      spans: [aSpan()],
      scores: [aScore()],
    });

    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ accepted: 3, rejected: [] });
    const { trace, spans, scores } = (await server.get('/api/traces/t1')).body;
    expect([trace.name, spans.length, scores.length]).toEqual(['answer', 1, 1]);
  });

  it.each([
    ['zstd', zstdCompressSync],
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['identity', (text: string) => Buffer.from(text)],
    ['ZSTD', zstdCompressSync],
  ])('reads a body whose Content-Encoding is %s', async (encoding, compress) => {
    const server = await startTestServer();

    const reply = await server.post('/api/ingest', compress(JSON.stringify({ spans: [aSpan({ name: 'é😀' })] })), {
      headers: { 'content-encoding': encoding },
    });

    expect(reply.body).toEqual({ accepted: 1, rejected: [] });
    expect((await server.get('/api/spans/s1')).body.name).toBe('é😀');
  });

  it.each([
    ['an empty batch', {}],
    ['null for each list', { batch_id: null, sdk: null, traces: null, spans: null, scores: null, dropped: null }],
    ['fields that it does not know', { later: [1], traces: [] }],
  ])('accepts %s', async (_title, batch) => {
    const server = await startTestServer();

    expect((await server.post('/api/ingest', batch)).body).toEqual({ accepted: 0, rejected: [] });
  });

  it('rejects a bad element with its place, kind, id and reason, and keeps its neighbours', async () => {
    const server = await startTestServer();

    const reply = await server.post('/api/ingest', {
      traces: [aTrace({ tags: 'x' }), aTrace()],
      spans: [aSpan(), aSpan({ span_id: 's2', name: 'x'.repeat(256) }), aSpan({ span_id: 'not an id' }), null, 5],
      scores: [aScore({ value: {} })],
    });

    expect(reply.status).toBe(200);
    expect(reply.body.accepted).toBe(2);
    expect(reply.body.rejected).toMatchObject([
      { index: 0, kind: 'trace', id: 't1', detail: expect.stringContaining('tags') },
      { index: 1, kind: 'span', id: 's2', detail: expect.stringMatching(/name: .*255/) },
      { index: 2, kind: 'span', detail: expect.stringContaining('span_id') },
      { index: 3, kind: 'span', detail: expect.stringContaining('object') },
      { index: 4, kind: 'span' },
      { index: 0, kind: 'score', id: 'c1', detail: expect.stringContaining('value') },
    ]);
    expect((await server.get('/api/traces/t1')).body.span_count).toBe(1);
  });

  it.each(['trace_id', 'span_id', 'name', 'start_time'])('requires %s of a span', async (field) => {
    const server = await startTestServer();

    const { body } = await server.post('/api/ingest', { spans: [aSpan({ [field]: undefined })] });

    expect(body.rejected).toMatchObject([{ index: 0, kind: 'span', detail: `${field}: is required` }]);
  });

  it('rejects what has expired, comes from the future or stands under another trace, by its place in the batch', async () => {
    const server = await startTestServer();
    await server.post('/api/ingest', { spans: [aSpan({ span_id: 'taken' })] });

    const { body } = await server.post('/api/ingest', {
      spans: [
        aSpan({ name: '' }),
        aSpan({ span_id: 'old', trace_id: 'old', start_time: '2020-01-01T00:00:00Z' }),
        aSpan({ span_id: 'fine' }),
        aSpan({ span_id: 'ahead', start_time: '2026-03-06T00:00:00Z' }),
        aSpan({ span_id: 'taken', trace_id: 't2' }),
      ],
    });

    expect(body.accepted).toBe(1);
    const told = body.rejected.map(({ index, id }: { index: number; id: string }) => [index, id]);
    expect(told.sort()).toEqual([
      [0, 's1'],
      [1, 'old'],
      [3, 'ahead'],
      [4, 'taken'],
    ]);
  });

  it('counts what a deleted trace swallows as accepted', async () => {
    const server = await startTestServer();
    await server.post('/api/ingest', { traces: [aTrace()] });
    await server.delete('/api/traces/t1');

    const { body } = await server.post('/api/ingest', { traces: [aTrace()], spans: [aSpan()] });

    expect(body).toEqual({ accepted: 2, rejected: [] });
    expect((await server.get('/api/traces/t1')).status).toBe(404);
  });

  it('leaves the same state when it is sent again', async () => {
    const server = await startTestServer();
    const batch = { traces: [aTrace()], spans: [aSpan({ tokens_input: 5, cost_usd: 0.1 })], scores: [aScore()] };
    await server.post('/api/ingest', { batch_id: '1', ...batch });
    const before = [(await server.get('/api/traces/t1')).body, (await server.get('/api/stats')).body];

    await server.post('/api/ingest', { batch_id: '2', ...batch });

    expect([(await server.get('/api/traces/t1')).body, (await server.get('/api/stats')).body]).toEqual(before);
  });

  it('keeps the greatest count of what an SDK dropped, for each instance and reason', async () => {
    const server = await startTestServer();
    const report = (instance: string | undefined, dropped: object) =>
      server.post('/api/ingest', { sdk: { name: 'x', version: '1', instance }, dropped });

    await report('a', { queue_full: 5 });
    await report('a', { queue_full: 3, too_large: 1 });
    await report('b', { queue_full: 2 });
    await report(undefined, { queue_full: 100 });

    expect((await server.get('/api/stats')).body.dropped).toEqual({ queue_full: 7, too_large: 1 });
  });

  it('answers 413 to more than MAX_BATCH_ELEMENTS elements over the three lists, naming the limit', async () => {
    const server = await startTestServer({ env: { MAX_BATCH_ELEMENTS: '2' } });

    const fits = await server.post('/api/ingest', { traces: [aTrace()], spans: [aSpan()] });
    const over = await server.post('/api/ingest', { traces: [aTrace()], spans: [aSpan()], scores: [aScore()] });

    expect(fits.status).toBe(200);
    expect(over.status).toBe(413);
    expect(over.body.detail).toContain('MAX_BATCH_ELEMENTS (2)');
    expect((await server.get('/api/traces/t1')).body.scores).toEqual([]);
  });

  it('rejects an element with a payload over MAX_PAYLOAD_BYTES, and keeps its neighbours whole', async () => {
    const server = await startTestServer({ env: { MAX_PAYLOAD_BYTES: '2000' } });
    const fits = 'é'.repeat(999);

    const { body } = await server.post('/api/ingest', {
      spans: [aSpan({ span_id: 'fits', input_data: fits }), aSpan({ span_id: 'over', output_data: `${fits}x` })],
    });

    expect(body.accepted).toBe(1);
    expect(body.rejected).toMatchObject([
      { index: 1, id: 'over', detail: expect.stringMatching(/^output_data: 2001 bytes .*MAX_PAYLOAD_BYTES \(2000\)/) },
    ]);
    expect((await server.get('/api/spans/fits')).body.input_data).toBe(fits);
  });

  it.each([
    ['an exponent', '1e999'],
    ['a negative one', '-1E+400'],
    ['400 digits', '9'.repeat(400)],
  ])('rejects an element with a number beyond a double (%s), saying where it stands', async (_title, number) => {
    const server = await startTestServer();
    const span = JSON.stringify(aSpan({ span_id: 's2' })).slice(0, -1);

    const { body } = await server.post(
      '/api/ingest',
      `{"spans":[${JSON.stringify(aSpan())},${span},"input_data":{"a":[1,${number}]}}]}`,
    );

    expect(body.accepted).toBe(1);
    expect(body.rejected).toMatchObject([{ index: 1, id: 's2', detail: expect.stringContaining('input_data.a.1: ') }]);
  });

  it('keeps numbers with exponents that a double can hold', async () => {
    const server = await startTestServer();

    await server.post('/api/ingest', { spans: [aSpan({ input_data: [1e300, 5e-324, -1.5e-7] })] });

    expect((await server.get('/api/spans/s1')).body.input_data).toEqual([1e300, 5e-324, -1.5e-7]);
  });

  it.each([
    ['spans that are no list', { spans: {} }, 'spans'],
    ['a drop count below nothing', { dropped: { queue_full: -1 } }, 'dropped.queue_full'],
    ['drop counts of more reasons than there can be', { dropped: manyReasons }, 'dropped'],
    ['an SDK that is no object', { sdk: 'x' }, 'sdk'],
    ['a body that is a list', [], ''],
  ])('answers 422 to %s', async (_title, batch, path) => {
    const server = await startTestServer();

    const reply = await server.post('/api/ingest', batch);

    expect(reply.status).toBe(422);
    expect(reply.body.errors).toMatchObject([{ path }]);
  });

  it('keeps the projects apart, also under the same ids', async () => {
    const server = await startTestServer({ env: { API_KEYS: 'project-dev,project-other' } });
    await server.post('/api/ingest', { traces: [aTrace()], spans: [aSpan({ output_data: 'mine' })] });

    await server.post(
      '/api/ingest',
      { traces: [aTrace({ project_id: 'dev' })], spans: [aSpan({ output_data: 'theirs', project_id: 'dev' })] },
      { key: 'project-other' },
    );

    expect((await server.get('/api/spans/s1')).body).toMatchObject({ output_data: 'mine', project_id: 'dev' });
    const other = (await server.get('/api/spans/s1', { key: 'project-other' })).body;
    expect(other).toMatchObject({ output_data: 'theirs', project_id: 'other' });
  });
});

it('passes over a drop reason that is __proto__', async () => {
  const server = await startTestServer();

  const reply = await server.post('/api/ingest', '{"sdk":{"instance":"i"},"dropped":{"__proto__":{"a":1},"full":2}}');

  expect(reply.status).toBe(200);
  expect((await server.get('/api/stats')).body.dropped).toEqual({ full: 2 });
});
