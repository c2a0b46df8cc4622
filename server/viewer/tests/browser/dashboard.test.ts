import { describe, expect, it } from 'vitest';
import { oddTrace } from '../data/odd.ts';
import { violationsOn } from './harness/axe.ts';
import { keys } from './harness/keys.ts';
import { expectRepaint, openPage, searchOf, send, serverUrl, settled, tableRows } from './harness/page.ts';

const canvas = '[aria-label="Traces and errors"] canvas';
const hourMs = 3_600_000;

/** Ten traces of a name in one hour: nine quick ones, one that fails and takes ten times as long. */
async function sendDay(name: string): Promise<{ readonly hour: number }> {
  const hour = Math.floor(Date.now() / hourMs) * hourMs - 2 * hourMs;
  await send(
    ...Array.from({ length: 10 }, (_, index) =>
      oddTrace(
        [
          {
            name: 'chat',
            at: [10, 90],
            span_type: 'llm',
            model: index < 5 ? 'gpt-4o' : 'in-house',
            tokens_input: 100,
            tokens_output: 10,
          },
        ],
        {
          name,
          startMs: hour + index * 60_000,
          lengthMs: index === 9 ? 1000 : 100,
          trace: { user_id: `${name}-user`, ...(index === 9 ? { status: 'error', error: 'no' } : {}) },
        },
      ),
    ),
  );
  return { hour };
}

