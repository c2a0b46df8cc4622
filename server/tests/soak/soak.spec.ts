import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from '../stores/server-process.ts';

const seconds = 120 * Number(process.env['TEST_SCALE'] ?? 1);
const pauseMs = 120;
const headers = { 'x-api-key': 'project-dev', 'content-type': 'application/json' };

/**
 * Everything that users of a server do all day, in a steady mixture, while it is measured from outside. At a pace that leaves
 * the processor to others: what grows does so with the calls, and these are thousands.
 */
describe(`a server in use for ${seconds} s`, () => {
  let dataDir: string;
  let server: ServerProcess;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-soak-'));
    // With all the memory of the machine V8 may not collect what is old for half a minute, and what is read then says nothing.
    const NODE_OPTIONS = '--max-old-space-size=64';
    server = await ServerProcess.start(dataDir, { SQLITE_SYNCHRONOUS: 'NORMAL', NODE_OPTIONS });
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
        await sleep(pauseMs);
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
    // Until then caches fill, and what is deleted begins to equal what comes.
    await work(Date.now() + seconds * 300);
    const [memory, descriptors] = [memoryOf(server.pid), descriptorsOf(server.pid)];

    const early = leastHeapDuring(seconds * 200);
    const count = await work(Date.now() + seconds * 500);
    const late = leastHeapDuring(seconds * 200);
    await work(Date.now() + seconds * 200);
    await sleep(500);

    expect(count).toBeGreaterThan(seconds * 15);
    expect(server.isAlive).toBe(true);
    expect((await late) - (await early)).toBeLessThan(5);
    // SQLite's caches go on filling with what is there.
    expect(memoryOf(server.pid) - memory).toBeLessThan(64);
    expect(descriptorsOf(server.pid) - descriptors).toBeLessThanOrEqual(12);
  });

  /** The least that the heap holds in so many milliseconds: what is left after a collection, in megabytes. */
  async function leastHeapDuring(millis: number): Promise<number> {
    let least = Number.POSITIVE_INFINITY;
    for (const until = Date.now() + millis; Date.now() < until; await sleep(100)) {
      const metrics = await (await fetch(`${server.url}/metrics`, { headers })).text();
      least = Math.min(least, Number(/^nodejs_heap_size_used_bytes (\S+)/m.exec(metrics)?.[1]) / 2 ** 20);
    }
    return least;
  }
});

/** Megabytes. */
const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;
