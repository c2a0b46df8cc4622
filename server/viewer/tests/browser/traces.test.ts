import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startServer } from '../../../../scripts/server-process.ts';
import { oddTrace } from '../data/odd.ts';
import { realisticTraces } from '../data/realistic.ts';
import { sendRecords } from '../data/send.ts';
import { keys } from './harness/keys.ts';
import { drawn, openPage, searchOf, send, serverUrl, tableRows } from './harness/page.ts';

/** Traces of a name of their own, so that tests do not see each other's. */
const named = (name: string, count: number, secondsAgo = 60) =>
  Array.from({ length: count }, (_, index) =>
    oddTrace([], { name, startMs: Date.now() - secondsAgo * 1000 - index * 10, lengthMs: 5 + index }),
  );

describe('filters', () => {
  it('are the API’s own names in the address, shown as chips, and go one by one', {
    tags: ['each-store'],
  }, async () => {
    const { page } = await openPage('/traces?project=dev&status=error&min_duration_ms=2000&tags=beta,prod');
    for (const chip of ['Status: error', 'Duration ≥ 2 s', 'Tags: beta,prod'])
      await page.getByRole('button', { name: chip, exact: true }).waitFor();

    await page.getByRole('button', { name: 'Remove the filter Status' }).click();

    await expect.poll(() => searchOf(page).get('status')).toBe(null);
    expect(searchOf(page).get('tags')).toBe('beta,prod');
    await page.goBack();
    await page.getByRole('button', { name: 'Status: error', exact: true }).waitFor();
  });

  it('are entered as a person writes them, with the values that there are', async () => {
    const { page } = await openPage('/traces?project=dev');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Duration' }).click();
    await page.getByRole('textbox', { name: 'Duration' }).fill('1.5 min');
    await page.keyboard.press('Enter');
    await expect.poll(() => searchOf(page).get('min_duration_ms')).toBe('90000');

    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Model' }).click();
    await page.getByRole('button', { name: /in-house-7b/ }).click();
    await expect.poll(() => searchOf(page).get('model')).toBe('in-house-7b');
  });

  it('that cannot be read are said, not sent', async () => {
    const { page, complaints } = await openPage('/traces?project=dev&min_cost=abc');

    await page.getByText('Ignored filter min_cost=abc').waitFor();
    await tableRows(page).first().waitFor();
    expect(complaints).toEqual([]);
  });

  it('that nothing passes offer the way out', { tags: ['each-store'] }, async () => {
    const { page } = await openPage('/traces?project=dev&model=no-such-model&status=ok');
    await page.getByText('No traces match.').waitFor();
    await page.getByText(/[\d,]+ exist in this time range without the filters/).waitFor();

    await page.getByRole('button', { name: 'Without model: no-such-model' }).click();

    await tableRows(page).first().waitFor();
    expect(searchOf(page).get('status')).toBe('ok');
  });

  it('search the text of traces', { tags: ['each-store'] }, async () => {
    const name = `searched ${Math.random()}`;
    await send(oddTrace([], { name, trace: { input: { question: 'When do I land at Gardermoen?' } } }));
    await send(...named(name, 2));
    const { page } = await openPage(`/traces?project=dev&name=${name}`);
    await tableRows(page).first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('Gardermoen');
    await page.keyboard.press('Enter');

    await expect.poll(() => searchOf(page).get('q')).toBe('Gardermoen');
    await expect.poll(() => tableRows(page).count()).toBe(1);
    await tableRows(page).first().getByText(name).waitFor();
  });

  it('that the server looks for a part at a time say how far it has looked, and go on when asked', async () => {
    const { page } = await openPage('/settings?project=dev');
    const asked: (string | null)[] = [];
    await page.route(/\/api\/traces\?/, async (route) => {
      const cursor = new URL(route.request().url()).searchParams.get('cursor');
      asked.push(cursor);
      const isFirst = cursor === null;
      const none = { traces: [], count: 0, has_more: isFirst, next_cursor: isFirst ? 'further' : null };
      await route.fulfill({ json: isFirst ? { ...none, scanned_until: '2020-01-03T14:00:00.000000Z' } : none });
    });
    await page.goto(`${serverUrl()}/traces?project=dev&q=rare&live=off`);

    await page.getByText('Searched back to 3 Jan 2020, 0 found so far.').waitFor();
    expect(asked).toEqual([null]);
    await page.getByRole('button', { name: 'Search further' }).click();

    await page.getByText('No traces match.').waitFor();
    expect(asked).toEqual([null, 'further']);
  });

  it('say that a time range is empty, and how to see more', async () => {
    const { page } = await openPage('/traces?project=dev&from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z');

    await page.getByText(/^No traces in 1 Jan 2020 to 2 Jan 2020/).waitFor();
    await page.getByRole('button', { name: 'Show last 30 days' }).click();
    await tableRows(page).first().waitFor();
  });
});

