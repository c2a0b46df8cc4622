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
  await page.locator(ready).first().waitFor();
  // As text: this file is also read without the types of a page.
  return page.evaluate<number>(
    'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now()))))',
  );
}

/** Frame times while the wheel turns over an element for some seconds, in milliseconds, sorted. */
export async function frameTimes(page: Page, element: string, seconds: number): Promise<readonly number[]> {
  await page.locator(element).hover();
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
    await page.mouse.wheel(0, 240);
    await page.waitForTimeout(16);
  }
  const frames = await page.evaluate<number[]>('globalThis.frames_');
  return frames.sort((a, b) => a - b);
}

/** The heap of a page after garbage was collected, in bytes. */
export async function heapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  for (let times = 0; times < 3; times++) await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

/** Opens a trace of the list and goes back, so many times. */
export async function openAndClose(page: Page, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    const rows = page.locator('[role=grid] [role=row][aria-selected]');
    await rows.nth(time % 20).click({ position: { x: 400, y: 10 } });
    await page.locator('[role=treegrid] [role=row]').first().waitFor();
    await page.goBack();
    await rows.first().waitFor();
  }
}
