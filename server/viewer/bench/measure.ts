import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';

const folder = new URL('../dist/assets/', import.meta.url);

/** The JavaScript and CSS that a page loads at first, in bytes after gzip. */
export async function firstLoadBytes(browser: Browser, address: string, ready: string): Promise<number> {
  const page = await browser.newPage();
  const names = new Set<string>();
  page.on('request', (request) => {
    const name = /\/assets\/([^/?]+\.(?:js|css))$/.exec(request.url())?.[1];
    if (name !== undefined) names.add(name);
  });
  await page.goto(address);
  await page.locator(ready).first().waitFor();
  await page.close();
  return [...names].reduce((sum, name) => sum + gzipSync(readFileSync(new URL(name, folder)), { level: 9 }).length, 0);
}

/** From the first byte asked for to what is waited for, in milliseconds by the page's own clock; the scripts are cached. */
export async function timeTo(page: Page, address: string, ready: string): Promise<number> {
  await page.goto(address);
  return timeUntil(page, ready);
}

/** From the first byte of a page asked for to what is waited for, in milliseconds by the page's own clock. */
export async function timeUntil(page: Page, ready: string): Promise<number> {
  await page.locator(ready).first().waitFor();
  // As text: this file is also read without the types of a page.
  return page.evaluate<number>(
    'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now()))))',
  );
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** The processor time of a task, in microseconds. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/**
 * The longest task of a page's main thread while something is done, in milliseconds of processor time: what else the machine does
 * makes a task longer by the clock.
 */
export async function longestTask(page: Page, act: () => Promise<unknown>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] },
  });
  await act();
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  // The browser tells of all its pages; the one that was busy is meant.
  const threads = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  const longest = threads.map(({ pid, tid }) =>
    events.reduce(
      (most, event) =>
        event.name === 'RunTask' && event.pid === pid && event.tid === tid ? Math.max(most, event.tdur ?? 0) : most,
      0,
    ),
  );
  return Math.max(0, ...longest) / 1000;
}

/** Opens an address and waits until nothing of it is on its way. */
export async function openWhole(page: Page, address: string, ready: string, unready: string): Promise<void> {
  await page.goto(address);
  await page.locator(ready).first().waitFor();
  await page.locator(unready).waitFor({ state: 'detached' });
  await page.waitForTimeout(500);
}

/** Frame times while something is done for some seconds, over and over, in milliseconds, sorted. */
export async function frameTimes(page: Page, seconds: number, act: () => Promise<unknown>): Promise<readonly number[]> {
  await page.evaluate(`{
    globalThis.frames_ = [];
    let last = performance.now();
    const count = (now) => {
      globalThis.frames_.push(now - last);
      last = now;
      requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
  }`);
  const until = Date.now() + seconds * 1000;
  while (Date.now() < until) {
    await act();
    await page.waitForTimeout(16);
  }
  const frames = await page.evaluate<number[]>('globalThis.frames_');
  return frames.sort((a, b) => a - b);
}

/** Turns the wheel over an element. */
export const wheelOver = async (page: Page, element: string): Promise<() => Promise<void>> => {
  await page.locator(element).hover();
  return () => page.mouse.wheel(0, 240);
};

/** Drags the scroll bar of an element to its end. */
export const dragToEnd = (page: Page, element: string) => (): Promise<unknown> =>
  page.evaluate(`{
    const scroller = document.querySelector('${element}');
    scroller.scrollTo(0, scroller.scrollHeight);
  }`);

interface HeapSnapshot {
  readonly snapshot: {
    readonly meta: { readonly node_fields: string[]; readonly node_types: [string[], ...unknown[]] };
  };
  readonly nodes: readonly number[];
}

/** What a page has in the heap of its scripts once garbage was collected, in bytes. */
export interface Heap {
  /** All of it, as the browser counts. */
  readonly used: number;
  /** Objects, strings, arrays, closures: what grows if something is kept that should have been let go. */
  readonly held: number;
  /**
   * What V8 compiles of functions when they run first, and again when they run often: it grows until all have run, and V8 lets
   * it go again when it is not used for a while.
   */
  readonly code: number;
}

export async function heapOf(page: Page): Promise<Heap> {
  const session = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  for (let times = 0; times < 3; times++) await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  const { snapshot, nodes } = JSON.parse(chunks.join('')) as HeapSnapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [typeAt, sizeAt] = [fields.indexOf('type'), fields.indexOf('self_size')];
  let [held, code] = [0, 0];
  for (let at = 0; at < nodes.length; at += fields.length) {
    const type = types[typeAt as 0][nodes[at + typeAt] as number];
    const size = nodes[at + sizeAt] as number;
    if (type === 'code') code += size;
    // `native` is what the browser has outside of the heap of scripts.
    else if (type !== 'native') held += size;
  }
  return { used: usedSize, held, code };
}

/** Opens a trace of the list and goes back, for the traces from one number to another. */
export async function openAndClose(page: Page, from: number, to: number): Promise<void> {
  for (let time = from; time < to; time++) {
    const rows = page.locator('[role=grid] [role=row][aria-selected]');
    await rows.nth(time % 20).click({ position: { x: 400, y: 10 } });
    await page.locator('[role=treegrid] [role=row]').first().waitFor();
    await page.goBack();
    await rows.first().waitFor();
  }
}