describe('the table', () => {
  it('sorts where the API sorts all, and pauses live then', async () => {
    const { page } = await openPage('/traces?project=dev');
    await page.getByRole('button', { name: /^Cost/ }).click();
    await page.getByRole('menuitem', { name: 'Greatest first' }).click();

    await page.getByText('Live needs newest first.').waitFor();
    expect(searchOf(page).get('sort')).toBe('cost');
    expect(await page.getByRole('columnheader', { name: /Cost/ }).getAttribute('aria-sort')).toBe('descending');
  });

  it('loads older traces as one scrolls, and Back shows it as it was left', { tags: ['each-store'] }, async () => {
    const name = `paged ${Math.random()}`;
    await send(...named(name, 260));
    const { page } = await openPage(`/traces?project=dev&name=${name}`);
    await page.getByText('260 traces').waitFor();
    const grid = page.locator('[role=grid]');
    const end = page.getByText('That is all in this time range.');
    await expect
      .poll(async () => {
        await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight));
        return end.isVisible();
      })
      .toBe(true);
    const offset = await grid.evaluate((element) => element.scrollTop);
    const row = tableRows(page).last();
    const label = await row.getAttribute('id');
    await row.click({ position: { x: 300, y: 10 } });
    await page.locator('[role=treegrid], h1').first().waitFor();
    await page.goBack();

    await grid.waitFor();
    await expect
      .poll(() => page.locator('[role=grid]').evaluate((element) => element.scrollTop))
      .toBeGreaterThan(offset - 100);
    expect(label).not.toBe(null);
    expect(await tableRows(page).count()).toBeLessThan(80);
  });

  it('lets go of what is far from the reader, and reads it again on the way back', async () => {
    const name = `far ${Math.random()}`;
    await send(...named(name, 2_300));
    const { page } = await openPage(`/traces?project=dev&live=off&name=${name}`);
    const read: (string | null)[] = [];
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname === '/api/traces' && searchParams.get('limit') === '100') read.push(searchParams.get('cursor'));
    });
    const grid = page.locator('[role=grid]');
    await expect
      .poll(
        async () => {
          await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight));
          return tableRows(page).last().getAttribute('aria-rowindex');
        },
        { timeout: 30_000 },
      )
      .toBe('2301');
    expect(new Set(read).size).toBe(read.length);
    read.length = 0;

    await grid.evaluate((element) => element.scrollTo(0, 0));

    await expect.poll(() => tableRows(page).first().getAttribute('aria-rowindex')).toBe('2');
    await tableRows(page).first().getByText(name).waitFor();
    await expect.poll(() => page.locator('[role=grid] [aria-busy]').count()).toBe(0);
    expect(read).toContain(null);
    // The newest page alone, and those next to it, had been let go.
    expect(read.length).toBeLessThan(4);
  });

  it('brushes the histogram by the keyboard', { tags: ['each-store'] }, async () => {
    const { page } = await openPage('/traces?project=dev');
    await tableRows(page).first().waitFor();
    await page.getByRole('slider', { name: 'Start of the range' }).focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'Enter']) await page.keyboard.press(key);

    await expect.poll(() => searchOf(page).get('from')).toMatch(/^\d{4}-/);
    expect(searchOf(page).get('to')).toMatch(/^\d{4}-/);
  });

  it('has a bar for each minute of an hour, and counts what is not loaded', { tags: ['each-store'] }, async () => {
    const now = Date.now();
    const name = `minutely-${now}`;
    await send(...Array.from({ length: 150 }, (_, n) => oddTrace([], { name, startMs: now - 60_000 - n * 12_000 })));

    const { page } = await openPage(`/traces?project=dev&name=${name}&from=-1h`);

    await page.locator('strong').getByText('150 traces').waitFor();
    const bars = await page
      .getByRole('figure', { name: 'Traces over time' })
      .locator('[title]')
      .evaluateAll((elements) => elements.map((bar) => Number(/: (\d+) /.exec(bar.getAttribute('title') ?? '')?.[1])));
    expect([60, 61]).toContain(bars.length);
    expect(bars.reduce((sum, count) => sum + count, 0)).toBe(150);
    expect(bars.filter((count) => count === 5).length).toBeGreaterThanOrEqual(29);
  });

  it('shows and hides columns, by the address', async () => {
    const { page } = await openPage('/traces?project=dev&cols=name,environment');

    await page.getByRole('columnheader', { name: 'Environment' }).waitFor();
    expect(await page.getByRole('columnheader', { name: 'Tokens' }).count()).toBe(0);
    expect(await page.getByRole('columnheader', { name: 'Started' }).count()).toBe(1);
  });

  it('has columns as wide as somebody has made them in this browser, by the pointer or by the menu', async () => {
    const { page } = await openPage('/traces?project=dev&name=support-agent');
    await tableRows(page).first().waitFor();
    const header = page.getByRole('columnheader', { name: 'Models' });
    const width = async () => Math.round((await header.boundingBox())?.width ?? 0);
    const cellWidth = () =>
      tableRows(page)
        .first()
        .getByRole('gridcell')
        .nth(4)
        .evaluate((cell) => Math.round(cell.getBoundingClientRect().width));
    const standard = await width();
    const edge = await header.locator('[class*=edge]').boundingBox();
    if (edge === null) throw new Error('no edge');

    await page.mouse.move(edge.x + 3, edge.y + 5);
    await page.mouse.down();
    await page.mouse.move(edge.x + 63, edge.y + 5, { steps: 3 });
    expect(await cellWidth()).toBe(standard + 60);
    await page.mouse.up();
    await expect.poll(width).toBe(standard + 60);
    await page.reload();
    await tableRows(page).first().waitFor();
    expect(await width()).toBe(standard + 60);

    const choose = async (action: string) => {
      await header.getByRole('button').press('Enter');
      await page.getByRole('menuitem', { name: action }).press('Enter');
    };
    await choose('Standard width');
    await expect.poll(width).toBe(standard);
    await choose('Narrower');
    await expect.poll(width).toBe(standard - 24);
    expect(searchOf(page).get('cols')).toBe(null);
  });

  it('marks two traces and compares them', async () => {
    const { page } = await openPage('/traces?project=dev&name=support-agent');
    await tableRows(page).first().waitFor();
    for (const key of ['j', 'x', 'j', 'x', 'c']) await page.keyboard.press(key);

    await expect.poll(() => new URL(page.url()).pathname).toMatch(/^\/compare\/\w+\/\w+$/);
  });

  it('peeks at a trace, and narrows to those like it', async () => {
    const { page } = await openPage('/traces?project=dev&name=support-agent');
    await tableRows(page).first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press(' ');
    const sheet = page.getByRole('dialog', { name: 'support-agent' });

    await sheet.getByText('Where is my parcel').first().waitFor();
    await sheet.getByRole('button', { name: /^environment/ }).click();
    await expect.poll(() => searchOf(page).get('environment')).toBe('production');
  });
});

