import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { benchGrowth } from './ingest/growth.ts';
import { benchOtlp } from './ingest/otlp.ts';
import { batchOf } from './ingest/workload.ts';
import { sendAll } from './lib/load.ts';
import type { BenchOptions } from './lib/options.ts';
import { median, type Row } from './lib/report.ts';
import { isPinned, startServer } from './lib/server-process.ts';

const spansPerBatch = 100;
const bytesPerSpan = 3_000;
// An application of 32 processes. What arrives together is committed together, so a few connections alone cost more a span.
const connections = 32;

/** The server as it ships, and two floors of the same work. */
const servers = {
  ours: 'server/src/main.ts',
  'parses, validates, does not store': 'bench/servers/ingest-no-store.ts',
  'bare Fastify, parses only': 'bench/servers/bare-fastify.ts',
} as const;
type ServerName = keyof typeof servers;

interface Measured {
  readonly spansPerSecond: number;
  readonly cpuMicrosPerSpan: number;
}

/**
 * Ingest on SQLite at its defaults: batches of 100 spans of 3 KB, zstd, keep-alive, the server in a process of its own and,
 * where the machine can, on a core of its own. Servers take turns, so that the machine's moods meet all of them.
 */
export async function benchIngest({ isQuick, only }: BenchOptions): Promise<Row[]> {
  const parts = only ?? ['speed', 'otlp', 'growth'];
  return [
    ...(parts.includes('speed') ? await benchSpeed(isQuick) : []),
    ...(parts.includes('otlp') ? benchOtlp(isQuick) : []),
    ...(parts.includes('growth') ? await benchGrowth({ isQuick }) : []),
  ];
}

async function benchSpeed(isQuick: boolean): Promise<Row[]> {
  const rounds = isQuick ? 3 : 5;
  const batches = isQuick ? 150 : 400;
  const measured = new Map<ServerName, Measured[]>();
  for (let round = 0; round < rounds; round += 1)
    for (const name of Object.keys(servers) as ServerName[]) {
      const result = await measure(servers[name], batches, round);
      measured.set(name, [...(measured.get(name) ?? []), result]);
    }

  const of = (name: ServerName, figure: keyof Measured): number =>
    median((measured.get(name) ?? []).map((one) => one[figure]));
  const speed = of('ours', 'spansPerSecond');
  const floor = of('parses, validates, does not store', 'spansPerSecond');
  const bare = of('bare Fastify, parses only', 'spansPerSecond');
  const ratios = (measured.get('ours') ?? []).map(
    (one, round) =>
      one.spansPerSecond / (measured.get('parses, validates, does not store')?.[round]?.spansPerSecond ?? Number.NaN),
  );
  return [
    {
      name: `ingest on SQLite${isPinned ? ', one core' : ''}`,
      value: speed,
      unit: 'spans/s',
      floor,
      budget: '>= 8,000',
      ok: speed >= 8_000,
    },
    {
      name: 'share of the route that does not store',
      value: median(ratios),
      unit: 'x',
      budget: '>= 0.5',
      ok: median(ratios) >= 0.5,
    },
    { name: 'floor: parses, validates, does not store', value: floor, unit: 'spans/s' },
    { name: 'floor: bare Fastify, parses only', value: bare, unit: 'spans/s' },
    ...(Object.keys(servers) as ServerName[]).map((name) => ({
      name: `CPU: ${name}`,
      value: of(name, 'cpuMicrosPerSpan'),
      unit: 'µs/span',
    })),
  ];
}

async function measure(program: string, batches: number, round: number): Promise<Measured> {
  const dataDir = mkdtempSync(join(tmpdir(), 'llm-tracer-bench-'));
  const server = await startServer(program, { DATA_DIR: dataDir });
  try {
    const bodies = bodiesOf(batches, round);
    const url = `${server.url}/api/ingest`;
    const headers = { 'content-type': 'application/json', 'content-encoding': 'zstd', 'x-api-key': 'project-dev' };
    const warmUp = Math.floor(batches / 4);
    await sendAll(url, bodies.slice(0, warmUp), { connections, headers });
    const cpuBefore = server.cpuSeconds();
    const seconds = await sendAll(url, bodies.slice(warmUp), { connections, headers });
    const spans = (batches - warmUp) * spansPerBatch;
    return { spansPerSecond: spans / seconds, cpuMicrosPerSpan: ((server.cpuSeconds() - cpuBefore) * 1e6) / spans };
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function bodiesOf(batches: number, round: number): Buffer[] {
  const startMillis = Date.now() - 3_600_000;
  return Array.from({ length: batches }, (_, index) => {
    const batch = batchOf({
      spans: spansPerBatch,
      bytesPerSpan,
      seed: round * batches + index,
      startMillis: startMillis + index * 1_000,
    });
    return zstdCompressSync(JSON.stringify(batch), { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  });
}
