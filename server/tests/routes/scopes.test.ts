import { describe, expect, it } from 'vitest';
import { aSpan, aTrace, startTestServer } from './test-server.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

const keys = { ingest: 'write-only', read: 'read-only', admin: 'all-of-it' } as const;
const env = {
  API_KEYS: 'shop:write-only:ingest,shop:read-only:read,shop:all-of-it,shop:second-of-all,rival:rival-key',
};

/** Every route of the API, out of the document that describes them: one that is added is tested. */
async function routesOf(server: Awaited<ReturnType<typeof startTestServer>>): Promise<[Method, string][]> {
  const { paths } = (await server.get('/openapi.json', { key: null })).body;
  return Object.entries(paths)
    .filter(([path]) => path.startsWith('/api/') && path !== '/api/me')
    .flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method): [Method, string] => [
        method.toUpperCase() as Method,
        path
          .replace('{trace_id}', 't1')
          .replace('{span_id}', 's1')
          .replace(/\{\w+\}/, 'x'),
      ]),
    );
}

const accessOf = (method: Method) => (method === 'GET' ? 'read' : method === 'DELETE' ? 'admin' : 'ingest');

describe('the scope of a key', () => {
  it.each(['ingest', 'read'] as const)(
    '%s refuses with 403 all that it does not name, on every route',
    async (scope) => {
      const server = await startTestServer({ env });
      const others = (await routesOf(server)).filter(([method]) => accessOf(method) !== scope);

      expect(others.length).toBeGreaterThan(5);
      for (const [method, path] of others) {
        const { status } = await server.call(method, path, {
          key: keys[scope],
          ...(method === 'GET' ? {} : { body: {} }),
        });
        expect([method, path, status]).toEqual([method, path, 403]);
      }
    },
  );

  it('does not matter to whom has no key: 401 on every route', async () => {
    const server = await startTestServer({ env });

    for (const [method, path] of await routesOf(server)) {
      const replies = [
        await server.call(method, path, { key: null }),
        await server.call(method, path, { key: 'nope' }),
      ];
      expect([method, path, ...replies.map(({ status }) => status)]).toEqual([method, path, 401, 401]);
    }
  });

  it('is each key’s own, of several keys of one project', async () => {
    const server = await startTestServer({ env });
    await server.post('/api/ingest', { traces: [aTrace()] }, { key: keys.ingest });

    const seen = async (key: string) => (await server.get('/api/traces', { key })).status;

    expect([
      await seen(keys.read),
      await seen(keys.admin),
      await seen('second-of-all'),
      await seen(keys.ingest),
    ]).toEqual([200, 200, 200, 403]);
    expect((await server.get('/api/traces', { key: 'second-of-all' })).body.count).toBe(1);
  });

  it('never reaches another project, on any route', async () => {
    const server = await startTestServer({ env });
    await server.post('/api/ingest', { traces: [aTrace()], spans: [aSpan()] }, { key: keys.admin });
    const before = (await server.get('/api/traces/t1', { key: keys.admin })).text;

    const routes = (await routesOf(server)).filter(([, path]) => path !== '/api/live');
    for (const [method, path] of routes) {
      const reply = await server.call(method, path, { key: 'rival-key', ...(method === 'GET' ? {} : { body: {} }) });
      expect(reply.text).not.toContain('shop');
    }

    expect((await server.get('/api/traces/t1', { key: keys.admin })).text).toBe(before);
  });
});