/** A list of 60 traces of a name that somebody reads in its middle; `under` is the row under the pointer, by its time. */
async function readInTheMiddle(name: string) {
  await send(...named(name, 60));
  const { page } = await openPage(`/traces?project=dev&name=${name}`);
  await tableRows(page).first().waitFor();
  const grid = page.locator('[role=grid]');
  await grid.hover();
  await grid.evaluate((element) => element.scrollTo(0, 400));
  await drawn(page);
  const under = () =>
    page.evaluate(() => document.elementFromPoint(300, 600)?.closest('[role=row]')?.querySelector('time')?.dateTime);
  return { page, under };
}

describe('live', () => {
  it('does not move the row that is read when traces arrive; they wait until they are wanted', {
    tags: ['each-store'],
  }, async () => {
    const name = `live ${Math.random()}`;
    const { page, under } = await readInTheMiddle(name);
    const before = await under();

    await send(...named(name, 40, 5));
    await page.getByRole('button', { name: '40 new traces, press .' }).waitFor({ timeout: 15_000 });

    expect(before).toBeDefined();
    expect(await under()).toBe(before);
    await page.keyboard.press('.');
    await expect.poll(() => page.locator('[role=grid]').getByText('new traces').count()).toBe(0);
  });

  it('does not move the row that is read when 500 traces arrive at once, and says that between them some are missing', async () => {
    const name = `flood ${Math.random()}`;
    const { page, under } = await readInTheMiddle(name);
    const before = await under();

    await send(...named(name, 500, 5));
    await page.getByRole('button', { name: 'More than 100 traces arrived at once. Load them' }).waitFor();

    expect(before).toBeDefined();
    expect(await under()).toBe(before);
    await page.getByRole('button', { name: 'More than 100 traces arrived at once. Load them' }).click();
    await page.getByText('560 traces').waitFor();
  });

  it('lets new traces in at the top where nobody reads', { tags: ['each-store'] }, async () => {
    const name = `quiet ${Math.random()}`;
    await send(...named(name, 2));
    const { page } = await openPage(`/traces?project=dev&name=${name}`);
    await expect.poll(() => tableRows(page).count()).toBe(2);
    await page.mouse.move(700, 20);

    await send(...named(name, 1, 1));

    await expect.poll(() => tableRows(page).count(), { timeout: 15_000 }).toBe(3);
  });
});

