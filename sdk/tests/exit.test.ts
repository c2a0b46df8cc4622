import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { zstdDecompressSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { FlushReport } from '../src/index.ts';
import type { IngestBody } from '../src/schema/index.ts';

let sink: Server | undefined;
afterEach(() => {
  sink?.closeAllConnections();
  sink?.close();
});

/** A server in this process that takes everything, or never answers. */
async function listening({ answers = true } = {}) {
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
  sink = server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { spans, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function run(fixture: string, url: string) {
  const file = fileURLToPath(new URL(`fixtures/${fixture}.ts`, import.meta.url));
  const started = performance.now();
  const child = spawn(
    process.execPath,
    ['--conditions=@llm-tracer/source', '--disable-warning=ExperimentalWarning', file],
    {
      env: { PATH: process.env['PATH'], TRACER_URL: url, TRACER_API_KEY: 'key' },
    },
  );
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, output, errors, tookMs: performance.now() - started };
}

// What is promised is half a second; starting a process on a busy machine takes a few. Without a bound it would be 10 s
// (one request) or 30 s (all attempts at a batch).
const mostMs = 8000;

const closedPort = 'http://127.0.0.1:9';

describe('a process that ends by itself', () => {
  test('delivers what it recorded, without any call', async () => {
    const { url, spans } = await listening();

    const { code, errors } = await run('ends-by-itself', url);

    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(spans).toHaveLength(10);
  });

  test('is held no longer than promised by a server that is down, and says what was lost', async () => {
    const { code, errors, tookMs } = await run('ends-by-itself', closedPort);

    expect(code).toBe(0);
    expect(errors.match(/\[llm-tracer\]/g)).toHaveLength(1);
    expect(tookMs).toBeLessThan(mostMs);
  });

  test('is held no longer than promised by a server that never answers', async () => {
    const { url } = await listening({ answers: false });

    const { code, tookMs } = await run('ends-by-itself', url);

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
