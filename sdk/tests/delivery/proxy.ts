// A proxy that misbehaves when it is told to, in a process of its own.
//
//   node proxy.ts <target>     prints {"port":N,"control":N} once it listens on both
//   POST / on the control port with a Fault; GET / answers with what it has done so far
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What is wrong, until told otherwise or `times` requests have met it. */
export type Fault = { readonly times?: number } & (
  | { readonly kind: 'none' }
  /** Nothing listens. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterS?: number }
  /** The request is taken and never answered. */
  | { readonly kind: 'hang' }
  /** The connection is reset when part of the request has come. */
  | { readonly kind: 'reset' }
  /** 413 for bodies above this size. */
  | { readonly kind: 'too large'; readonly mostBytes: number }
  /** The server has the records and has answered, but the answer does not come through. */
  | { readonly kind: 'answer lost' }
  /** Each request takes that much longer. */
  | { readonly kind: 'slow'; readonly latencyMs: number }
);

export interface ProxyCounts {
  readonly requests: number;
  /** Requests that met a fault. */
  readonly faulted: number;
}

const target = new URL(process.argv[2] as string);
let fault: Fault = { kind: 'none' };
const counts = { requests: 0, faulted: 0 };
const sockets = new Set<Socket>();

function onRequest(incoming: IncomingMessage, response: ServerResponse): void {
  counts.requests += 1;
  incoming.on('error', () => {});
  const met = currentFault();
  if (met.kind !== 'none') counts.faulted += 1;
  if (met.kind === 'reset') {
    incoming.once('data', () => incoming.socket.resetAndDestroy());
    return;
  }
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => answer(met, incoming, Buffer.concat(chunks), response));
}

function currentFault(): Fault {
  const met = fault;
  if (met.times !== undefined) fault = met.times > 1 ? { ...met, times: met.times - 1 } : { kind: 'none' };
  return met;
}

function answer(met: Fault, incoming: IncomingMessage, body: Buffer, response: ServerResponse): void {
  switch (met.kind) {
    case 'status':
      if (met.retryAfterS !== undefined) response.setHeader('retry-after', met.retryAfterS);
      response.writeHead(met.status).end();
      return;
    case 'hang':
      return;
    case 'too large':
      if (body.length > met.mostBytes) response.writeHead(413).end();
      else forward(incoming, body, response);
      return;
    case 'slow':
      setTimeout(forward, met.latencyMs, incoming, body, response);
      return;
    default:
      forward(incoming, body, response, met.kind === 'answer lost');
  }
}

function forward(incoming: IncomingMessage, body: Buffer, response: ServerResponse, loseAnswer = false): void {
  const { method, headers } = incoming;
  const options = { host: target.hostname, port: target.port, path: incoming.url, method, headers };
  const outgoing = request(options, (reply) => {
    if (!loseAnswer) {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
      return;
    }
    // Only once the server has said that it keeps the records.
    reply.resume().on('end', () => incoming.socket.resetAndDestroy());
  });
  outgoing.on('error', () => incoming.socket.destroy());
  outgoing.end(body);
}

// Below the ports that systems give to connections: one of those would be taken by somebody while nothing listens.
const randomPort = (): number => 20_000 + Math.floor(Math.random() * 10_000);

async function listenSomewhere(): Promise<number> {
  for (;;)
    try {
      return await listen(randomPort());
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EADDRINUSE') throw error;
    }
}

let server: Server | undefined;
async function listen(port: number): Promise<number> {
  server = createServer(onRequest);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function setFault(next: Fault): Promise<void> {
  fault = next;
  if (next.kind === 'absent') {
    const gone = server;
    server = undefined;
    gone?.close();
    for (const socket of sockets) socket.resetAndDestroy();
  } else if (server === undefined) await listen(port);
}

const control = createServer(async (incoming, response) => {
  if (incoming.method === 'POST') {
    let text = '';
    for await (const chunk of incoming) text += chunk;
    await setFault(JSON.parse(text) as Fault);
  }
  response.setHeader('connection', 'close').end(JSON.stringify(counts));
}).listen(0, '127.0.0.1');
await once(control, 'listening');
const port = await listenSomewhere();
console.log(JSON.stringify({ port, control: (control.address() as AddressInfo).port }));
// It must not outlive the tests, however they end.
process.on('disconnect', () => process.exit(0));
