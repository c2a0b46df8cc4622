import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zstdDecompressSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { FlushReport, TracerOptions } from '../src/index.ts';
import type { IngestBody } from '../src/schema/index.ts';

let sink: Server | undefined;
afterEach(() => {
  sink?.closeAllConnections();
  sink?.close();
});

/** A server in this process that takes everything, or never answers. */
async function listening({ answers = true, port = 0 } = {}) {
  const spans: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (!answers) return;
    const bytes = Buffer.concat(chunks);
    const isCompressed = request.headers['content-encoding'] === 'zstd';
    const body = JSON.parse(String(isCompressed ? zstdDecompressSync(bytes) : bytes)) as IngestBody;
    spans.push(...(body.spans ?? []).map((span) => span.name));
    const accepted = (body.spans?.length ?? 0) + (body.traces?.length ?? 0);
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ accepted, rejected: [] }));
  });
  sink = server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { spans, url: `http://127.0.0.1:${address.port}`, port: address.port, close };
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
  readonly tookMs: number;
}

/** Runs a program to its end; `onRecorded` is called once it says that it has recorded. */
async function run(
  fixture: string,
  url: string,
  args: readonly string[] = [],
  onRecorded: (child: ChildProcess) => void = () => {},
): Promise<Ended> {
  const file = fileURLToPath(new URL(`fixtures/${fixture.includes('.') ? fixture : `${fixture}.ts`}`, import.meta.url));
  const started = performance.now();
  const child = spawn(
    process.execPath,
    ['--conditions=@llm-tracer/source', '--disable-warning=ExperimentalWarning', file, ...args],
    { env: { PATH: process.env['PATH'], TRACER_URL: url, TRACER_API_KEY: 'key' } },
  );
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
    if (String(chunk).includes('recorded')) onRecorded(child);
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, output, errors, tookMs: performance.now() - started };
}

/** For what must be delivered: an ending on a busy machine takes longer than an application would be held for. */
const patient: TracerOptions = { drainTimeoutMs: 10_000, exitTimeoutMs: 10_000 };
/** For what cannot be. */
const hasty: TracerOptions = { drainTimeoutMs: 500, exitTimeoutMs: 500 };

const endsByItself = (url: string, options: TracerOptions): Promise<Ended> =>
  run('ends-by-itself', url, [JSON.stringify(options)]);

const endsWith = (
  url: string,
  how: string,
  options: TracerOptions = {},
  onRecorded?: (child: ChildProcess) => void,
): Promise<Ended> => run('ends-with', url, [how, JSON.stringify({ ...patient, ...options })], onRecorded);

// What is promised is half a second; starting a process on a busy machine takes a few. Without a bound it would be 10 s
// (one request) or 30 s (all attempts at a batch).
const mostMs = 8000;

const closedPort = 'http://127.0.0.1:9';

describe('a process that ends by itself', () => {
  test('delivers what it recorded, without any call', async () => {
    const { url, spans } = await listening();

    const { code, errors } = await endsByItself(url, patient);

    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(spans).toHaveLength(10);
  });

  test('is held no longer than promised by a server that is down, and says what was lost', async () => {
    const { code, errors, tookMs } = await endsByItself(closedPort, hasty);

    expect(code).toBe(0);
    expect(errors.match(/\[llm-tracer\]/g)).toHaveLength(1);
    expect(tookMs).toBeLessThan(mostMs);
  });

  test('is held no longer than promised by a server that never answers', async () => {
    const { url } = await listening({ answers: false });

    const { code, tookMs } = await endsByItself(url, hasty);

    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(mostMs);
  });

  test('can have many tracers without a warning of Node', async () => {
    const { url, spans } = await listening();

    const { errors } = await run('many-tracers', url);

    expect(errors).toBe('');
    expect(spans).toHaveLength(20);
  });

  test('lives until the flush that it awaits has its report', async () => {
    const { code, output } = await run('waits-for-flush', closedPort);

    const report = JSON.parse(output) as FlushReport;
    expect(code).toBe(0);
    expect(report).toMatchObject({ delivered: 0, pending: 2, dropped: 0 });
  });
});

