// Whatever is between the SDK and the server, each record is stored, and stored once.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FlushReport } from '../../src/index.ts';
import { allDelivered, expectEverything, sumsOf } from './expected.ts';
import type { Fault } from './proxy.ts';
import { type Backend, type FaultyProxy, isLong, run, start, startBackend, startProxy } from './rig.ts';

const outageMs = isLong ? 15_000 : 3_000;
const timeoutMs = outageMs + 60_000;

const projects = ['absent', 's503', 'hang', 'reset', 's429', 's413', 'lost', 'slow', 'flapping', 'burst'];
let backend: Backend;
beforeAll(async () => {
  backend = await startBackend(projects);
});
afterAll(() => backend.stop());

interface Row {
  readonly project: string;
  readonly fault: Fault;
  /** How long the fault lasts; absent: to the end. */
  readonly lastsMs?: number;
  readonly traces?: number;
  /** How long recording takes. */
  readonly overMs?: number;
  readonly options?: object;
}

/** Runs a program that records within the fault and flushes within it too; what became of it. */
async function through({ project, fault, lastsMs, traces = 250, overMs = 1000, options }: Row, target: string) {
  const proxy: FaultyProxy = await startProxy(target);
  try {
    await proxy.set(fault);
    const running = await start('flush', proxy.url, project, { traces, overMs, options });
    if (lastsMs !== undefined) {
      await running.printed('recording');
      await sleep(lastsMs);
      await proxy.set({ kind: 'none' });
    }
    const { code, lines, errors } = await running.ended;
    const report = JSON.parse(lines.at(-1) ?? '{}') as FlushReport;
    return { code, errors, report, counts: await proxy.counts() };
  } finally {
    proxy.stop();
  }
}

const rows: Readonly<Record<string, Row>> = {
  'is absent': { project: 'absent', fault: { kind: 'absent' }, lastsMs: outageMs },
  'answers 503': { project: 's503', fault: { kind: 'status', status: 503 }, lastsMs: outageMs },
  'answers 429 and asks to wait': {
    project: 's429',
    fault: { kind: 'status', status: 429, retryAfterS: 1 },
    lastsMs: outageMs,
  },
  'takes requests and never answers': {
    project: 'hang',
    fault: { kind: 'hang' },
    lastsMs: outageMs,
    options: { requestTimeoutMs: 1000 },
  },
  'resets connections in the middle of a body': { project: 'reset', fault: { kind: 'reset' }, lastsMs: outageMs },
  'is slow': { project: 'slow', fault: { kind: 'slow', latencyMs: 1000 } },
};

describe('each record is stored once when the server', () => {
  for (const [title, row] of Object.entries(rows))
    test.concurrent(title, { timeout: timeoutMs }, async () => {
      const { code, report, counts } = await through(row, backend.url);

      expect(code).toBe(0);
      expect(report).toMatchObject(allDelivered(250));
      if (row.fault.kind !== 'absent') expect(counts.faulted).toBeGreaterThan(0);
      await expectEverything(backend, row.project, 250);
    });

  test.concurrent('refuses large bodies', { timeout: timeoutMs }, async () => {
    const { report, counts } = await through(
      { project: 's413', fault: { kind: 'too large', mostBytes: 20_000 }, overMs: 0 },
      backend.url,
    );

    expect(report).toMatchObject(allDelivered(250));
    expect(counts.requests).toBeGreaterThan(2);
    await expectEverything(backend, 's413', 250);
  });

  test.concurrent('stores records and its answer is lost', { timeout: timeoutMs }, async () => {
    const { report, counts } = await through(
      { project: 'lost', fault: { kind: 'answer lost', times: 3 }, overMs: 0 },
      backend.url,
    );

    expect(report).toMatchObject(allDelivered(250));
    expect(counts.faulted).toBe(3);
    await expectEverything(backend, 'lost', 250);
  });

  test.concurrent('comes and goes', { timeout: timeoutMs }, async () => {
    const proxy = await startProxy(backend.url);
    try {
      const running = await start('flush', proxy.url, 'flapping', { traces: 250, overMs: 2500 });
      const faults: Fault[] = [{ kind: 'answer lost' }, { kind: 'absent' }, { kind: 'reset' }, { kind: 'none' }];
      await running.printed('recording');
      for (const fault of [...faults, ...faults]) {
        await proxy.set(fault);
        await sleep(300);
      }

      const { lines } = await running.ended;

      expect(JSON.parse(lines.at(-1) ?? '{}')).toMatchObject(allDelivered(250));
      await expectEverything(backend, 'flapping', 250);
    } finally {
      proxy.stop();
    }
  });
});

test('a burst of 50,000 spans is stored whole by a server 50 ms away', { timeout: 120_000 }, async () => {
  const traces = 16_667;
  const proxy = await startProxy(backend.url);
  try {
    await proxy.set({ kind: 'slow', latencyMs: 50 });

    const { lines } = await run('flush', proxy.url, 'burst', { traces });

    expect(JSON.parse(lines.at(-1) ?? '{}')).toMatchObject(allDelivered(traces));
    expect(await backend.stats('burst')).toEqual(sumsOf(traces));
    const counts = await backend.spanCounts('burst');
    expect(counts.size).toBe(traces);
    expect([...counts.values()].filter((count) => count !== 3)).toEqual([]);
  } finally {
    proxy.stop();
  }
});
