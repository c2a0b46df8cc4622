// With bounds so small that records must go, what is missing is exactly what is reported: by flush(), to onDrop, and on the server.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FlushReport } from '../../src/index.ts';
import { recordsOf } from './expected.ts';
import { type Backend, run, start, startBackend, startProxy } from './rig.ts';

const traces = 500;
let backend: Backend;
beforeAll(async () => {
  backend = await startBackend(['count', 'bytes', 'large']);
});
afterAll(() => backend.stop());

interface Drops {
  readonly report: FlushReport;
  readonly again: FlushReport;
  readonly told: FlushReport['dropReasons'];
}

const bounds = {
  count: { maxQueueRecords: 200, maxBatchRecords: 50 },
  bytes: { maxQueueBytes: 100_000, maxBatchBytes: 20_000 },
};

for (const [project, options] of Object.entries(bounds))
  test.concurrent(`a queue bounded by ${project} loses what it reports, and no more`, { timeout: 60_000 }, async () => {
    const proxy = await startProxy(backend.url);
    try {
      await proxy.set({ kind: 'absent' });
      const program = await start('drops', proxy.url, project, { traces, options });
      await program.printed('recorded');
      await proxy.set({ kind: 'none' });

      const { lines } = await program.ended;

      const { report, again, told } = JSON.parse(lines.at(-1) ?? '{}') as Drops;
      const stats = await backend.stats(project);
      // A span whose trace record was dropped stands in a trace all the same: that one is counted by its name.
      const traceRecords = [...(await backend.spanCounts(project)).keys()].filter((name) => /^trace/.test(name)).length;
      expect(report).toMatchObject({ pending: 0 });
      expect(report.dropped).toBeGreaterThan(0);
      expect(report.delivered + report.dropped).toBe(recordsOf(traces));
      expect(stats.total_spans + traceRecords).toBe(report.delivered);
      expect(again.dropReasons).toEqual(report.dropReasons);
      expect(told).toEqual(report.dropReasons);
      expect(stats.dropped).toEqual(report.dropReasons);
    } finally {
      proxy.stop();
    }
  });

test('a record that is larger than the server takes is counted, and costs its neighbours nothing', {
  timeout: 60_000,
}, async () => {
  const proxy = await startProxy(backend.url);
  try {
    await proxy.set({ kind: 'too large', mostBytes: 100_000 });

    const { lines } = await run('one-large', proxy.url, 'large', { neighbours: 100, characters: 400_000 });

    const report = JSON.parse(lines.at(-1) ?? '{}') as FlushReport;
    expect(report).toMatchObject({ delivered: 101, pending: 0, dropped: 1, dropReasons: { too_large: 1 } });
    expect(await backend.stats('large')).toMatchObject({ total_spans: 100, dropped: { too_large: 1 } });
  } finally {
    proxy.stop();
  }
});
