import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Abandoned, type Store } from '../../src/stores/store.ts';
import { startTestServer } from './test-server.ts';

type Read =
  | 'listTraces'
  | 'readTraceJson'
  | 'listSessions'
  | 'readSession'
  | 'listUsers'
  | 'countTraces'
  | 'timeseries';

/** What may take long, by the path that it is read at. */
const reads: readonly (readonly [path: string, Read])[] = [
  ['/api/traces?name=slow', 'listTraces'],
  [`/api/traces/${'a'.repeat(32)}`, 'readTraceJson'],
  ['/api/sessions', 'listSessions'],
  ['/api/sessions/slow', 'readSession'],
  ['/api/users', 'listUsers'],
  ['/api/stats/counts', 'countTraces'],
  ['/api/stats/timeseries', 'timeseries'],
];

/** A server whose store never answers this, until it is told that nobody waits. */
async function neverAnswering(read: Read) {
  const { promise: asked, resolve: tellAsked } = Promise.withResolvers<AbortSignal>();
  const never = (...given: readonly unknown[]): Promise<never> =>
    new Promise((_resolve, reject) => {
      const signal = given.at(-1) as AbortSignal;
      signal.addEventListener('abort', () => reject(new Abandoned()));
      tellAsked(signal);
    });
  const logged: string[] = [];
  const logger = { level: 'warn', stream: { write: (line: string) => void logged.push(line) } };
  const { app } = await startTestServer({ logger, store: { [read]: never } as Partial<Store> });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { app, asked, logged, port };
}

const headers = { 'x-api-key': 'project-dev' };

describe.each(reads)('GET %s', (path, read) => {
  it('is given up when the client leaves, without a complaint', async () => {
    const { app, asked, logged, port } = await neverAnswering(read);
    const client = request({ port, path, headers }).end();
    client.on('error', () => {});
    const signal = await asked;

    client.destroy();

    if (!signal.aborted) await once(signal, 'abort');
    await app.close();
    expect(logged).toEqual([]);
  });

  it('is not given up as long as the client waits', async () => {
    const { asked, port } = await neverAnswering(read);
    const client = request({ port, path, headers }).end();
    client.on('error', () => {});
    const signal = await asked;

    await pause(200);

    expect(signal.aborted).toBe(false);
    client.destroy();
  });
});

it('what comes without a connection, as in a function, is not given up while it is read', async () => {
  const { promise: asked, resolve: tellAsked } = Promise.withResolvers<AbortSignal>();
  const server = await startTestServer({
    store: {
      async countTraces(_project, _filter, _bucket, signal) {
        if (signal !== undefined) tellAsked(signal);
        await pause(200);
        return { points: [] };
      },
    },
  });

  const { status } = await server.get('/api/stats/counts');

  expect(status).toBe(200);
  expect((await asked).aborted).toBe(false);
});
