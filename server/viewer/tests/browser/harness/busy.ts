import type { Page } from 'playwright-core';
import { longestTask } from '../../../bench/measure.ts';

/** Notes how long the page was busy at a time. */
export const watchTasks = `
  globalThis.busyMs = [];
  new PerformanceObserver((list) => globalThis.busyMs.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: 'longtask', buffered: true });
`;

/** The longest time that the page could do nothing else. */
export const longestTaskMs = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, ...(globalThis as unknown as { busyMs: number[] }).busyMs));

/**
 * What a fixed piece of work takes in a page, in milliseconds of processor time: the measure of other work there, since a machine
 * that is busy, or slow, makes all of it longer. Some 7 ms where nothing else runs.
 */
export const yardstick = (page: Page): Promise<number> =>
  longestTask(page, () =>
    page.evaluate('Array.from({ length: 30_000 }, (_, at) => String((at * 7919) % 30_011)).sort().join().length'),
  );
