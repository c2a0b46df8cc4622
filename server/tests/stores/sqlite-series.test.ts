import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { microsOf } from '../../src/domain/time.ts';
import { openSqliteStore } from '../../src/stores/sqlite/index.ts';
import { aBatch, aSpan, aTrace, at, noon, spanId, traceId } from './builders.ts';

// Spans of 100 traces are read together, up to 5,000 of them.
it('a series counts every span of traces that are many, and of traces that are large', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-series-'));
  const store = await openSqliteStore({
    dataDir,
    clock: () => microsOf(noon),
    retentionDays: 90,
    synchronous: 'NORMAL',
  });
  onTestFinished(async () => {
    await store.close();
    await rm(dataDir, { recursive: true });
  });
  const [small, large, spansOfLarge] = [250, 4, 3_000];
  let number = 0;
  const spansOf = (trace: number, count: number) =>
    Array.from({ length: count }, () => {
      number += 1;
      return aSpan({
        trace_id: traceId(trace),
        span_id: spanId(number),
        tokens_input: 1,
        start_time: at(-3_600 * (trace % 2)),
      });
    });
  for (let trace = 1; trace <= small; trace += 1)
    await store.ingest(
      'acme',
      aBatch({ traces: [aTrace({ trace_id: traceId(trace) })], spans: spansOf(trace, trace % 3) }),
    );
  for (let trace = small + 1; trace <= small + large; trace += 1)
    for (let part = 0; part < 2; part += 1)
      await store.ingest('acme', aBatch({ spans: spansOf(trace, spansOfLarge / 2) }));

  const answer = await store.timeseries('acme', {}, { bucket: 'hour' });

  if (answer === 'too long') throw new Error('it has two points');
  const sum = (field: 'trace_count' | 'span_count' | 'tokens_input') =>
    answer.points.reduce((total, point) => total + point[field], 0);
  expect(sum('trace_count')).toBe(small + large);
  expect(sum('span_count')).toBe(number);
  expect(sum('tokens_input')).toBe(number);
  expect(answer.points).toHaveLength(2);
});
