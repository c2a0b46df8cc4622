import { describe, expect, it } from 'vitest';
import { oddTrace } from '../data/odd.ts';
import { sendRecords } from '../data/send.ts';
import { keys } from './harness/keys.ts';
import { drawn, openPage, searchOf, selectedRow, send, serverUrl, tableRows, treeRows } from './harness/page.ts';

const run = (name: string, startMs = Date.now() - 600_000) =>
  oddTrace(
    [
      { name: 'plan', at: [0, 1000], span_type: 'agent' },
      { name: 'search', at: [400, 700], under: 'plan', span_type: 'tool', output_data: { found: 'a needle' } },
      { name: 'fetch', at: [410, 690], under: 'search' },
    ],
    { name, startMs },
  );

describe('a link', () => {
  it('into a browser that has no key shows after signing in what it was copied from: span, tab, closed rows and window', async () => {
    const trace = run('linked');
    await sendRecords(serverUrl(), keys.sending, [trace]);
    const id = trace.traceId.slice(0, 8);
    const search = `project=demo&span=${id}-search&tab=meta&closed=${id}-search&t=0.3s..0.8s`;
    const { page } = await openPage(`/traces/${trace.traceId}?${search}`);
    await page.getByText('This link belongs to project demo. Enter a key for it.').waitFor();

    await page.getByLabel('API key').fill(keys.reading);
    await page.getByRole('button', { name: 'Sign in' }).click();

    await selectedRow(page).waitFor();
    expect(await selectedRow(page).getAttribute('aria-label')).toContain('search');
    expect(await treeRows(page).count()).toBe(3);
    expect(await page.getByRole('tab', { name: 'Meta' }).getAttribute('aria-selected')).toBe('true');
    expect(await page.getByRole('slider', { name: 'Start of the window' }).getAttribute('aria-valuetext')).toBe(
      '+300 ms',
    );
    expect(page.url()).toBe(`${serverUrl()}/traces/${trace.traceId}?${search}`);
  });
});

describe('Back and Forward', () => {
  it('go through list, trace, span and list as each was left', async () => {
    const name = `travelled ${Math.random()}`;
    const now = Date.now();
    await send(...Array.from({ length: 80 }, (_, index) => run(name, now - 60_000 - index * 1000)));
    const { page } = await openPage(`/traces?project=dev&live=off&name=${name}`);
    await tableRows(page).first().waitFor();
    const grid = page.locator('[role=grid]');
    await grid.evaluate((element) => element.scrollTo(0, 800));
    await drawn(page);
    const place = { x: 300, y: 600 };
    const label = await page.evaluate(
      ({ x, y }) => document.elementFromPoint(x, y)?.closest('[role=row]')?.getAttribute('aria-rowindex'),
      place,
    );
    await page.mouse.click(place.x, place.y);
    await page.locator('[role=treegrid]').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await expect.poll(() => searchOf(page).get('span')).toMatch(/search/);
    const span = searchOf(page).get('span');

    await page.goBack();
    await grid.waitFor();
    await expect.poll(() => grid.evaluate((element) => element.scrollTop)).toBe(800);
    expect(await page.locator('[role=grid] [aria-selected=true]').getAttribute('aria-rowindex')).toBe(label);

    await page.goForward();
    await page.locator('[role=treegrid]').waitFor();
    expect(searchOf(page).get('span')).toBe(span);
    expect(await selectedRow(page).getAttribute('aria-label')).toContain('search');

    await page.goBack();
    await grid.waitFor();
    await expect.poll(() => grid.evaluate((element) => element.scrollTop)).toBe(800);
  });
});

describe('the key', () => {
  it('is not in what is copied of an error', async () => {
    const { page } = await openPage('/sign-in');
    await page.getByLabel('API key').fill(keys.reading);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(/project=demo/);
    await page.route(/\/api\/traces\?/, (route) =>
      route.fulfill({ status: 400, json: { title: 'Bad Request', status: 400, detail: 'It cannot be read.' } }),
    );
    await page.goto(`${serverUrl()}/traces?project=demo`);

    await page.getByRole('button', { name: 'Copy details' }).click();

    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain('GET /api/traces');
    expect(copied).toContain('status: 400');
    expect(copied).not.toContain(keys.reading);
  });
});
