import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from '../stores/server-process.ts';
import { calls } from './calls.ts';
import { aDamage, asWire, type WireCall } from './damage.ts';

const requests = Math.ceil(20_000 * Number(process.env['TEST_SCALE'] ?? 1));
const seed = process.env['TEST_SEED'] === undefined ? undefined : Number(process.env['TEST_SEED']);
const connections = 16;
const callsAtOnce = 500;
const victimSecret = 'what only the other project may read';

/** Nothing that the fuzz sends names it, but the ids are those that it sends. */
const victimBatch = {
  traces: Array.from({ length: 31 }, (_, n) => ({
    trace_id: `id${n}`,
    name: victimSecret,
    start_time: new Date().toISOString(),
    end_time: new Date().toISOString(),
    user_id: `id${n % 4}`,
    session_id: `id${n}`,
    input: victimSecret,
  })),
  spans: Array.from({ length: 31 }, (_, n) => ({
    trace_id: `id${n}`,
    span_id: `id${n}`,
    name: victimSecret,
    start_time: new Date().toISOString(),
    end_time: new Date().toISOString(),
    tokens_input: n,
  })),
};

// A test of everything at once, over real sockets, against the server as it is started.
describe(`a server that is sent ${requests} requests of every kind`, () => {
  let dataDir: string;
  let server: ServerProcess;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-fuzz-'));
    server = await ServerProcess.start(dataDir, {
      API_KEYS: 'a:attacker-key,b:victim-key',
      SQLITE_SYNCHRONOUS: 'NORMAL',
    });
  });
  afterAll(async () => {
    agent.destroy();
    await server.kill();
    await rm(dataDir, { recursive: true });
  });

  const victim = async (path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(server.url + path, {
      headers: { 'x-api-key': 'victim-key', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    return answer.json();
  };
  const victimState = async () => ({
    stats: await victim('/api/stats'),
    list: await victim('/api/traces?limit=1000'),
    traces: await Promise.all(victimBatch.traces.map(({ trace_id }) => victim(`/api/traces/${trace_id}`))),
  });

  /** Sends calls over the connections; the answers' statuses, in order. */
  const sendAll = async (batch: readonly (readonly [name: string, call: WireCall])[]): Promise<void> => {
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let item = batch[next++]; item !== undefined; item = batch[next++]) {
        const [name, call] = item;
        const { status, text } = await send(server.url, agent, call);
        if (status >= 500 || text.includes(victimSecret))
          throw new Error(
            `${name}: ${call.method} ${call.url} was answered ${status}: ${text.slice(0, 500)}\n` +
              `body: ${call.body?.toString('latin1').slice(0, 2_000)}`,
          );
      }
    };
    await Promise.all(Array.from({ length: connections }, worker));
  };
  const fuzz = async (count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent += callsAtOnce) {
      const sample = fc.sample(fc.tuple(calls, aDamage), {
        numRuns: Math.min(callsAtOnce, count - sent),
        ...(seed === undefined ? {} : { seed: seed + sent }),
      });
      await sendAll(sample.map(([call, [name, damage]]) => [name, damage(asWire(call))] as const));
    }
  };

  it('answers none with 5xx, shows and changes nothing of another project, and keeps its memory', {
    timeout: 300_000 * Math.max(1, requests / 20_000),
  }, async () => {
    await victim('/api/ingest', victimBatch);
    const before = await victimState();
    await fuzz(Math.ceil(requests / 5));
    await sleep(500);
    const memoryBefore = memoryOf(server.pid);
    const descriptorsBefore = descriptorsOf(server.pid);

    await fuzz(Math.floor((requests * 4) / 5));

    expect(server.isAlive).toBe(true);
    expect(await victimState()).toEqual(before);
    agent.destroy();
    await sleep(1_000);
    // Caches of SQLite fill up to some 100 MB, and V8 keeps pages for a while: a leak of 20 KB a request would be more.
    expect(memoryOf(server.pid) - memoryBefore).toBeLessThan(250 * Math.max(1, requests / 100_000));
    expect(descriptorsOf(server.pid)).toBeLessThanOrEqual(descriptorsBefore + 4);
  });

  // What no HTTP library would send.
  it('survives what is no HTTP', { timeout: 60_000 }, async () => {
    const heads = [
      'GET / HTTP/9.9\r\n\r\n',
      'GET /api/traces HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
      'POST /api/ingest HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nContent-Length: 20\r\n\r\n{}',
      'POST /api/ingest HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n',
      'POST /api/ingest HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n{}',
      `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(20_000)}\r\n`,
      `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      '\u0000\u0016\u0003\u0001 hello',
      'POST /api/traces HTTP/1.1\r\nHost: x\r\nX-API-Key: attacker-key\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"na',
    ];
    await Promise.all(Array.from({ length: 300 }, (_, n) => sendRaw(server.url, heads[n % heads.length] as string)));

    expect(server.isAlive).toBe(true);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });
});

function send(url: string, agent: Agent, { method, url: path, headers, body }: WireCall) {
  return new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    let isSettled = false;
    const settle = (status: number, text: string): void => {
      isSettled = true;
      resolve({ status, text });
    };
    try {
      const call = request(
        {
          hostname,
          port,
          agent,
          method,
          path: path.replaceAll(/[^\u0021-\u007e]/g, encodeURIComponent),
          headers: {
            'x-api-key': 'attacker-key',
            ...headers,
            ...(body === undefined ? {} : { 'content-length': String(body.length) }),
          },
          timeout: 20_000,
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          answer.on('end', () => settle(answer.statusCode ?? 0, text));
          answer.on('error', () => settle(answer.statusCode ?? 0, text));
        },
      );
      call.on('timeout', () => call.destroy(new Error(`no answer to ${method} ${path}`)));
      // A connection may be closed on a client that sends what cannot be read to its end; silence may not be.
      call.on('error', (error: NodeJS.ErrnoException) => {
        if (isSettled) return;
        if (error.code === 'ECONNRESET' || error.code === 'EPIPE') settle(0, '');
        else
          reject(
            new Error(`${method} ${path} ${JSON.stringify(headers).slice(0, 300)}: ${error.message}`, { cause: error }),
          );
      });
      call.end(body);
    } catch {
      // Node's own client refuses to send it: a path with a character that no request line has.
      settle(0, '');
    }
  });
}

function sendRaw(url: string, text: string): Promise<void> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => socket.end(text));
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.resume();
  });
}

/** Megabytes in memory. */
const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;
