import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from '../stores/server-process.ts';

const seconds = 20 * Number(process.env['TEST_SCALE'] ?? 1);
const headers = { 'x-api-key': 'project-dev', 'content-type': 'application/json' };

/** Everything that users of a server do all day, in a steady mixture, while it is measured from outside. */
describe(`a server in use for ${seconds} s`, () => {
  let dataDir: string;
  let server: ServerProcess;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-soak-'));
    server = await ServerProcess.start(dataDir, { SQLITE_SYNCHRONOUS: 'NORMAL' });
  });
  afterAll(async () => {
    await server.kill();
    await rm(dataDir, { recursive: true });
  });

  const call = async (method: string, path: string, body?: Buffer): Promise<void> => {
    const answer = await fetch(server.url + path, {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-encoding': 'zstd' },
      ...(body === undefined ? {} : { body }),
    });
    await answer.arrayBuffer();
    if (answer.status >= 500 && answer.status !== 503) throw new Error(`${method} ${path}: ${answer.status}`);
  };
  const batch = (number: number): Buffer => {
    const start_time = new Date().toISOString();
    const span = (index: number) => ({
      trace_id: `t${number}`,
      span_id: `t${number}-${index}`,
      name: 'call',
      start_time,
      // Some are announced first and finished with the next batch.
      ...(index % 3 === 0
        ? {}
        : { end_time: start_time, tokens_input: index, output_data: `answer ${index} `.repeat(50) }),
    });
    const trace = { trace_id: `t${number}`, name: 'run', start_time, end_time: start_time, user_id: `u${number % 50}` };
    return zstdCompressSync(JSON.stringify({ traces: [trace], spans: Array.from({ length: 20 }, (_, n) => span(n)) }));
  };
  const work = async (untilMillis: number): Promise<number> => {
    let number = 0;
    const one = async (): Promise<void> => {
      while (Date.now() < untilMillis) {
        const n = number++;
        await call('POST', '/api/ingest', batch(n));
        if (n % 2 === 0) await call('GET', `/api/traces/t${n}`);
        if (n % 3 === 0) await call('GET', '/api/traces?limit=20');
        if (n % 5 === 0) await call('GET', `/api/traces?q=answer&user_id=u${n % 50}`);
        if (n % 7 === 0) await call('GET', '/api/stats/timeseries');
        // As much goes as comes, so that what grows is a leak.
        if (n >= 100) await call('DELETE', `/api/traces/t${n - 100}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, one));
    return number;
  };

  it('keeps its memory and its descriptors', { timeout: (seconds + 60) * 1000 }, async () => {
    await work(Date.now() + seconds * 350);
    const [memory, descriptors] = [memoryOf(server.pid), descriptorsOf(server.pid)];

    const count = await work(Date.now() + seconds * 650);
    await sleep(500);

    expect(count).toBeGreaterThan(seconds * 5);
    expect(server.isAlive).toBe(true);
    // SQLite's caches fill meanwhile, up to 64 MB for the writer and 32 MB a reader.
    expect(memoryOf(server.pid) - memory).toBeLessThan(120);
    expect(descriptorsOf(server.pid) - descriptors).toBeLessThanOrEqual(12);
  });
});

/** Megabytes. */
const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;
