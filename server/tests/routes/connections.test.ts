import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Problem } from 'llm-tracer/schema';
import { expect, it, onTestFinished } from 'vitest';
import { startTestServer } from './test-server.ts';

const headers = { 'x-api-key': 'project-dev', 'content-type': 'application/json' };

async function listening(env: Record<string, string> = {}): Promise<number> {
  const { app } = await startTestServer({ env });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

it.each([
  ['no HTTP', 'nonsense\r\n\r\n', 400],
  ['a header without a name', 'GET / HTTP/1.1\r\nhost: x\r\n: x\r\n\r\n', 400],
  ['two lengths', 'POST /api/traces HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', 400],
  ['a flood of headers', `GET / HTTP/1.1\r\nhost: x\r\nx-flood: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
])('answers %s with a problem, and closes', async (_title, sent, status) => {
  const socket = connect(await listening(), '127.0.0.1');

  socket.write(sent);
  const [head, body] = (await text(socket)).split('\r\n\r\n');

  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .*application/problem\\+json`, 's'));
  expect(Problem.parse(JSON.parse(body ?? ''))).toMatchObject({ status });
});

it.each([
  ['of a known length', { 'content-length': 4_000_000 }],
  ['in chunks', { 'transfer-encoding': 'chunked' }],
])('answers 413 to a client that is still sending a body %s, and does not break its pipe', async (_title, more) => {
  const port = await listening({ MAX_BODY_BYTES: '2000' });
  const sending = request({ port, path: '/api/ingest', method: 'POST', headers: { ...headers, ...more } });
  // Rejects if the connection breaks.
  const closed = once(sending, 'close');

  sending.write(' '.repeat(3_000));
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  sending.end(' '.repeat(3_997_000));

  expect(response.statusCode).toBe(413);
  expect(JSON.parse(await text(response)).detail).toContain('MAX_BODY_BYTES');
  await closed;
});

it('keeps the connection of a client whose body was refused', async () => {
  const port = await listening();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const send = async (body: string) => {
    const [response] = (await once(
      request({ port, agent, path: '/api/traces', method: 'POST', headers }).end(body),
      'response',
    )) as [IncomingMessage];
    const { localPort } = response.socket;
    await text(response);
    return [response.statusCode, localPort];
  };

  const [refused, firstPort] = await send('{"name":');
  const [accepted, secondPort] = await send('{"name":"n"}');

  expect([refused, accepted]).toEqual([400, 200]);
  expect(secondPort).toBe(firstPort);
});
