import { describe, expect, it } from 'vitest';
import { call, deployment, get, newTraceId, post } from './client.ts';

const guarded = [
  ['GET', '/api/me'],
  ['GET', '/api/traces'],
  ['GET', '/api/stats'],
  ['GET', '/api/export'],
  ['POST', '/api/ingest'],
  ['POST', '/api/traces'],
  ['DELETE', `/api/traces/${newTraceId()}`],
] as const;

describe('a request', () => {
  it.each(guarded)('without a key is refused: %s %s', async (method, path) => {
    const { status, headers, body } = await call(method, path, {
      key: null,
      ...(method === 'POST' ? { body: {} } : {}),
    });

    expect(status).toBe(401);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body.detail).toEqual(expect.any(String));
  });

  it.each(guarded)('with a wrong key is refused, and the key is not repeated: %s %s', async (method, path) => {
    const wrong = `wrong-${newTraceId()}`;

    const { status, text } = await call(method, path, { key: wrong, ...(method === 'POST' ? { body: {} } : {}) });

    expect(status).toBe(401);
    expect(text).not.toContain(wrong);
  });

  it('may carry its key as a bearer token', async () => {
    const { status } = await get('/api/me', { key: null, headers: { authorization: `Bearer ${deployment.key}` } });

    expect(status).toBe(200);
  });

  it('for another project than the key belongs to is refused', async () => {
    const { status } = await post('/api/traces', { name: 'theirs', project_id: `not-${newTraceId()}` });

    expect(status).toBe(403);
  });

  it('for the health of the service needs no key', async () => {
    const { status, body } = await get('/health', { key: null });

    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'healthy', storage: 'dynamodb', wire_version: 1 });
  });

  it('for the metrics of the whole server is not served by a project’s key', async () => {
    const { status } = await get('/metrics');

    expect([401, 403, 404]).toContain(status);
  });
});
