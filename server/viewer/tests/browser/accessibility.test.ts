import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { oddTrace } from '../data/odd.ts';
import { violationsInLight, violationsOn } from './harness/axe.ts';
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

/** What can be used but is not in the window, also where a page cuts off instead of scrolling. Wide tables scroll by themselves. */
const beyondTheEdge = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const controls = [...document.querySelectorAll('button, input, a')].filter(
      (control) => control.closest('[role=region][tabindex]') === null,
    );
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

  it('shows of a trace in a list what a table shows first: name, time, cost, and that spans of it failed', async () => {
    const name = `failing-${Date.now()}`;
    await send(oddTrace([{ name: 'fetch', at: [0, 500], error: 'no route', cost_usd: 0.25 }], { name }));

    const { page } = await openPage(`/traces?name=${name}`, phone);

    const row = page.locator('[role=grid] [role=row][aria-selected]');
    await row.getByText('1 error').waitFor();
    expect(await row.textContent()).toMatch(/failing-.*1 error.*1\.00 s.*\$0\.250/s);
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

  it('goes to every page, into a session, a user and a comparison, and signs in', async () => {
    const trace = conversation();
    const [first] = trace.traces ?? [];
    if (first === undefined) throw new Error('a trace');
    await send({ ...trace, traces: [{ ...first, name: 'journey', session_id: 's-journey', user_id: 'u-journey' }] });
    const { page } = await openPage('/sign-in');
    await expect
      .poll(() => page.getByLabel('API key').evaluate((field) => field === document.activeElement))
      .toBe(true);
    await page.keyboard.type('project-dev');
    await page.keyboard.press('Enter');
    await tableRows(page).first().waitFor();

    const heading = (name: string) => page.getByRole('heading', { name, level: 1 }).waitFor({ state: 'attached' });
    const go = async (key: string, name: string) => {
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await heading(name);
      // A new page is begun at its heading, so that it is read out.
      await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    };
    await go('d', 'Dashboard');
    await go('u', 'Users');
    await go('s', 'Sessions');
    await page.goto(`${page.url()}&session_id=s-journey`);
    await tableRows(page).first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await heading('s-journey');
    await page.getByRole('article').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('[role=treegrid]').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await go('t', 'Traces');
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

describe('to a screen reader', () => {
  it('the list is a grid whose rows are sentences, with a button for what each column does', async () => {
    const { page } = await openPage('/traces?project=dev&name=support-agent');
    await tableRows(page).first().waitFor();

    const main = await page.locator('main').ariaSnapshot();
    expect(main).toContain('- heading "Traces" [level=1]');
    expect(main).toMatch(/- slider "Start of the range"/);
    expect(main).toMatch(/- grid "Traces":/);
    expect(main).toMatch(/- columnheader "Started/);
    expect(main).toMatch(/- row "support-agent, (ok|failed|running), [^"]+ spans, cost [^"]+"/);
    expect(await page.locator('header, nav').first().ariaSnapshot()).toMatch(/- link "Dashboard"/);
  });

  it('a trace is a tree of sentences with its level and what is open, beside a panel of tabs', async () => {
    const trace = conversation();
    await send(trace);
    const { page } = await openTrace(trace.traceId, `span=${trace.traceId.slice(0, 8)}-chat`);

    const main = await page.locator('main').ariaSnapshot();
    expect(main).toMatch(/- heading "accessible[^"]*" \[level=1\]/);
    expect(main).toMatch(/- treegrid "[^"]+":/);
    expect(main).toMatch(/- row "llm, chat, 590 ms, starts at 10.0 ms[^"]*" \[level=3\] \[selected\]|\[selected\]/);
    expect(main).toMatch(/- row "tool, look, 300 ms, starts at 600 ms, failed"/);
    expect(main).toMatch(/- tab "Messages" \[selected\]/);
    expect(main).toMatch(/- slider "Start of the window"/);
  });

  it('a chart is a figure with a finding, a slider over its time, and the way to its table', async () => {
    const { page } = await openPage('/dashboard?project=dev&name=support-agent&from=-24h');
    await page.getByRole('figure', { name: 'Traces and errors' }).waitFor();
    await settled(page);

    const figure = await page.getByRole('figure', { name: 'Traces and errors' }).ariaSnapshot();
    expect(figure).toMatch(/- heading "Traces and errors"/);
    expect(figure).toMatch(/button "Table: Traces and errors"/);
    expect(figure).toMatch(/- slider "Traces and errors, time"/);
    expect(figure).toMatch(/of [\d,]+ failed/);
  });
});

it.each(['/traces?project=dev', '/dashboard?project=dev&from=-24h', '/settings?project=dev'])(
  '%s draws without motion where less of it is asked for, and with forced colours',
  async (path) => {
    const { page, complaints } = await openPage(path, { reducedMotion: 'reduce', forcedColors: 'active' });
    await settled(page);

    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    expect(await violationsInLight(page)).toEqual([]);
    expect(complaints).toEqual([]);
  },
);