describe('a process that is ended delivers what it recorded', () => {
  test.each<[string, string, number, RegExp]>([
    ['by process.exit()', 'exit', 3, /^$/],
    ['by an uncaught error', 'throw', 1, /Error: uncaught/],
    ['by an unhandled rejection', 'rejection', 1, /Error: unhandled/],
    ['by process.exit() in a listener of its exit', 'exit in a listener', 4, /^$/],
  ])('%s, and ends as it would have', async (_title, how, expected, said) => {
    const { url, spans } = await listening();

    const { code, output, errors } = await endsWith(url, how);

    expect({ code, output }).toEqual({ code: expected, output: 'recorded\n' });
    expect(errors).toMatch(said);
    expect(errors).not.toContain('[llm-tracer]');
    expect(spans).toHaveLength(10);
  });

  test('and what listeners of its exit record', async () => {
    const { url, spans } = await listening();

    const { code, output, errors } = await endsWith(url, 'spans in a listener');

    expect({ code, output, errors }).toEqual({ code: 5, output: 'recorded\nhost listener\n', errors: '' });
    expect(spans).toHaveLength(20);
  });

  test('from several tracers', async () => {
    const { url, spans } = await listening();

    const { code, errors } = await run('two-tracers-exit.cjs', url);

    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(spans.sort()).toEqual(['first', 'second']);
  });

  test('or is held no longer than promised, and says what was lost', async () => {
    const { url } = await listening({ answers: false });

    const { code, errors, tookMs } = await endsWith(url, 'exit', hasty);

    expect(code).toBe(3);
    expect(errors).toMatch(/^\[llm-tracer\] the process ends with 20 records undelivered\n$/);
    expect(tookMs).toBeLessThan(mostMs);
  });

  test('or is not held at all with drainTimeoutMs: 0', async () => {
    const { url, spans } = await listening();

    const { code } = await endsWith(url, 'exit', { drainTimeoutMs: 0 });

    expect(code).toBe(3);
    expect(spans).toHaveLength(0);
  });
});

describe('a signal', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s kills as ever with flushOnSignals, after delivery', async (signal) => {
    const { url, spans } = await listening();

    const ended = await endsWith(url, 'waits', { flushOnSignals: true }, (child) => child.kill(signal));

    expect(ended).toMatchObject({ code: null, signal, output: 'recorded\n', errors: '' });
    expect(spans).toHaveLength(10);
  });

  test('is left to the handlers of the program, whose exit delivers', async () => {
    const { url, spans } = await listening();

    const ended = await endsWith(url, 'handles signals', { flushOnSignals: true }, (child) => child.kill('SIGTERM'));

    expect(ended).toMatchObject({ code: 7, output: 'recorded\nhost handler\n', errors: '' });
    expect(spans).toHaveLength(10);
  });

  test('is not listened for without flushOnSignals', async () => {
    const { url, spans } = await listening();

    const ended = await endsWith(url, 'waits', {}, (child) => child.kill('SIGTERM'));

    expect(ended).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(spans).toHaveLength(0);
  });
});

describe('with a spool', () => {
  test('what a killed process recorded is delivered by the next one, once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'llm-tracer-test-'));
    const options = { spool: folder };
    const hanging = await listening({ answers: false });
    const killed = await endsWith(hanging.url, 'killed', options);
    hanging.close();
    // The same address: what was meant for one server is not sent to another.
    const { spans, url } = await listening({ port: hanging.port });
    const before = [...spans];

    const next = await endsWith(url, 'by itself', options);
    await endsWith(url, 'by itself', options);

    expect(killed.signal).toBe('SIGKILL');
    expect(before).toHaveLength(0);
    expect(next).toMatchObject({ code: 0, errors: '' });
    expect(spans).toHaveLength(30);
    await rm(folder, { recursive: true });
  });
});