describe('the dashboard', () => {
  it('adds up what was sent, and says what has no price', { tags: ['each-store'] }, async () => {
    await sendDay('daily');
    const { page, complaints } = await openPage('/dashboard?project=dev&name=daily&from=-24h');

    const totals = page.locator('dl').first();
    await expect.poll(() => totals.textContent()).toMatch(/Model calls10/);
    for (const text of [/Traces10/, /Failed traces10 %/, /Tokens1,100/, /5 of 10 calls have no price/])
      expect(await totals.textContent()).toMatch(text);
    expect(complaints).toEqual([]);
  });

  it('says of model calls nothing before they are counted', async () => {
    await sendDay('uncounted');
    const { page } = await openPage('/settings?project=dev');
    let count = () => {};
    const mayCount = new Promise<void>((resolve) => {
      count = resolve;
    });
    await page.route(/timeseries.*group_by=model/, async (route) => {
      await mayCount;
      await route.continue();
    });
    await page.goto(`${serverUrl()}/dashboard?project=dev&name=uncounted&from=-24h`);

    const totals = page.locator('dl').first();
    await expect.poll(() => totals.textContent()).toMatch(/Traces10/);
    expect(await totals.textContent()).toMatch(/Model calls—/);
    expect(await totals.textContent()).not.toContain('of 0 calls');
    count();
    await expect.poll(() => totals.textContent()).toMatch(/Model calls10/);
  });

  it('leads from a failed part to the failed traces, and the list agrees with the number', {
    tags: ['each-store'],
  }, async () => {
    await sendDay('failing');
    const { page } = await openPage('/dashboard?project=dev&name=failing&from=-24h');

    await page
      .getByRole('figure', { name: 'Traces and errors' })
      .getByRole('button', { name: 'failed', exact: true })
      .click();

    await page.waitForURL(/\/traces\?/);
    expect(searchOf(page).get('status')).toBe('error');
    await tableRows(page).first().waitFor();
    await expect.poll(() => tableRows(page).count()).toBe(1);
  });

  it('leads from a bucket, by the keyboard, to exactly its traces', async () => {
    const { hour } = await sendDay('by-bucket');
    const { page } = await openPage('/dashboard?project=dev&name=by-bucket&from=-24h');
    await page.locator(canvas).waitFor();

    const slider = page.getByRole('slider', { name: 'Traces and errors, time' });
    await slider.focus();
    for (let step = 0; step < 3; step += 1) await page.keyboard.press('ArrowLeft');
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toMatch(/without error 9, failed 1/);
    await page.keyboard.press('Enter');

    await page.waitForURL(/\/traces\?/);
    expect(searchOf(page).get('from')).toBe(new Date(hour).toISOString());
    expect(searchOf(page).get('to')).toBe(new Date(hour + hourMs).toISOString());
    await tableRows(page).first().waitFor();
    await expect.poll(() => tableRows(page).count()).toBe(10);
  });

  it('leads from a point of p95 to the traces that took as long, and no others', { tags: ['each-store'] }, async () => {
    const { hour } = await sendDay('slow');
    const { page } = await openPage('/dashboard?project=dev&name=slow&from=-24h&table=latency');
    const answer = await fetch(`${serverUrl()}/api/stats/timeseries?name=slow&from=-24h&bucket=hour`, {
      headers: { 'X-API-Key': keys.dev },
    });
    const { points } = (await answer.json()) as { points: { bucket: string; trace_latency_ms: { p95: number } }[] };
    const p95 = points.find(({ bucket }) => Date.parse(bucket) === hour)?.trace_latency_ms.p95;
    const table = page.getByRole('region', { name: 'Latency, table' });
    await table.getByRole('row').nth(3).waitFor();
    expect(await table.textContent()).toContain('1.00 s');

    // The picture: its only point of p95 is the topmost one.
    await page.getByRole('button', { name: 'Chart: Latency' }).click();
    const plot = page.locator('[aria-label="Latency"] .u-over');
    const box = await plot.boundingBox();
    const firstHour = Math.floor(Date.now() / hourMs) * hourMs - 24 * hourMs;
    const share = (hour + hourMs / 2 - firstHour) / (25 * hourMs);
    await plot.click({ position: { x: (box?.width ?? 0) * share, y: (box?.height ?? 0) * 0.1 } });

    await page.waitForURL(/\/traces\?/);
    expect(Number(searchOf(page).get('min_duration_ms'))).toBeCloseTo(p95 ?? 0, 2);
    await tableRows(page).first().waitFor();
    await expect.poll(() => tableRows(page).count()).toBe(1);
  });

  it('holds its range, grouping, tables and lines in the address', async () => {
    await sendDay('addressed');
    const { page } = await openPage('/dashboard?project=dev&name=addressed&from=-24h');
    await page.locator(canvas).waitFor();

    await page.keyboard.press('b');
    await page.getByRole('button', { name: 'p95 by name' }).first().click();
    await page.getByRole('button', { name: 'Table: Cost by name' }).click();
    await page.getByRole('button', { name: 'Most failing' }).click();

    await expect
      .poll(() => Object.fromEntries(searchOf(page)))
      .toMatchObject({ by: 'name', latency: 'p95', table: 'cost', order: 'failed', name: 'addressed' });
    await page.reload();
    await page.getByRole('heading', { name: 'Latency, p95 by name' }).waitFor();
    await page.getByRole('region', { name: 'Cost by name, table' }).waitFor();
  });

  it('repaints its charts when the theme is switched', async () => {
    await sendDay('themed');
    const { page } = await openPage('/dashboard?project=dev&name=themed&from=-24h', { colorScheme: 'light' });
    await page.locator(canvas).waitFor();

    await expectRepaint(page, page.locator(canvas).first());
  });

  it('shows scores over time, and leads to the traces that have one', { tags: ['each-store'] }, async () => {
    const trace = oddTrace([], { name: 'scored' });
    await send({
      ...trace,
      scores: [
        {
          trace_id: trace.traceId,
          score_id: `${trace.traceId}-s`,
          name: 'useful',
          value: true,
          source: 'user',
          created_at: new Date().toISOString(),
        },
      ],
    });
    const { page } = await openPage('/dashboard?project=dev&name=scored&from=-24h');

    await page.getByText('100 % yes over 1 scores.').waitFor();
    await page.getByRole('figure', { name: 'Score useful' }).getByRole('button', { name: 'yes' }).click();
    await page.waitForURL(/\/traces\?/);
    expect(searchOf(page).get('score')).toBe('useful=true');
    await tableRows(page).first().waitFor();
    await expect.poll(() => tableRows(page).count()).toBe(1);
  });

  it('says that nothing happened, and offers a longer time', async () => {
    const { page } = await openPage('/dashboard?project=dev&name=never-sent');

    await page.getByText('Nothing happened in this time range.').waitFor();
    await page.getByRole('button', { name: 'Show last 30 days' }).click();
    await expect.poll(() => searchOf(page).get('from')).toBe('-30d');
  });
});

describe('in both themes, axe finds nothing', () => {
  it('on the dashboard with tables', async () => {
    const { page } = await openPage('/dashboard?project=dev&table=cost,latency');
    await page.locator(canvas).waitFor();
    await settled(page);
    expect(await violationsOn(page)).toEqual([]);
  });
});