describe('a server that goes away', () => {
  it('leaves what was read, says so, and is found again by itself', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'llm-tracer-away-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const environment = { PATH: process.env['PATH'], DATA_DIR: folder, LOG_LEVEL: 'warn', API_KEYS: keys.dev };
    const first = await startServer({ ...environment, PORT: '0' });
    await sendRecords(first.url, keys.dev, realisticTraces({ count: 5, seed: 3 }));
    const { page } = await openPage('/settings?project=dev');
    await page.goto(`${first.url}/traces?project=dev`);
    await tableRows(page).first().waitFor();

    await first.stop();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page
      .getByText(/Showing data from|Could not load traces/)
      .first()
      .waitFor({ timeout: 25_000 });

    const again = await startServer({ ...environment, PORT: new URL(first.url).port });
    onTestFinished(() => again.stop().then(() => {}));
    await tableRows(page).first().waitFor({ timeout: 25_000 });
    await expect.poll(() => page.getByText(/Showing data from/).count(), { timeout: 20_000 }).toBe(0);
  }, 60_000);
});

it('turns the first-run page into the first trace when it arrives', async () => {
  const { page } = await openPage('/sign-in');
  await page.getByLabel('API key').fill(keys.newcomer);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Listening… nothing yet').waitFor();
  expect(await page.locator('pre').first().textContent()).not.toContain(keys.newcomer);

  await sendRecords(new URL(page.url()).origin, keys.newcomer, [oddTrace([], { name: 'the very first' })]);

  await page.getByText('the very first').waitFor({ timeout: 10_000 });
  await page.getByRole('link', { name: 'Open it' }).click();
  await page.getByText('This trace has no spans.').waitFor();
});
