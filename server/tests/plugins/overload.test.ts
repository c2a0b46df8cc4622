import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { type FastifyInstance, fastify } from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { overload } from '../../src/plugins/overload.ts';
import { problem } from '../../src/plugins/problem.ts';

/** A server that takes two bodies of 1,000 bytes at once. */
async function start(): Promise<string> {
  const app: FastifyInstance = fastify();
  app.register(problem);
  app.register(overload, { maxBodyBytes: 1_000, maxDecompressedBytes: 1_000, largestAtOnce: 2 });
  app.post('/', async () => 'ok');
  onTestFinished(() => app.close());
  return app.listen({ port: 0 });
}

/** Begins a request of so many bytes and sends the first of them. */
function begin(url: string, bytes: number): ClientRequest {
  const call = request(url, { method: 'POST', headers: { 'content-type': 'text/plain', 'content-length': bytes } });
  call.on('error', () => {});
  call.write('x');
  return call;
}
async function end(call: ClientRequest, bytes: number): Promise<IncomingMessage> {
  call.end('x'.repeat(bytes - 1));
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  answer.resume();
  return answer;
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 50));

it('refuses a body with 503 and Retry-After while others fill what it takes, and takes it afterwards', async () => {
  const url = await start();
  const [first, second] = [begin(url, 900), begin(url, 900)];
  await settle();

  const refused = await end(begin(url, 900), 900);
  await Promise.all([end(first, 900), end(second, 900)]);
  await settle();
  const taken = await end(begin(url, 900), 900);

  expect([refused.statusCode, refused.headers['retry-after'], taken.statusCode]).toEqual([503, '1', 200]);
});

it('forgets a body whose client has gone', async () => {
  const url = await start();
  for (const call of [begin(url, 900), begin(url, 900)]) {
    await settle();
    call.destroy();
  }
  await settle();

  expect((await end(begin(url, 900), 900)).statusCode).toBe(200);
});

it('takes requests without a body meanwhile', async () => {
  const url = await start();
  const under = [begin(url, 1_000), begin(url, 1_000)];
  await settle();

  expect((await fetch(url)).status).toBe(404);

  for (const call of under) call.destroy();
});
