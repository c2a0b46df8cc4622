import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildViewerIfNeeded } from '../scripts/build-viewer.ts';
import { type Browser, launchBrowser } from '../server/viewer/bench/browser.ts';
import {
  dragToEnd,
  firstLoadBytes,
  frameTimes,
  type Heap,
  heapOf,
  longestTask,
  openAndClose,
  openWhole,
  timeTo,
  timeUntil,
  wheelOver,
} from '../server/viewer/bench/measure.ts';
import { largeTrace } from '../server/viewer/tests/data/large.ts';
import { realisticTraces } from '../server/viewer/tests/data/realistic.ts';
import { sendRecords, timeAt } from '../server/viewer/tests/data/send.ts';
import type { BenchOptions } from './lib/options.ts';
import { median, type Row } from './lib/report.ts';
import { startServer } from './lib/server-process.ts';

const key = 'project-dev';
const grid = '[role=grid]';
const row = `${grid} [role=row][aria-selected]`;
const counted = 'strong:has-text(" traces")';
const treeRow = '[role=treegrid] [role=row][aria-level="2"]';
/** While spans are still being read. */
const underWay = 'text=on their way';
const budgetKb = 200;
const budgetMs = 1_000;
const budgetGrowth = 0.05;

/** The viewer in a real Chromium: what it loads, and how it does with a million traces and with large ones. */
export async function benchViewer({ isQuick }: BenchOptions): Promise<Row[]> {
  await buildViewerIfNeeded();
  const dataDir = mkdtempSync(join(tmpdir(), 'llm-tracer-bench-'));
  const server = await startServer('server/src/main.ts', { DATA_DIR: dataDir, SEARCH_INDEX: 'off' });
  const browser = await launchBrowser();
  try {
    const now = Date.now();
    const traces = isQuick ? 20_000 : 1_000_000;
    await fillTraces(server.url, traces, now);
    await sendRecords(server.url, key, realisticTraces({ count: 60, nowMs: now }));
    const large = [10_000, 50_000].map((count) => ({ count, ...largeTrace(count, now - 3_600_000, count) }));
    const small = largeTrace(1_000, now - 3_600_000);
    await sendRecords(server.url, key, [small, ...large]);

    const list = `${server.url}/traces?project=dev`;
    const traceOf = (id: string) => `${server.url}/traces/${id}?project=dev`;
    const sizes = [
      { name: 'first load of the list', kb: (await firstLoadBytes(browser, list, row)) / 1000 },
      { name: 'first load of a trace', kb: (await firstLoadBytes(browser, traceOf(small.traceId), treeRow)) / 1000 },
    ];

    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    // Counting a million traces may take a busy machine longer than what is waited by default.
    page.setDefaultTimeout(300_000);
    await timeTo(page, list, counted); // fills the cache of scripts
    const rounds = isQuick ? 3 : 7;
    const times = async (address: string, ready: string) => {
      const measured: number[] = [];
      for (let round = 0; round < rounds; round++) {
        measured.push(await timeTo(page, address, ready));
        // What the server still answers to this round would slow the next.
        await page.locator(underWay).waitFor({ state: 'detached' });
      }
      return median(measured);
    };
    const listMs: number[] = [];
    const countMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      listMs.push(await timeTo(page, list, row));
      // The server is still counting them: the next round would wait for this one.
      countMs.push(await timeUntil(page, counted));
    }
    const seconds = isQuick ? 2 : 5;
    const frames = await frameTimes(page, seconds, await wheelOver(page, grid));
    const dragged = await frameTimes(page, seconds, dragToEnd(page, grid));
    const rowsReached = await page.locator(row).last().getAttribute('aria-rowindex');
    const trees: { readonly count: number; readonly ms: number; readonly taskMs: number }[] = [];
    for (const { count, traceId } of large) {
      const tasks: number[] = [];
      for (let round = 0; round < rounds; round++) {
        await page.goto('about:blank');
        tasks.push(await longestTask(page, () => openWhole(page, traceOf(traceId), treeRow, underWay)));
      }
      trees.push({ count, ms: await times(traceOf(traceId), treeRow), taskMs: median(tasks) });
    }
    const treeFrames = await frameTimes(page, seconds, await wheelOver(page, '[role=treegrid]'));

    await page.close();
    const someTraces = `${list}&name=support-agent`;
    const compiling = await heaps(browser, someTraces);
    const plain = await launchBrowser('--no-opt', '--no-maglev', '--no-sparkplug');
    const kept = await heaps(plain, someTraces).finally(() => plain.close());

    return [
      ...sizes.map(({ name, kb }) => ({
        name,
        value: kb,
        unit: 'kB gzip',
        budget: `<= ${budgetKb}`,
        ok: kb <= budgetKb,
      })),
      { name: `list of ${traces.toLocaleString('en-US')} traces, first rows`, value: median(listMs), unit: 'ms' },
      { name: '  how many there are, and when', value: median(countMs), unit: 'ms' },
      ...frameRows('scrolling by the wheel', frames),
      ...frameRows('scroll bar dragged to its end', dragged),
      { name: '  row reached by it, page by page', value: Number(rowsReached), unit: '' },
      ...trees.flatMap(({ count, ms, taskMs }) => [
        {
          name: `trace of ${count.toLocaleString('en-US')} spans, to interactive`,
          value: ms,
          unit: 'ms',
          ...(count === 10_000 ? { budget: `<= ${budgetMs}`, ok: ms <= budgetMs } : {}),
        },
        { name: '  longest task of the page until all are there', value: taskMs, unit: 'ms of CPU' },
      ]),
      ...frameRows('scrolling by the wheel', treeFrames),
      ...heapRows('heap', compiling),
      ...heapRows('heap without optimising compilers', kept),
      {
        name: '  growth from 0 to 50',
        value: growthOf(kept) * 100,
        unit: '%',
        budget: `<= ${budgetGrowth * 100}`,
        ok: growthOf(kept) <= budgetGrowth,
      },
    ];
  } finally {
    await browser.close();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const frameRows = (what: string, frames: readonly number[]): Row[] =>
  [
    ['p50', percentile(frames, 0.5)] as const,
    ['p95', percentile(frames, 0.95)] as const,
    ['longest', percentile(frames, 1)] as const,
  ].map(([name, value]) => ({ name: `  ${what}, frames ${name}`, value, unit: 'ms' }));

type Heaps = readonly (Heap & { readonly opened: number })[];

/**
 * The heap of a page that opens and closes traces of a list, by their number. Before the first look each trace of the list was
 * open once, so that all code has run and is there.
 *
 * V8's optimising compilers work on for hundreds of traces, which is nothing that the page keeps. So a page is also looked at
 * without them.
 */
async function heaps(browser: Browser, list: string): Promise<Heaps> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await timeTo(page, list, row);
  await openAndClose(page, 0, 20);
  // Pages load more once they rest, and hold for a while what they came with.
  await page.waitForTimeout(3_000);
  await openAndClose(page, 0, 5);
  const seen: (Heap & { readonly opened: number })[] = [];
  let opened = 0;
  for (const next of [0, 10, 25, 50]) {
    await openAndClose(page, opened, next);
    opened = next;
    seen.push({ opened, ...(await heapOf(page)) });
  }
  await page.close();
  return seen;
}

