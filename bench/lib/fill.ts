import { constants, zstdCompressSync } from 'node:zlib';
import { batchOf } from '../ingest/workload.ts';
import { sendAll } from './load.ts';

const spansPerBatch = 100;
const bytesPerSpan = 3_000;
const batchesAtOnce = 100;

export const ingestHeaders = {
  'content-type': 'application/json',
  'content-encoding': 'zstd',
  'x-api-key': 'project-dev',
} as const;

export const packed = (batch: object): Buffer =>
  zstdCompressSync(JSON.stringify(batch), { params: { [constants.ZSTD_c_compressionLevel]: 1 } });

/** One of the batches that {@link fill} sends. Their traces lie evenly over the time. */
export const fillBatch = (index: number, startMillis: number, stepMillis: number): Buffer =>
  packed(batchOf({ spans: spansPerBatch, bytesPerSpan, seed: index, startMillis: startMillis + index * stepMillis }));

/**
 * Stores so many spans and says how fast each part of them went in. Bodies are made a hundred at a time, between the times
 * that are measured: a million spans do not fit into memory.
 */
export async function fill(
  url: string,
  options: {
    readonly spans: number;
    readonly days: number;
    readonly connections: number;
    /** In how many parts to report. */
    readonly parts: number;
  },
): Promise<{ readonly spansPerSecond: readonly number[] }> {
  const batches = Math.ceil(options.spans / spansPerBatch);
  const startMillis = Date.now() - options.days * 86_400_000;
  const stepMillis = (options.days * 86_400_000) / batches;
  const seconds = Array.from({ length: options.parts }, () => ({ seconds: 0, spans: 0 }));
  for (let first = 0; first < batches; first += batchesAtOnce) {
    const count = Math.min(batchesAtOnce, batches - first);
    const bodies = Array.from({ length: count }, (_, index) => fillBatch(first + index, startMillis, stepMillis));
    const part = seconds[Math.floor((first / batches) * options.parts)] as (typeof seconds)[number];
    part.seconds += await sendAll(`${url}/api/ingest`, bodies, {
      connections: options.connections,
      headers: ingestHeaders,
    });
    part.spans += count * spansPerBatch;
  }
  return { spansPerSecond: seconds.map(({ seconds, spans }) => spans / seconds) };
}
