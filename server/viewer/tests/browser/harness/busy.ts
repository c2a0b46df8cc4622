import type { Page } from 'playwright-core';

/** Notes how long the page was busy at a time. */
export const watchTasks = `
  globalThis.busyMs = [];
  new PerformanceObserver((list) => globalThis.busyMs.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: 'longtask', buffered: true });
`;

/** The longest time that the page could do nothing else. */
export const longestTaskMs = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, ...(globalThis as unknown as { busyMs: number[] }).busyMs));
