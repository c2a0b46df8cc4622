// An application that runs for months holds no more memory for its tracing than on its first day.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FlushReport } from '../../src/index.ts';
import { type Backend, node, run, startBackend } from './rig.ts';

const timeout = 150_000;
let backend: Backend;
beforeAll(async () => {
  backend = await startBackend(['up']);
});
afterAll(() => backend.stop());

interface Sample {
  readonly spans: number;
  readonly bytes: number;
  readonly rss: number;
}

const runMemory = async (url: string, work: object): Promise<{ memory: Sample[]; report: FlushReport }> => {
  const { lines } = await run('memory', url, 'up', work, node(process.execPath, '--expose-gc'));
  return JSON.parse(lines.at(-1) ?? '{}');
};

/** Bytes that memory grows by a span, by least squares, once what is compiled and bounded has reached its size. */
function growth(samples: readonly Sample[], figure: 'bytes' | 'rss'): number {
  const late = samples.slice(samples.length / 4);
  const mean = (of: (sample: Sample) => number): number => late.reduce((sum, one) => sum + of(one), 0) / late.length;
  const [spans, memory] = [mean((one) => one.spans), mean((one) => one[figure])];
  const covariance = mean((one) => (one.spans - spans) * (one[figure] - memory));
  return covariance / mean((one) => (one.spans - spans) ** 2);
}

// The least that could leak is a number in a list: 8 bytes. Measured: below 1, on a busy machine too.
const mostBytesASpan = 4;

const nowhere = 'http://127.0.0.1:9';

test('memory is flat over 1,000,000 spans while the server is down, and every record is accounted for', {
  timeout,
}, async () => {
  const [traces, spansPerTrace] = [10_000, 100];
  // How much of what waits is compressed depends on how busy the machine is: of a short queue that is little either way.
  const options = { maxQueueRecords: 2_000 };

  const { memory, report } = await runMemory(nowhere, { traces, spansPerTrace, options });

  expect(growth(memory, 'bytes')).toBeLessThan(mostBytesASpan);
  expect(report.delivered).toBe(0);
  expect(report.pending + report.dropped).toBe(traces * (spansPerTrace + 1));
  expect(report.dropReasons).toEqual({ queue_full: report.dropped });
});

test('memory is flat over 100,000 traces that are delivered', { timeout }, async () => {
  const traces = 100_000;

  const { memory, report } = await runMemory(backend.url, { traces, spansPerTrace: 1, flushEvery: 1000 });

  expect(growth(memory, 'bytes')).toBeLessThan(mostBytesASpan);
  expect(report).toMatchObject({ delivered: traces * 2, pending: 0, dropped: 0 });
  expect(await backend.stats('up')).toMatchObject({ total_traces: traces, total_spans: traces });
});
