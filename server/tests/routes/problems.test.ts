import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { type Store, StoreUnavailable } from '../../src/stores/store.ts';
import { aSpan, startTestServer } from './test-server.ts';

const failing = (error: Error) => async () => {
  throw error;
};

describe('errors', () => {
  it('are problems of RFC 9457', async () => {
    const server = await startTestServer();

    const reply = await server.get('/api/traces/nope');

    expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(reply.body).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'There is no trace with this id in this project.',
    });
  });

  it.each([
    ['GET', '/nope'],
    ['GET', '/api/nope?x=1'],
    ['POST', '/api/nope'],
    ['PUT', '/api/traces'],
    ['PATCH', '/api/traces/t1'],
    ['DELETE', '/api/traces'],
    ['GET', '/api/ingest'],
    ['GET', '/api/traces/t1/complete/more'],
    ['GET', '/docs/../../package.json'],
  ] as const)('are 404 where there is no such route: %s %s', async (method, url) => {
    const server = await startTestServer();

    const reply = await server.call(method, url, method === 'GET' ? {} : { body: '{"broken' });

    expect(reply.status).toBe(404);
    expect(reply.headers['content-type']).toContain('application/problem+json');
  });

  it.each(['/api/traces/%zz', '/api/traces/%', '/%E0%A4%A'])(
    'are 400 where the address cannot be read: %s',
    async (url) => {
      const server = await startTestServer();

      const reply = await server.get(url);

      expect(reply.status).toBe(400);
      expect(reply.headers['content-type']).toContain('application/problem+json');
    },
  );

  it('are 503 with Retry-After where the store is unavailable', async () => {
    const server = await startTestServer({ store: { ingest: failing(new StoreUnavailable('disk full: /var/data')) } });

    const reply = await server.post('/api/ingest', { spans: [aSpan()] });

    expect(reply.status).toBe(503);
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    expect(reply.text).not.toContain('/var/data');
  });

  it('are 500 where the server has a defect, and tell nothing of it', async () => {
    const server = await startTestServer({ store: { stats: failing(new TypeError('x is not a function')) } });

    const reply = await server.get('/api/stats');

    expect(reply.status).toBe(500);
    expect(reply.text).not.toMatch(/TypeError|not a function|at /);
  });
});

describe('the log', () => {
  const logged = async (level: string, store: Partial<Store>, url: string) => {
    const lines: string[] = [];
    const stream = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    });
    const config = parseConfig({ LOG_LEVEL: level });
    const app = buildApp({ config, store: store as Store, clock: () => 0, logger: { level, stream } });
    const { body } = await app.inject({ url, headers: { 'x-api-key': 'project-dev' } });
    await app.close();
    return { text: lines.join(''), body };
  };

  it('has a defect, under the request id that the answer names', async () => {
    const { text, body } = await logged('info', { stats: failing(new TypeError('broken')) }, '/api/stats');

    expect(text).toContain('broken');
    expect(text).toContain(/request id (\S+)\./.exec(body)?.[1]);
  });

  it('has requests from debug on, and never a key', async () => {
    const store = { stats: failing(new StoreUnavailable('busy')) };

    const [quiet, loud] = [await logged('info', store, '/api/stats'), await logged('debug', store, '/api/stats')];

    expect(quiet.text).not.toContain('incoming request');
    expect(loud.text).toContain('incoming request');
    expect(quiet.text + loud.text).not.toContain('project-dev');
  });
});

it.each(['//api//traces/t1', '/api///traces//t1', '//api/traces/t1?payloads=false'])(
  'takes an address with doubled slashes: %s',
  async (url) => {
    const server = await startTestServer();
    await server.post('//api//traces', { name: 'n', trace_id: 't1' });

    expect((await server.get(url)).body.trace.trace_id).toBe('t1');
  },
);

it('answers HEAD as GET, without the body', async () => {
  const server = await startTestServer();

  const reply = await server.call('HEAD', '/health', { key: null });

  expect([reply.status, reply.text]).toEqual([200, '']);
});
