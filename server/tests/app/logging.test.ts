import { expect, it } from 'vitest';
import { loggerOptions } from '../../src/logging.ts';
import { StoreUnavailable } from '../../src/stores/store.ts';
import { aSpan, startTestServer } from '../routes/test-server.ts';

/** A server that logs all it ever would, with what it has logged. */
async function startLogging(options: Parameters<typeof startTestServer>[0] = {}) {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const server = await startTestServer({ ...options, logger: { ...loggerOptions('trace'), stream } });
  return { server, lines };
}

it('the log holds no key, no query and no payload, whatever goes wrong', async () => {
  const { server, lines } = await startLogging({
    env: { API_KEYS: 'shop:the-secret-key', LOG_LEVEL: 'trace' },
    store: {
      readSpan: () => Promise.reject(new Error('a defect')),
      stats: () => Promise.reject(new StoreUnavailable('busy')),
    },
  });
  const key = 'the-secret-key';
  const payload = 'the-secret-payload';

  await server.post(
    '/api/ingest',
    { spans: [aSpan({ input_data: payload, name: payload }), { name: payload }] },
    { key },
  );
  await server.post('/api/ingest', `{"broken": "${payload}`, { key });
  await server.get(`/api/traces?user_id=${payload}`, { key });
  await server.get(`/api/traces?nonsense=${payload}`, { key });
  await server.get(`/api/stats?key=${key}`, { key });
  await server.get('/api/stats', { key });
  await server.get('/api/spans/s1', { key });
  await server.get('/api/stats', { key: `${key}-wrong` });

  const log = lines.join('');
  expect(log).toContain('"path":"/api/traces"');
  expect(log).toContain('a defect');
  expect(log).not.toContain('the-secret');
});

it('every line of a request names it as the answer does', async () => {
  const { server, lines } = await startLogging({ env: { LOG_LEVEL: 'debug' } });

  const { headers } = await server.get('/api/stats');

  const ids = lines.map((line) => JSON.parse(line).reqId).filter((id) => id !== undefined);
  expect(ids.length).toBeGreaterThan(0);
  expect(new Set(ids)).toEqual(new Set([headers['x-request-id']]));
});

it('at info, what is answered as it should be leaves no line', async () => {
  const { server, lines } = await startLogging();

  await server.get('/api/stats');

  expect(lines).toEqual([]);
});