const growthOf = (seen: Heaps): number => (seen.at(-1) as Heap).used / (seen[0] as Heap).used - 1;

const heapRows = (what: string, seen: Heaps): Row[] =>
  seen.flatMap(({ opened, used, held, code }) => [
    { name: `${what}, after ${opened} traces opened and closed`, value: used / 1e6, unit: 'MB' },
    { name: '  objects, strings, closures', value: held / 1e6, unit: 'MB' },
    { name: '  compiled code', value: code / 1e6, unit: 'MB' },
  ]);

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** Stores so many traces without spans, spread over a day: the list is what is measured. */
async function fillTraces(url: string, count: number, nowMs: number): Promise<void> {
  const atOnce = 100_000;
  for (let from = 0; from < count; from += atOnce) {
    const traces = Array.from({ length: Math.min(atOnce, count - from) }, (_, offset) => {
      const index = from + offset;
      const startMs = nowMs - 60_000 - (index / count) * 86_000_000;
      return {
        trace_id: `b${index.toString(16).padStart(31, '0')}`,
        name: `run ${index % 17}`,
        start_time: timeAt(startMs),
        end_time: timeAt(startMs, (index % 900) + 1),
        user_id: `user-${index % 1000}`,
        tags: [index % 2 === 0 ? 'prod' : 'beta'],
      };
    });
    await sendRecords(url, key, [{ traces }]);
  }
}
