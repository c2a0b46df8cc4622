import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { aSpan, aTrace, startTestServer } from './test-server.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const env = {
  API_KEYS: `project-dev,shop:all-of-it,shop:write-only:ingest,shop:read-only:read,shop:sha256=${sha256('hashed')}:read`,
};

describe('keys', () => {
  it.each([
    ['X-API-Key', { 'x-api-key': 'all-of-it' }],
    ['Authorization: Bearer', { authorization: 'Bearer all-of-it' }],
    ['authorization: bearer', { authorization: 'bearer all-of-it' }],
  ])('are read from %s', async (_title, headers) => {
    const server = await startTestServer({ env });

    expect((await server.get('/api/me', { key: null, headers })).body.project_id).toBe('shop');
  });

  it('of a project-ID form belong to the project ID', async () => {
    const server = await startTestServer({ env });

    expect((await server.get('/api/me')).body).toMatchObject({
      project_id: 'dev',
      scopes: ['ingest', 'read', 'admin'],
    });
  });

  it('that are configured by their hash are presented in clear', async () => {
    const server = await startTestServer({ env });

    expect((await server.get('/api/me', { key: 'hashed' })).body).toMatchObject({
      project_id: 'shop',
      scopes: ['read'],
    });
    expect((await server.get('/api/me', { key: sha256('hashed') })).status).toBe(401);
  });

  it.each([
    ['none', {}],
    ['an empty one', { 'x-api-key': '' }],
    ['a wrong one', { 'x-api-key': 'all-of-i' }],
    ['a whole entry of API_KEYS', { 'x-api-key': 'shop:all-of-it' }],
    ['two at once', { 'x-api-key': 'all-of-it, all-of-it' }],
    ['a wrong one beside a right one', { 'x-api-key': 'wrong', authorization: 'Bearer all-of-it' }],
    ['another scheme', { authorization: 'Basic all-of-it' }],
  ])('are required: %s is answered with 401 that does not repeat it', async (_title, headers) => {
    const server = await startTestServer({ env });

    const reply = await server.get('/api/stats', { key: null, headers });

    expect(reply.status).toBe(401);
    expect(reply.headers['www-authenticate']).toBe('Bearer');
    expect(reply.text).not.toContain('all-of-i');
  });

  it('are checked before a body is read', async () => {
    const server = await startTestServer({ env });

    expect((await server.post('/api/ingest', '{"broken', { key: 'wrong' })).status).toBe(401);
    expect((await server.post('/api/ingest', '{"broken', { key: 'read-only' })).status).toBe(403);
  });
});

describe('scopes', () => {
  const reads = [
    '/api/traces',
    '/api/traces/t1',
    '/api/spans/s1',
    '/api/sessions',
    '/api/sessions/c1',
    '/api/users',
    '/api/stats',
    '/api/stats/counts',
    '/api/stats/timeseries',
  ].map((url) => ['GET', url] as const);
  const writes = [
    ['POST', '/api/traces'],
    ['POST', '/api/traces/t1/spans'],
    ['POST', '/api/traces/t1/scores'],
    ['PATCH', '/api/traces/t1/complete'],
    ['PATCH', '/api/spans/s1/complete'],
    ['POST', '/api/ingest'],
  ] as const;
  const deletes = [
    ['DELETE', '/api/traces/t1'],
    ['DELETE', '/api/users/ada'],
  ] as const;

  it.each([
    { key: 'write-only', refused: [...reads, ...deletes], allowed: writes },
    { key: 'read-only', refused: [...writes, ...deletes], allowed: reads },
    { key: 'all-of-it', refused: [], allowed: [...reads, ...writes, ...deletes] },
  ])('of the key $key are all that it may do', async ({ key, refused, allowed }) => {
    const server = await startTestServer({ env });
    await server.post(
      '/api/ingest',
      { traces: [aTrace({ session_id: 'c1' })], spans: [aSpan()] },
      { key: 'all-of-it' },
    );
    const statusOf = async ([method, url]: readonly ['GET' | 'POST' | 'PATCH' | 'DELETE', string]) =>
      (await server.call(method, url, { key, ...(method === 'GET' ? {} : { body: {} }) })).status;

    for (const call of refused) expect([...call, await statusOf(call)]).toEqual([...call, 403]);
    for (const call of allowed) expect([200, 204, 422]).toContain(await statusOf(call));
  });

  it.each(['write-only', 'read-only', 'all-of-it'])('let the key %s ask what it is', async (key) => {
    const server = await startTestServer({ env });

    expect((await server.get('/api/me', { key })).status).toBe(200);
  });

  it('refuse HEAD where they refuse GET', async () => {
    const server = await startTestServer({ env });

    expect((await server.call('HEAD', '/api/stats', { key: 'write-only' })).status).toBe(403);
    expect((await server.call('HEAD', '/api/stats', { key: 'read-only' })).status).toBe(200);
  });
});

describe('API_KEY_REQUIRED=false', () => {
  it('serves the project of DEFAULT_PROJECT_KEY without a key', async () => {
    const server = await startTestServer({ env: { API_KEY_REQUIRED: 'false', DEFAULT_PROJECT_KEY: 'project-open' } });

    expect((await server.get('/api/me', { key: null })).body.project_id).toBe('open');
  });

  it('still refuses a wrong key, rather than to serve another project than was meant', async () => {
    const server = await startTestServer({ env: { API_KEY_REQUIRED: 'false' } });

    expect((await server.get('/api/me', { key: 'wrong' })).status).toBe(401);
  });
});
