import { describe, expect, it } from 'vitest';
import { aSpan, aTrace, now, startTestServer } from './test-server.ts';

describe('GET /health', () => {
  it('is open, and says what serves', async () => {
    const server = await startTestServer();

    const reply = await server.get('/health', { key: null });

    expect(reply.body).toMatchObject({ status: 'healthy', wire_version: 1, storage: 'sqlite', timestamp: now });
  });
});

describe('GET /api/me', () => {
  it('tells the limits in force', async () => {
    const server = await startTestServer({ env: { MAX_BATCH_ELEMENTS: '7', RETENTION_DAYS: '3' } });

    expect((await server.get('/api/me')).body.limits).toEqual({
      max_body_bytes: 16 * 2 ** 20,
      max_decompressed_bytes: 64 * 2 ** 20,
      max_batch_elements: 7,
      max_payload_bytes: 10 * 2 ** 20,
      max_json_depth: 100,
      retention_days: 3,
    });
  });
});

describe('GET /api/stats', () => {
  it('sums over the traces of the project', async () => {
    const server = await startTestServer({ env: { API_KEYS: 'project-dev,project-other' } });
    await server.post('/api/ingest', {
      traces: [aTrace()],
      spans: [aSpan({ tokens_input: 5, tokens_output: 2, cost_usd: 0.25 }), aSpan({ span_id: 's2', error: 'no' })],
    });
    await server.post('/api/ingest', { spans: [aSpan()] }, { key: 'project-other' });

    expect((await server.get('/api/stats')).body).toEqual({
      total_traces: 1,
      total_spans: 2,
      total_tokens: 7,
      total_cost: 0.25,
      total_errors: 1,
      dropped: {},
    });
  });
});

describe('GET /', () => {
  it('shows a page that may run no script', async () => {
    const server = await startTestServer();

    const reply = await server.get('/', { key: null });

    expect(reply.headers['content-type']).toContain('text/html');
    expect(reply.headers['content-security-policy']).toContain("default-src 'none'");
    expect(reply.text).toContain('href="/docs"');
    expect(reply.text).not.toContain('<script');
  });
});

describe('GET /docs', () => {
  it('shows a page for the API, and does not upgrade to TLS what is served without', async () => {
    const server = await startTestServer();

    const reply = await server.get('/docs/', { key: null });

    expect(reply.status).toBe(200);
    expect(reply.headers['content-security-policy']).toContain("script-src 'self'");
    expect(reply.headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
  });
});

describe('CORS', () => {
  const preflight = {
    origin: 'https://app.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'x-api-key,content-encoding',
  };

  it('lets pages of the configured origins call, without a key in the preflight', async () => {
    const server = await startTestServer({ env: { CORS_ORIGINS: 'https://app.example, https://other.example' } });

    const reply = await server.call('OPTIONS', '/api/ingest', { key: null, headers: preflight });

    expect(reply.status).toBe(204);
    expect(reply.headers['access-control-allow-origin']).toBe('https://app.example');
    expect(String(reply.headers['access-control-allow-headers'])).toMatch(/X-API-Key.*Content-Encoding/);
    expect(String(reply.headers['access-control-allow-methods'])).toContain('PATCH');
  });

  it('names the origin on answers too, errors included', async () => {
    const server = await startTestServer({ env: { CORS_ORIGINS: '*' } });

    const reply = await server.get('/api/stats', { key: null, headers: { origin: 'https://app.example' } });

    expect([reply.status, reply.headers['access-control-allow-origin']]).toEqual([401, '*']);
  });

  it.each([
    ['other origins', { CORS_ORIGINS: 'https://other.example' }],
    ['every origin, where none is configured', {}],
  ])('lets no pages of %s call', async (_title, env) => {
    const server = await startTestServer({ env });

    const reply = await server.call('OPTIONS', '/api/ingest', { key: null, headers: preflight });

    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
  });
});
