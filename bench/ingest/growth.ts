import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fill, ingestHeaders, packed } from '../lib/fill.ts';
import { sendAll } from '../lib/load.ts';
import type { Row } from '../lib/report.ts';
import { startServer } from '../lib/server-process.ts';
import { batchOf } from './workload.ts';

const leastRatio = 0.8;

/** Whether ingest stays as fast as it began: from nothing to a million spans, and within one large trace. */
export async function benchGrowth({ isQuick }: { readonly isQuick: boolean }): Promise<Row[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'llm-tracer-bench-'));
  const server = await startServer('server/src/main.ts', { DATA_DIR: dataDir });
  try {
    const spans = isQuick ? 100_000 : 1_000_000;
    // The first of five parts is where a new process compiles its code, so the second is what the last is compared with.
    const { spansPerSecond } = await fill(server.url, { spans, days: 10, connections: 32, parts: 5 });
    const [first = 0, last = 0] = [spansPerSecond[1], spansPerSecond.at(-1)];
    const large = await largeTrace(server.url, isQuick ? 20 : 100);
    return [
      { name: `ingest, second fifth of ${spans.toLocaleString('en-US')} spans`, value: first, unit: 'spans/s' },
      { name: 'ingest, last fifth', value: last, unit: 'spans/s' },
      ratioRow('last fifth by second', last / first),
      { name: `batch of 1,000 spans into a trace of few`, value: large.first, unit: 'ms' },
      {
        name: `batch of 1,000 spans into a trace of ${large.spans.toLocaleString('en-US')}`,
        value: large.last,
        unit: 'ms',
      },
    ];
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const ratioRow = (name: string, value: number): Row => ({
  name,
  value,
  unit: 'x',
  budget: `>= ${leastRatio}`,
  ok: value >= leastRatio,
});

/** Sends one trace in batches of 1,000 spans, one after the other. */
async function largeTrace(url: string, batches: number) {
  const traceId = 'f'.repeat(31) + Math.floor(Math.random() * 10);
  const millis: number[] = [];
  for (let index = 0; index < batches; index += 1) {
    const batch = batchOf({
      spans: 1_000,
      bytesPerSpan: 500,
      seed: index,
      startMillis: Date.now() - 60_000,
      spansPerTrace: 1_000,
      traceId,
    });
    // 1,000 elements are the most a batch may have, and the trace is one of them.
    const body = packed({ ...batch, traces: [] });
    millis.push((await sendAll(`${url}/api/ingest`, [body], { connections: 1, headers: ingestHeaders })) * 1000);
  }
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { first: mean(millis.slice(1, 6)), last: mean(millis.slice(-5)), spans: batches * 1_000 };
}
