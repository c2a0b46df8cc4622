import type { Page, Route } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { longestTask } from '../../bench/measure.ts';
import { largeTrace } from '../data/large.ts';
import { oddTrace } from '../data/odd.ts';
import { aliveIn, countAlive } from './harness/alive.ts';
import { yardstick } from './harness/busy.ts';
import { openPage, openTrace, searchOf, selectedRow, send, treeRows } from './harness/page.ts';

const spanCount = 53_000;
/** It takes 40 s, so that a window of 50 µs is the smallest there is. */
const large = largeTrace(spanCount, Date.now() - 3_600_000, Math.floor(Math.random() * 1e9), 0.25);
/**
 * No key takes longer than so many times the {@link yardstick}. Measured are 2 to 3, up to 13 beside other tests, which leave more
 * for the collector of garbage; what looks at all spans for each key takes more than 20.
 */
const mostYardsticks = 20;

beforeAll(() => send(large), 120_000);

const rowCount = (page: Page) => page.locator('[role=treegrid]').getAttribute('aria-rowcount');

/** Holds back all pages after the first until the returned function is called. */
async function heldBack(page: Page): Promise<() => void> {
  let release: () => void = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/api/traces/*cursor=*', async (route) => {
    await released;
    await route.continue().catch(() => {});
  });
  return release;
}

describe('a trace of more spans than a page of them', () => {
  it('is read in a worker that the policy allows, and that ends when all is there', async () => {
    const { page, complaints } = await openTrace(large.traceId, 'depth=9', { before: countAlive });

    await expect.poll(() => rowCount(page)).toBe('50001');

    await expect.poll(() => aliveIn(page)).toMatchObject({ workers: 0, workersMade: 1 });
    expect(complaints).toEqual([]);
  });

  it('is not read on when it is left', async () => {
    const { page } = await openPage('/traces?project=dev', { before: countAlive });
    await heldBack(page);
    await page.goto(page.url().replace('/traces?', `/traces/${large.traceId}?`));
    await page.getByText('More are on their way.').waitFor();
    await expect.poll(() => aliveIn(page)).toMatchObject({ workers: 1 });

    await page.getByRole('link', { name: 'Traces', exact: true }).first().click();

    await page.locator('[role=grid]').waitFor();
    await expect.poll(() => aliveIn(page)).toMatchObject({ workers: 0, workersMade: 1 });
  });

  it('keeps the row that is read where it is while others come above it', async () => {
    const trace = oddTrace(
      [
        { name: 'left', at: [0, 1000], span_type: 'agent' },
        { name: 'right', at: [0, 1000], span_type: 'agent' },
        ...Array.from({ length: 2500 }, (_, index) => ({
          name: `step ${index}`,
          at: [index / 3, index / 3 + 1] as const,
          under: index % 2 === 0 ? 'left' : 'right',
        })),
      ],
      { name: 'interleaved' },
    );
    await send(trace);
    const { page } = await openPage('/settings?project=dev');
    const release = await heldBack(page);
    await page.goto(page.url().replace('/settings?', `/traces/${trace.traceId}?`));
    await page.getByText('2,000 of 2,502 spans loaded.').waitFor();
    await page.locator('[role=treegrid]').evaluate((grid) => grid.scrollTo(0, 1200 * 28));
    const row = treeRows(page).getByText('step 401', { exact: true });
    await row.click();
    const { y: before } = (await row.boundingBox()) ?? { y: Number.NaN };

    release();

    await page.getByText('spans loaded').waitFor({ state: 'detached' });
    await expect.poll(() => rowCount(page)).toBe('2503');
    expect((await row.boundingBox())?.y).toBeCloseTo(before, 0);
    expect(await selectedRow(page).getAttribute('aria-label')).toContain('step 401');
  });

  it('is read again in a worker while it runs, and what is read stays where it is', async () => {
    const startMs = Date.now() - 60_000;
    const step = (name: string, at: number, under: string) => ({ name, at: [at, at + 1] as const, under });
    const trace = oddTrace(
      [
        { name: 'left', at: [0], span_type: 'agent' },
        { name: 'right', at: [0], span_type: 'agent' },
        ...Array.from({ length: 6000 }, (_, at) => step(`step ${at}`, at, at % 2 === 0 ? 'left' : 'right')),
        ...Array.from({ length: 50 }, (_, at) => step(`late ${at}`, 7000 + at, 'left')),
      ],
      { name: 'runs', startMs, lengthMs: null },
    );
    const spans = trace.spans ?? [];
    await send({ traces: trace.traces ?? [], spans: spans.slice(0, 6002) });
    const search = `depth=9&span=${trace.traceId.slice(0, 8)}-step_401`;
    const { page, complaints } = await openTrace(trace.traceId, search, { before: countAlive });
    await expect.poll(() => rowCount(page)).toBe('6003');
    const { y: before } = (await selectedRow(page).boundingBox()) ?? {};

    await send({ spans: spans.slice(6002) });

    await expect.poll(() => rowCount(page), { timeout: 30_000 }).toBe('6053');
    expect(await selectedRow(page).getAttribute('aria-label')).toContain('step 401');
    expect((await selectedRow(page).boundingBox())?.y).toBe(before);
    await expect.poll(() => aliveIn(page)).toMatchObject({ workers: 0 });
    expect(complaints).toEqual([]);
  });
});

describe('a trace beyond 50,000 spans', () => {
  it('says how many are loaded and loads more, keeping what is selected, closed and seen', async () => {
    const { page, complaints } = await openTrace(large.traceId, 'depth=9', { before: countAlive });
    await page.getByText('50,000 of 53,000 spans loaded.').waitFor();
    await page.getByText('Totals cover all.').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => searchOf(page).get('closed')).not.toBe(null);
    const closedRows = Number(await rowCount(page));
    await page.locator('[role=treegrid]').evaluate((grid) => grid.scrollTo(0, 20_000 * 28));
    const seen = () => page.locator('[role=treegrid]').evaluate((grid) => grid.scrollTop);
    const [span, top] = [searchOf(page).get('span'), await seen()];

    await page.getByRole('button', { name: 'Load more' }).click();

    await page.getByText('spans loaded').waitFor({ state: 'detached' });
    expect(Number(await rowCount(page))).toBe(closedRows + 3_000);
    expect(searchOf(page).get('span')).toBe(span);
    expect(await seen()).toBe(top);
    await expect.poll(() => aliveIn(page)).toMatchObject({ workers: 0, workersMade: 2 });
    expect(complaints).toEqual([]);
  });

  it('says when the next could not be loaded, keeps what is there, and loads them when asked again', async () => {
    const { page } = await openPage('/settings?project=dev');
    const refuse = (route: Route) =>
      route.fulfill({ status: 422, json: { type: 'about:blank', title: 'No', status: 422, detail: 'Not this time.' } });
    await page.route('**/api/traces/*cursor=*', refuse);
    await page.goto(page.url().replace('/settings?', `/traces/${large.traceId}?depth=9&`));
    await page.getByText('2,000 of 53,000 spans loaded.').waitFor();
    await page.getByText('The next could not be loaded. Not this time.').waitFor();
    expect(await rowCount(page)).toBe('2001');

    await page.unroute('**/api/traces/*cursor=*', refuse);
    await page.getByRole('button', { name: 'Load more' }).click();

    await expect.poll(() => rowCount(page)).toBe('52001');
    await page.getByText('Totals cover all.').waitFor();
  });

  it('reads on until it has the span that a link names, and shows it', async () => {
    const last = large.spans?.at(-1);

    const { page } = await openTrace(large.traceId, `depth=9&span=${last?.span_id}`);

    await expect.poll(() => selectedRow(page).getAttribute('aria-rowindex'), { timeout: 30_000 }).not.toBe('1');
    await page.getByText('spans loaded').waitFor({ state: 'detached' });
    expect(searchOf(page).get('span')).toBe(last?.span_id);
    const [grid, row] = [await page.locator('[role=treegrid]').boundingBox(), await selectedRow(page).boundingBox()];
    expect(row?.y).toBeLessThan((grid?.y ?? 0) + (grid?.height ?? 0));
    await page.locator('[data-panel] h2').getByText(String(last?.name)).waitFor();
  });

  it('says that a link names a span that is not there', async () => {
    const trace = oddTrace([{ name: 'only', at: [0, 900] }]);
    await send(trace);

    const { page } = await openTrace(trace.traceId, 'span=no-such-span');

    await page.getByText('The span no-such-… of this link is not among those of the trace.').waitFor();
    await page.keyboard.press('j');
    await page.getByText('of this link is not among').waitFor({ state: 'detached' });
  });

  it('mounts only the rows that are seen, and reaches the last', async () => {
    const { page } = await openTrace(large.traceId, 'depth=9');
    await expect.poll(() => rowCount(page)).toBe('50001');

    await page.keyboard.press('End');

    await expect.poll(() => selectedRow(page).getAttribute('aria-rowindex')).toBe('50001');
    expect(await treeRows(page).count()).toBeLessThan(120);
  });

  it('follows a key that is held, with the selected row in view, and no key waits for long', async () => {
    const { page } = await openTrace(large.traceId, 'depth=9');
    await expect.poll(() => rowCount(page)).toBe('50001');
    await page.keyboard.press('j');
    const presses = 150;

    const longest = await longestTask(page, async () => {
      for (let press = 1; press < presses; press++) await page.keyboard.down('j');
      await page.keyboard.up('j');
    });

    await expect.poll(() => selectedRow(page).getAttribute('aria-rowindex')).toBe(String(1 + presses));
    const [grid, row] = [await page.locator('[role=treegrid]').boundingBox(), await selectedRow(page).boundingBox()];
    if (grid === null || row === null) throw new Error('nothing to see');
    expect(row.y).toBeGreaterThanOrEqual(grid.y);
    expect(row.y + row.height).toBeLessThanOrEqual(grid.y + grid.height + 1);
    expect(await treeRows(page).count()).toBeLessThan(120);
    // More keys than a browser takes changes of an address: the last has to be in it all the same.
    await page.waitForTimeout(500);
    await page.reload();
    await expect.poll(() => rowCount(page)).toBe('50001');
    expect(await selectedRow(page).getAttribute('aria-rowindex')).toBe(String(1 + presses));
    expect(longest).toBeGreaterThan(1);
    expect(longest / (await yardstick(page))).toBeLessThan(mostYardsticks);
  });

  it('zooms to 50 µs and back', async () => {
    const { page } = await openTrace(large.traceId, 'depth=9');
    await expect.poll(() => rowCount(page)).toBe('50001');
    await page.keyboard.press('w');
    await expect.poll(() => searchOf(page).get('t')).not.toBe(null);

    const longest = await longestTask(page, async () => {
      for (let press = 1; press < 32; press++) await page.keyboard.press('w');
    });

    const [from = 0, to = 0] = (searchOf(page).get('t') ?? '').split('..').map((text) => Number.parseFloat(text));
    expect((to - from) * 1e6).toBeCloseTo(50, 0);
    await page.locator('[class*=tick]').getByText('µs').first().waitFor();
    for (let press = 0; press < 32; press++) await page.keyboard.press('s');
    await expect.poll(() => searchOf(page).get('t')).toBe(null);
    expect(longest).toBeGreaterThan(1);
    expect(longest / (await yardstick(page))).toBeLessThan(mostYardsticks);
  });
});

describe('traces that were left', () => {
  it('leave no worker, no address of an image and no pixels behind', async () => {
    const pixel =
      'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    const picture = oddTrace([
      {
        name: 'look',
        at: [0, 900],
        span_type: 'llm',
        input_data: { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: pixel } }] }] },
      },
    ]);
    await send(picture);
    const { page } = await openPage('/settings?project=dev', { before: countAlive });
    const list = page.getByRole('link', { name: 'Traces', exact: true });
    const open = (path: string) =>
      page.evaluate((to) => {
        history.pushState({}, '', to);
        dispatchEvent(new PopStateEvent('popstate', { state: {} }));
      }, path);

    for (let round = 0; round < 3; round++) {
      await open(`/traces/${picture.traceId}?project=dev&span=${picture.spans?.[0]?.span_id}`);
      await page.locator('[data-panel] img').waitFor();
      await open(`/traces/${large.traceId}?project=dev&q=step+3&in=contents`);
      const canvas = await page.locator('canvas').elementHandle();
      await expect.poll(() => canvas?.evaluate((it) => (it as HTMLCanvasElement).width)).toBeGreaterThan(300);
      await page.getByText(/searched [1-9][\d,]* spans/).waitFor();
      await list.first().click();
      await page.locator('[role=grid]').waitFor();
      expect(await canvas?.evaluate((it) => (it as HTMLCanvasElement).width)).toBe(0);
    }

    const { workers, workersMade, blobUrls, blobUrlsMade } = await aliveIn(page);
    expect([workers, blobUrls]).toEqual([0, 0]);
    expect(workersMade).toBeGreaterThanOrEqual(4);
    expect(blobUrlsMade).toBeGreaterThanOrEqual(3);
  });
});
