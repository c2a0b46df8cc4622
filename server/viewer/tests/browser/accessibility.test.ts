import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { oddTrace } from '../data/odd.ts';
import { violationsOn } from './harness/axe.ts';
import { drawn, openPage, openTrace, send, settled, tableRows } from './harness/page.ts';

const conversation = () =>
  oddTrace(
    [
      { name: 'run', at: [0, 1000], span_type: 'agent' },
      {
        name: 'chat',
        at: [10, 600],
        under: 'run',
        span_type: 'llm',
        model: 'gpt-4o',
        tokens_input: 10,
        tokens_output: 5,
        input_data: {
          messages: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: '# Hello\n\n- one\n\n```ts\nconst a = 1;\n```' },
          ],
        },
        output_data: {
          messages: [
            {
              role: 'assistant',
              content: null,
              tool_calls: [{ id: 'c1', function: { name: 'look', arguments: '{"a":1}' } }],
            },
          ],
        },
      },
      { name: 'look', at: [600, 900], under: 'run', span_type: 'tool', status: 'error', error: 'no' },
    ],
    { name: 'accessible' },
  );

const pages = [
  '/traces?project=dev&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&status=error&name=a-name-that-is-long',
  '/traces?project=dev',
  '/traces?project=dev&q=nothing-has-this-word',
  '/sessions?project=dev',
  '/users?project=dev',
  '/dashboard?project=dev',
  '/start?project=dev',
  '/settings?project=dev',
  '/sign-in',
];

describe('in both themes, axe finds nothing', () => {
  it.each(pages)('on %s', async (path) => {
    const { page } = await openPage(path);
    await settled(page);

    expect(await violationsOn(page)).toEqual([]);
  });

  it('on a trace with a span open in each tab', async () => {
    const trace = conversation();
    await send(trace);
    const { page } = await openTrace(trace.traceId, `span=${trace.traceId.slice(0, 8)}-chat`);

    for (const tab of ['Messages', 'Input/Output', 'Usage', 'Meta', 'Scores', 'Raw']) {
      await page.getByRole('tab', { name: tab }).click();
      await settled(page);
      expect(await violationsOn(page)).toEqual([]);
    }
  });

  it('with the command palette, the help, a menu, a filter and the peek sheet open', async () => {
    const { page } = await openPage('/traces?project=dev');
    await tableRows(page).first().waitFor();
    const opened = page.locator('[role=dialog], [role=menu]');
    const open = [
      () => page.keyboard.press('Control+k'),
      async () => {
        await page.keyboard.press('Control+k');
        await page.getByRole('combobox').fill('a name that nothing has');
        await page.getByText('Nothing has this name.').waitFor();
      },
      () => page.keyboard.press('?'),
      () => page.getByRole('button', { name: 'Columns' }).click(),
      () => page.getByRole('button', { name: /Time range/ }).click(),
      () => page.keyboard.press(' '),
    ];
    for (const layer of open) {
      await layer();
      await opened.waitFor();
      await drawn(page);
      expect(await violationsOn(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await opened.waitFor({ state: 'detached' });
    }
  });
});

/** What can be used but is not in the window, also where a page cuts off instead of scrolling. */
const beyondTheEdge = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const controls = [...document.querySelectorAll('button, input, a')];
    const outside = controls.filter((control) => control.getBoundingClientRect().right > innerWidth);
    return [
      ...outside.map(({ outerHTML }) => outerHTML.slice(0, 120)),
      ...(document.documentElement.scrollWidth > innerWidth ? ['the page'] : []),
    ];
  });

describe('on a phone', () => {
  const phone = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true };

  it.each(pages)('%s fits 320 pixels, and axe finds nothing', async (path) => {
    const { page } = await openPage(path, phone);
    await settled(page);

    expect(await beyondTheEdge(page)).toEqual([]);
    // What is scrolled under the bar at the bottom would count as covered by it.
    await page.evaluate(() => document.querySelector('nav')?.style.setProperty('position', 'static'));
    expect(await violationsOn(page)).toEqual([]);
  });

  it('opens a trace, a span as a sheet, and goes back', async () => {
    const trace = conversation();
    await send(trace);
    const { page } = await openTrace(trace.traceId, '', phone);

    await page.locator('[role=treegrid] [role=row]', { hasText: 'chat' }).first().tap();
    await page.getByRole('dialog').getByText('Hello').waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).tap();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });
});

describe('by the keyboard only', () => {
  it('goes from the list to an answer and back', async () => {
    const trace = conversation();
    await send({ ...trace, traces: (trace.traces ?? []).map((record) => ({ ...record, name: 'by keyboard' })) });
    const { page } = await openPage('/traces?project=dev&name=by keyboard');
    await tableRows(page).first().waitFor();

    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('[role=treegrid]').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.locator('[data-panel] h2').getByText('chat').waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('tab');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('treegrid');
    await page.goBack();

    await tableRows(page).first().waitFor();
    expect(await tableRows(page).first().getAttribute('aria-selected')).toBe('true');
  });

  it('lets single keys be switched off', async () => {
    const { page } = await openPage('/settings?project=dev');
    await page.getByLabel('Single keys act').uncheck();

    await page.locator('h1').click();
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await drawn(page);

    expect(page.url()).toContain('/settings');
  });
});

it('draws without motion where less of it is asked for, and with forced colours', async () => {
  const { page, complaints } = await openPage('/traces?project=dev', {
    reducedMotion: 'reduce',
    forcedColors: 'active',
  });
  await tableRows(page).first().waitFor();

  const running = await page.evaluate(() => document.getAnimations().length);
  expect(running).toBe(0);
  expect(complaints).toEqual([]);
});
