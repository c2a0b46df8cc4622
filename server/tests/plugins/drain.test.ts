import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { fastify } from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { drain } from '../../src/plugins/drain.ts';

async function listening(deadlineMs: number) {
  const app = fastify();
  await app.register(drain, { deadlineMs });
  const closing = Promise.withResolvers<void>();
  app.addHook('preClose', async () => closing.resolve());
  const answer = Promise.withResolvers<string>();
  const asked = Promise.withResolvers<void>();
  app.get('/', () => {
    asked.resolve();
    return answer.promise;
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    app,
    closing: closing.promise,
    asked: asked.promise,
    answer: answer.resolve,
    port: (app.server.address() as AddressInfo).port,
  };
}

it('answers what is under way, and closes its connection with the answer', async () => {
  const { app, closing, asked, answer, port } = await listening(60_000);
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const request = get({ port, agent });
  await asked;

  const closed = app.close();
  await closing;
  answer('done');

  const [response] = await once(request, 'response');
  expect([response.statusCode, response.headers.connection]).toEqual([200, 'close']);
  response.resume();
  await closed;
});

it('keeps connections open while the server is not closing', async () => {
  const { app, answer, port } = await listening(60_000);
  onTestFinished(() => app.close());
  answer('done');

  const response = await fetch(`http://127.0.0.1:${port}/`);

  expect(response.headers.get('connection')).toBe('keep-alive');
});

it('does not wait longer than its deadline for a client that has stalled', async () => {
  const { app, port } = await listening(10);
  const stalled = connect(port, '127.0.0.1');
  stalled.write('GET / HTTP/1.1\r\nhost: ');
  await once(app.server, 'connection');

  const dropped = once(stalled, 'close');
  await app.close();

  await dropped;
});
