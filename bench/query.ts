import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchOf, customers } from './ingest/workload.ts';
import { fill, fillBatch, ingestHeaders, packed } from './lib/fill.ts';
import { sendAll } from './lib/load.ts';
import type { Row } from './lib/report.ts';
import { startServer } from './lib/server-process.ts';

const days = 10;
const largeTraces = 10;
// A busy application; the reads share one core with it.
const loadSpansPerSecond = 3_000;
const spansPerBatch = 100;

interface Query {
  readonly name: string;
  /** The path of the nth call: no two ask for the same, or a cache would be measured. */
  readonly path: (n: number) => string;
  readonly budgetMs?: number;
}

const largeTraceId = (n: number): string => `1a${String(n).padStart(30, '0')}`;
const queries: readonly Query[] = [
  {
    name: 'list page',
    path: (n) => `/api/traces?to=${new Date(Date.now() - n * 3_600_000).toISOString()}`,
    budgetMs: 20,
  },
  { name: 'list of a user', path: (n) => `/api/traces?user_id=user-${n % 1000}` },
  { name: 'q, a rare word', path: (n) => `/api/traces?q=c${(n * 7919) % customers}` },
  { name: 'q, a common word', path: (n) => `/api/traces?q=refund&limit=${30 + (n % 20)}` },
  {
    name: "a day's series",
    path: (n) => `/api/stats/timeseries?from=-${24 + (n % 24)}h&to=-${n % 24 || 1}h&bucket=hour`,
  },
  { name: 'trace of 1,000 spans', path: (n) => `/api/traces/${largeTraceId(n % largeTraces)}`, budgetMs: 60 },
];

/** Reads at a million stored spans, alone and during ingest. */
export async function benchQuery({ isQuick }: { readonly isQuick: boolean }): Promise<Row[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'llm-tracer-bench-'));
  const server = await startServer('server/src/main.ts', { DATA_DIR: dataDir });
  try {
    const spans = isQuick ? 100_000 : 1_000_000;
    await fill(server.url, { spans, days, connections: 32, parts: 1 });
    for (let n = 0; n < largeTraces; n += 1) await sendLargeTrace(server.url, n);
    const searchSeconds = await untilSearchable(server.url);

    const calls = isQuick ? 100 : 300;
    const alone = await measureAll(server.url, calls);
    // Made before, or making them would be measured.
    const bodies = Array.from({ length: isQuick ? 600 : 1_800 }, (_, index) => fillBatch(1e7 + index, Date.now(), 1));
    const load = new AbortController();
    const ingesting = ingestUntil(server.url, bodies, load.signal);
    const during = await measureAll(server.url, calls);
    load.abort();
    const spansDuring = await ingesting;
    return [
      {
        name: `search finds all, after ${spans.toLocaleString('en-US')} spans were stored`,
        value: searchSeconds,
        unit: 's',
      },
      ...rowsOf('alone', alone, true),
      { name: 'ingest meanwhile', value: spansDuring, unit: 'spans/s' },
      ...rowsOf('during ingest', during, false),
    ];
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

type Measured = ReadonlyMap<Query, { readonly p50: number; readonly p99: number }>;

const rowsOf = (when: string, measured: Measured, isHeld: boolean): Row[] =>
  Array.from(measured).flatMap(([{ name, budgetMs }, { p50, p99 }]) => [
    { name: `${name}, ${when}: p50`, value: p50, unit: 'ms' },
    {
      name: `${name}, ${when}: p99`,
      value: p99,
      unit: 'ms',
      ...(isHeld && budgetMs !== undefined ? { budget: `<= ${budgetMs}`, ok: p99 <= budgetMs } : {}),
    },
  ]);

async function measureAll(url: string, calls: number): Promise<Measured> {
  const measured = new Map<Query, { p50: number; p99: number }>();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (const query of queries) {
    const millis: number[] = [];
    for (let n = -5; n < calls; n += 1) {
      const start = performance.now();
      await get(agent, url + query.path(Math.abs(n)));
      if (n >= 0) millis.push(performance.now() - start);
    }
    millis.sort((a, b) => a - b);
    const at = (share: number): number => millis[Math.floor(millis.length * share)] as number;
    measured.set(query, { p50: at(0.5), p99: at(0.99) });
  }
  agent.destroy();
  return measured;
}

/** Resolves when the last byte has come. What it says is looked at only when it is an error: that is the reader's time. */
function get(agent: Agent, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(url, { agent, headers: { 'x-api-key': 'project-dev' } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`${url}: status ${answer.statusCode}: ${Buffer.concat(chunks).toString()}`));
      });
    });
    call.on('error', reject);
    call.end();
  });
}

/** A trace that came in batches of 100 spans, as an agent at work sends it. */
async function sendLargeTrace(url: string, n: number): Promise<void> {
  const bodies = Array.from({ length: 10 }, (_, index) =>
    packed(
      batchOf({
        spans: 100,
        bytesPerSpan: 3_000,
        seed: n * 10 + index,
        startMillis: Date.now() - 3_600_000,
        spansPerTrace: 100,
        traceId: largeTraceId(n),
      }),
    ),
  );
  await sendAll(`${url}/api/ingest`, bodies, { connections: 1, headers: ingestHeaders });
}

async function untilSearchable(url: string): Promise<number> {
  const start = performance.now();
  for (;;) {
    const { search } = (await (await fetch(`${url}/health`)).json()) as { search?: { is_complete: boolean } };
    if (search?.is_complete !== false) return (performance.now() - start) / 1000;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Sends a batch at a time, so many spans a second in all, until told to stop; says how many a second went in. */
async function ingestUntil(url: string, bodies: readonly Buffer[], signal: AbortSignal): Promise<number> {
  const start = performance.now();
  let sent = 0;
  const answers: Promise<unknown>[] = [];
  for (const body of bodies) {
    if (signal.aborted) break;
    answers.push(sendAll(`${url}/api/ingest`, [body], { connections: 1, headers: ingestHeaders }));
    sent += 1;
    const due = start + (sent * spansPerBatch * 1000) / loadSpansPerSecond;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
  }
  await Promise.all(answers);
  return (sent * spansPerBatch) / ((performance.now() - start) / 1000);
}
