import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { aSpan, startTestServer } from './test-server.ts';

const secret = 'scrape-me-if-you-can';
const bearer = (token: string) => ({ key: null, headers: { authorization: `Bearer ${token}` } });
const public_ = { HOST: '0.0.0.0', API_KEYS: 'shop:s3cret' };

describe('GET /metrics', () => {
  it('counts requests by route and status, elements by outcome, and what is stored', async () => {
    const server = await startTestServer();
    await server.post('/api/ingest', { spans: [aSpan(), aSpan({ span_id: 's2' }), { span_id: 'bad' }] });
    await server.get('/api/traces/nope');

    const { text, headers } = await server.get('/metrics', { key: null });

    expect(headers['content-type']).toContain('text/plain; version=0.0.4');
    for (const line of [
      'llm_tracer_http_requests_total{method="POST",route="/api/ingest",status="200"} 1',
      'llm_tracer_http_requests_total{method="GET",route="/api/traces/:trace_id",status="404"} 1',
      'llm_tracer_ingest_elements_total{kind="span",outcome="accepted"} 2',
      'llm_tracer_ingest_elements_total{kind="span",outcome="rejected"} 1',
      'llm_tracer_stored_spans 2',
      'llm_tracer_store_seconds_count{call="ingest"} 1',
    ])
      expect(text.split('\n')).toContain(line);
    for (const name of ['llm_tracer_store_bytes ', 'nodejs_eventloop_lag_seconds', 'nodejs_heap_size_used_bytes'])
      expect(text).toContain(name);
  });

  it('has no place for what clients make up: unknown addresses are one route', async () => {
    const server = await startTestServer();
    for (const path of ['/a', '/b', '/api/c']) await server.get(path);

    const { text } = await server.get('/metrics', { key: null });

    expect(text).toContain('llm_tracer_http_requests_total{method="GET",route="none",status="404"} 3');
  });

  it('is closed where others can reach the server, until METRICS_KEY is set', async () => {
    const server = await startTestServer({ env: public_ });

    const replies = [await server.get('/metrics', { key: null }), await server.get('/metrics', bearer('s3cret'))];

    expect(replies.map(({ status }) => status)).toEqual([403, 403]);
    expect(replies[0]?.body.detail).toContain('METRICS_KEY');
  });

  it.each([
    ['in clear', secret],
    ['by its hash', `sha256=${createHash('sha256').update(secret).digest('hex')}`],
  ])('opens with METRICS_KEY, configured %s, and with no key of a project', async (_title, METRICS_KEY) => {
    const server = await startTestServer({ env: { ...public_, METRICS_KEY } });

    expect((await server.get('/metrics', bearer(secret))).status).toBe(200);
    for (const wrong of [bearer('s3cret'), bearer(METRICS_KEY.slice(1)), { key: 's3cret' }, { key: null }])
      expect((await server.get('/metrics', wrong)).status).toBe(401);
  });
});
