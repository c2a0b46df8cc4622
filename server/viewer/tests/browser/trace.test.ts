import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { deepChain, oddTrace } from '../data/odd.ts';
import { timeAt } from '../data/send.ts';
import { drawn, openPage, openTrace, searchOf, selectedRow, send, treeRows } from './harness/page.ts';

const names = (page: Awaited<ReturnType<typeof openTrace>>['page']) =>
  treeRows(page).evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? ''));

const agent = () =>
  oddTrace(
    [
      { name: 'plan', at: [0, 1000], span_type: 'agent' },
      {
        name: 'ask',
        at: [10, 400],
        under: 'plan',
        span_type: 'llm',
        model: 'gpt-4o',
        output_data: { messages: [{ role: 'assistant', content: 'nothing of note' }] },
      },
      {
        name: 'search',
        at: [400, 700],
        under: 'plan',
        span_type: 'tool',
        output_data: { found: 'a needle in the hay' },
      },
      { name: 'fetch', at: [410, 690], under: 'search', status: 'error', error: 'refused by example.org' },
      { name: 'answer', at: [700, 990], under: 'plan', span_type: 'llm', model: 'gpt-4o' },
    ],
    { name: 'research' },
  );

describe('the tree', () => {
  it('has a row for the trace and each span, named in a sentence', { tags: ['each-store'] }, async () => {
    const trace = agent();
    await send(trace);
    const { page } = await openTrace(trace.traceId);

    expect(await names(page)).toEqual([
      'trace, research, 1.00 s, starts at 0 ms',
      'agent, plan, 1.00 s, starts at 0 ms',
      'llm, ask, 390 ms, starts at 10.0 ms',
      'tool, search, 300 ms, starts at 400 ms',
      'function, fetch, 280 ms, starts at 410 ms, failed',
      'llm, answer, 290 ms, starts at 700 ms',
    ]);
  });

  it('moves, closes and opens by the keyboard, and the address has all of it', async () => {
    const trace = agent();
    await send(trace);
    const { page } = await openTrace(trace.traceId);

    for (const key of ['j', 'j', 'j', 'ArrowLeft']) await page.keyboard.press(key);

    await expect.poll(() => treeRows(page).count()).toBe(5);
    expect(await selectedRow(page).getAttribute('aria-label')).toContain('search');
    expect(await selectedRow(page).getAttribute('aria-expanded')).toBe('false');
    expect(searchOf(page).get('span')).toContain('search');
    expect(searchOf(page).get('closed')).toContain('search');
  });

  it('shows from a copied link what was shown: selection, closed rows, tab and window', async () => {
    const trace = agent();
    await send(trace);
    const id = trace.traceId.slice(0, 8);
    const { page } = await openTrace(trace.traceId, `span=${id}-search&closed=${id}-search&tab=meta&t=0.3s..0.8s`);

    expect(await selectedRow(page).getAttribute('aria-label')).toContain('search');
    expect(await treeRows(page).count()).toBe(5);
    expect(await page.getByRole('tab', { name: 'Meta' }).getAttribute('aria-selected')).toBe('true');
    expect(await page.getByRole('slider', { name: 'Start of the window' }).getAttribute('aria-valuetext')).toBe(
      '+300 ms',
    );
  });

  it('leads to every error by e, also inside what is closed', async () => {
    const trace = agent();
    await send(trace);
    const id = trace.traceId.slice(0, 8);
    const { page } = await openTrace(trace.traceId, `closed=${id}-plan`);
    expect(await treeRows(page).count()).toBe(2);

    await page.keyboard.press('e');

    await expect.poll(() => selectedRow(page).getAttribute('aria-label')).toContain('fetch');
    await page.locator('[data-panel]').getByText('refused by example.org').waitFor();
  });

  it('leads to every error by e, also inside a fold of alike spans', async () => {
    const trace = oddTrace(
      [
        { name: 'batch', at: [0, 990], span_type: 'agent' },
        ...Array.from({ length: 320 }, (_, index) => ({
          name: 'embed',
          span_id: `embed-${Math.random().toString(36).slice(2)}`,
          at: [index, index + 1] as const,
          under: 'batch',
          ...([100, 200].includes(index) ? { status: 'error' as const, error: `refused ${index}` } : {}),
        })),
      ],
      { name: 'folded errors' },
    );
    await send(trace);
    const { page } = await openTrace(trace.traceId);
    await page.getByText('embed × 320').waitFor();
    await page.getByText('2 errors · p50').waitFor();

    for (const index of [100, 200, 100]) {
      await page.keyboard.press('e');
      await page.locator('[data-panel]').getByText(`refused ${index}`).waitFor();
      expect(await selectedRow(page).getAttribute('aria-label')).toContain('embed, 1.00 ms');
    }
  });

  it('zooms, pans and takes zooms back, never beyond the trace', async () => {
    const trace = agent();
    await send(trace);
    const { page } = await openTrace(trace.traceId);
    const window = () => searchOf(page).get('t');

    await page.keyboard.press('w');
    await expect.poll(window).toBe('0.2s..0.8s');
    for (let times = 0; times < 9; times++) await page.keyboard.press('d');
    await expect.poll(window).toBe('0.4s..1s');
    for (let times = 0; times < 10; times++) await page.keyboard.press('Backspace');
    await expect.poll(window).toBe(null);
    for (let times = 0; times < 40; times++) await page.keyboard.press('w');
    const [from = 0, to = 0] = (window() ?? '').split('..').map((text) => Number.parseFloat(text));
    expect((to - from) * 1000).toBeCloseTo(0.05, 3);
    await page.keyboard.press('0');
    await expect.poll(window).toBe(null);
  });

  it('takes back what the wheel did without a rest as one step, and so what was dragged over the minimap', async () => {
    const trace = agent();
    await send(trace);
    const { page } = await openTrace(trace.traceId);
    const window = () => searchOf(page).get('t');
    const lane = await treeRows(page).first().getByRole('gridcell').first().boundingBox();
    if (lane === null) throw new Error('no row');

    await page.mouse.move(lane.x + lane.width + 100, lane.y + 10);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -60);
    await expect.poll(window).not.toBe(null);
    const first = window();
    await page.waitForTimeout(500);
    // In one go whatever the machine does: in the page, and not command by command.
    await page.locator('[role=treegrid]').evaluate(
      async (grid, [clientX, clientY]) => {
        for (let turn = 0; turn < 12; turn++) {
          grid.dispatchEvent(
            new WheelEvent('wheel', { deltaY: -60, ctrlKey: true, clientX, clientY, cancelable: true }),
          );
          await new Promise(requestAnimationFrame);
        }
      },
      [lane.x + lane.width + 100, lane.y + 10] as const,
    );
    await page.keyboard.up('Control');
    await expect.poll(window).not.toBe(first);
    await drawn(page);
    for (const step of [first, null]) {
      await page.keyboard.press('Backspace');
      await expect.poll(window).toBe(step);
    }

    const map = await page.locator('canvas').boundingBox();
    if (map === null) throw new Error('no minimap');
    await page.mouse.move(map.x + 50, map.y + 20);
    await page.mouse.down();
    await page.mouse.move(map.x + 150, map.y + 20, { steps: 10 });
    await page.mouse.up();
    await expect.poll(window).not.toBe(null);
    await page.keyboard.press('Backspace');
    await expect.poll(window).toBe(null);
  });

  it('shows the critical path and how much of a span is on it', async () => {
    const trace = agent();
    await send(trace);
    const id = trace.traceId.slice(0, 8);
    const { page } = await openTrace(trace.traceId, `span=${id}-search`);

    await page.keyboard.press('p');

    await page.getByText('20.0 ms of 300 ms on the path').waitFor();
    expect(searchOf(page).get('path')).toBe('critical');
  });

  it('narrows to types of spans and keeps what leads to them', async () => {
    const trace = agent();
    await send(trace);
    const { page } = await openTrace(trace.traceId, 'types=function');

    expect((await names(page)).map((name) => name.split(',')[1]?.trim())).toEqual([
      'research',
      'plan',
      'search',
      'fetch',
    ]);
  });
});

describe('the widths', () => {
  const widthOf = async (locator: Locator) => Math.round((await locator.boundingBox())?.width ?? 0);

  it('are moved by pointer and keyboard, in words, and this browser remembers them', async () => {
    const trace = agent();
    await send(trace);
    const { page } = await openTrace(trace.traceId);
    const [names, panel] = ['Width of the names', 'Width of the panel'].map((name) =>
      page.getByRole('slider', { name }),
    ) as [Locator, Locator];
    const name = treeRows(page).first().getByRole('gridcell').first();
    const aside = page.locator('aside[data-panel]');
    expect(await panel.getAttribute('aria-valuetext')).toBe('42 percent');

    const edge = await names.boundingBox();
    if (edge === null) throw new Error('no edge');
    await page.mouse.move(edge.x + 2, edge.y + 200);
    await page.mouse.down();
    await page.mouse.move(edge.x - 58, edge.y + 200, { steps: 4 });
    await page.mouse.up();
    const dragged = await widthOf(name);
    expect(Math.abs(edge.x - 58 - dragged)).toBeLessThan(4);
    await names.press('ArrowRight');
    await expect.poll(() => names.getAttribute('aria-valuetext')).toBe(`${dragged + 16} pixels`);
    await panel.press('ArrowLeft');
    await panel.press('ArrowLeft');
    await expect.poll(() => panel.getAttribute('aria-valuetext')).toBe('46 percent');

    expect(await selectedRow(page).getAttribute('aria-rowindex')).toBe('1');
    expect(page.url()).not.toMatch(/panel|tree|width/);
    const [nameWidth, panelWidth] = [await widthOf(name), await widthOf(aside)];
    await page.reload();
    await page.locator('[role=treegrid]').waitFor();
    await expect.poll(async () => [await widthOf(name), await widthOf(aside)]).toEqual([nameWidth, panelWidth]);
    expect([nameWidth, panelWidth]).toEqual([dragged + 16, Math.round(1440 * 0.46)]);
  });

  it('end where the other side would be too narrow', async () => {
    const trace = agent();
    await send(trace);
    const { page } = await openTrace(trace.traceId);
    const panel = page.getByRole('slider', { name: 'Width of the panel' });

    await panel.press('Home');
    await expect.poll(() => widthOf(page.locator('aside[data-panel]'))).toBe(400);
    expect(await panel.getAttribute('aria-valuetext')).toBe('28 percent');
    await page.getByRole('slider', { name: 'Width of the names' }).press('End');
    await expect.poll(() => widthOf(treeRows(page).first().getByRole('gridcell').first())).toBeGreaterThan(800);
    expect(await widthOf(page.locator('[role=treegrid]'))).toBeLessThan(1040);
  });
});

describe('finding in a trace', () => {
  it('finds names and errors at once, and steps through them', async () => {
    const trace = agent();
    await send(trace);
    const { page } = await openTrace(trace.traceId);

    await page.keyboard.press('/');
    await page.keyboard.type('example.org');
    await page.getByText('1 match', { exact: true }).waitFor();
    await page.keyboard.press('Enter');

    await expect.poll(() => selectedRow(page).getAttribute('aria-label')).toContain('fetch');
    await page.getByText('1 of 1', { exact: true }).waitFor();
  });

  it('takes the first Ctrl+F, as the browser cannot see rows that are not mounted, and leaves it the second', async () => {
    const trace = agent();
    await send(trace);
    const { page } = await openTrace(trace.traceId, 'q=ask', {
      before: `globalThis.taken = [];
        addEventListener('keydown', (event) => event.key === 'f' && event.ctrlKey && taken.push(event.defaultPrevented));`,
    });
    const taken = () => page.evaluate('taken');
    const field = page.getByRole('searchbox', { name: 'Find in this trace' });

    await page.keyboard.press('Control+f');
    expect(await taken()).toEqual([true]);
    expect(await field.evaluate((input) => document.activeElement === input)).toBe(true);
    await page.keyboard.type('fetch');
    await expect.poll(() => searchOf(page).get('q')).toBe('fetch');
    await page.keyboard.press('Control+f');
    expect(await taken()).toEqual([true, false]);

    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+f');
    expect(await taken()).toEqual([true, false, true]);
  });

  it('finds a word that stands in one payload only, in a worker that the policy allows', async () => {
    const trace = agent();
    await send(trace);
    const { page, complaints } = await openTrace(trace.traceId, 'q=needle&in=contents&show=matches');

    await expect.poll(async () => (await names(page)).length).toBe(3);
    expect((await names(page)).at(-1)).toContain('search');
    expect(complaints).toEqual([]);
  });
});

describe('odd traces', () => {
  it('shows a parent that is missing as a row of its own', async () => {
    const trace = oddTrace([
      { name: 'a', at: [0, 100], parent_span_id: 'nowhere0' },
      { name: 'b', at: [100, 200], parent_span_id: 'nowhere0' },
    ]);
    await send(trace);
    const { page } = await openTrace(trace.traceId);

    expect((await names(page))[1]).toContain('Missing parent nowhere0… (2 spans)');
    expect(await treeRows(page).count()).toBe(4);
  });

  it('puts a parent that arrives late above its children', { tags: ['each-store'] }, async () => {
    const trace = oddTrace(
      [
        { name: 'parent', at: [0, 500], span_type: 'agent' },
        { name: 'child', at: [10, 20], under: 'parent' },
      ],
      { startMs: Date.now() - 3000, lengthMs: null },
    );
    const [parent, child] = trace.spans ?? [];
    if (parent === undefined || child === undefined) throw new Error('two spans');
    await send({ traces: trace.traces ?? [], spans: [child] });
    const { page } = await openTrace(trace.traceId);
    expect((await names(page))[1]).toContain('Parent not received yet');

    await send({ spans: [parent] });

    await expect.poll(async () => (await names(page))[1], { timeout: 12_000 }).toContain('agent, parent');
    expect((await names(page))[2]).toContain('child');
  });

  it('shows two roots side by side and cuts a circle of parents', async () => {
    const trace = oddTrace([
      { name: 'root', at: [0, 100] },
      { name: 'other root', at: [200, 300] },
      { name: 'x', at: [400, 500], under: 'y' },
      { name: 'y', at: [450, 550], under: 'x' },
    ]);
    await send(trace);
    const { page } = await openTrace(trace.traceId);

    expect((await names(page)).map((name) => name.split(',')[1]?.trim())).toEqual([
      'odd',
      'root',
      'other root',
      'x',
      'y',
    ]);
    await page.getByText('in a circle of parents').waitFor();
  });

  it('draws the time of a child as it was sent, and says that clocks may differ', async () => {
    const trace = oddTrace([
      { name: 'parent', at: [200, 800] },
      { name: 'early', at: [80, 500], under: 'parent' },
    ]);
    await send(trace);
    const { page } = await openTrace(trace.traceId, `span=${trace.traceId.slice(0, 8)}-early`);

    await page
      .locator('[data-panel]')
      .getByText('Starts 120 ms before its parent. The two clocks may differ.')
      .waitFor();
    expect(await selectedRow(page).getAttribute('aria-label')).toContain('starts at 80.0 ms');
  });

  it('does not let a child a day off squeeze the others to nothing', async () => {
    const trace = oddTrace([
      { name: 'near', at: [0, 900] },
      { name: 'far', at: [-86_400_000, -86_399_000], under: 'near' },
    ]);
    await send(trace);
    const { page } = await openTrace(trace.traceId);

    await page.getByText('1 span lies far outside this trace’s time.').waitFor();
    const start = page.getByRole('slider', { name: 'Start of the window' });
    expect(await start.getAttribute('aria-valuetext')).toBe('+0 ms');
    await treeRows(page).last().getByText('‹').waitFor();
  });

  it('widens to what lies far outside and takes it back, and a link shows the same', async () => {
    const trace = oddTrace([
      { name: 'near', at: [0, 900] },
      { name: 'far', at: [-86_400_000, -86_399_000], under: 'near' },
      { name: 'further', at: [8_000, 8_500], under: 'near' },
    ]);
    await send(trace);
    const { page } = await openTrace(trace.traceId);
    const edges = () =>
      page
        .getByRole('slider')
        .evaluateAll((sliders) =>
          sliders
            .filter((slider) => slider.getAttribute('aria-label')?.endsWith('of the window'))
            .map((slider) => slider.getAttribute('aria-valuetext')),
        );
    await page.getByText('2 spans lie far outside this trace’s time.').waitFor();

    await page.getByRole('button', { name: 'Fit them' }).click();
    await expect.poll(edges).toEqual(['−1 d 00 h', '+8.50 s']);
    expect(searchOf(page).get('t')).toBe('-86400s..8.5s');
    expect(await treeRows(page).getByText('‹').count()).toBe(0);
    await page.reload();
    await expect.poll(edges).toEqual(['−1 d 00 h', '+8.50 s']);

    await page.getByRole('button', { name: 'Fit them' }).click();
    await expect.poll(edges).toEqual(['+0 ms', '+1.00 s']);
    await page.keyboard.press('Backspace');
    await expect.poll(edges).toEqual(['−1 d 00 h', '+8.50 s']);
    await page.keyboard.press('0');
    await expect.poll(() => searchOf(page).get('t')).toBe(null);
  });

  it('says of a span without an end that none was received', async () => {
    const trace = oddTrace([
      { name: 'parent', at: [0, 900] },
      { name: 'lost', at: [100], under: 'parent' },
    ]);
    await send(trace);
    const { page } = await openTrace(trace.traceId);

    expect((await names(page))[2]).toContain('no end received');
  });

  it('shows a trace without spans, and a span that took no time', async () => {
    const [empty, instant] = [oddTrace([]), oddTrace([{ name: 'instant', at: [5, 5] }])];
    await send(empty, instant);

    const { page } = await openTrace(instant.traceId);
    expect((await names(page))[1]).toContain('instant, 0 ms');
    await page.goto(page.url().replace(instant.traceId, empty.traceId));
    await page.getByText('This trace has no spans.').waitFor();
  });

  it('offers to fold time in which nothing ran, and says that it did', async () => {
    const trace = oddTrace(
      [
        { name: 'first', at: [0, 60] },
        { name: 'last', at: [35_940, 36_000] },
      ],
      { lengthMs: 36_000 },
    );
    await send(trace);
    const { page } = await openTrace(trace.traceId);
    await page.getByText('36.0 s, 99 % idle.').waitFor();

    await page.keyboard.press('z');

    await page.getByText('35.9 s are folded: lengths across a hatched band are not to scale.').waitFor();
    const band = page.getByTitle('35.9 s idle, from +60.0 ms');
    expect(Math.round((await band.boundingBox())?.width ?? 0)).toBe(28);
    // Work is as wide as work, and its length is what it was.
    expect((await names(page)).slice(1)).toEqual([
      'function, first, 60.0 ms, starts at 0 ms',
      'function, last, 60.0 ms, starts at 35.9 s',
    ]);
    expect(searchOf(page).get('gaps')).toBe('folded');
  });

  it('opens a chain 2,000 deep to its end', async () => {
    const trace = deepChain(2000);
    await send(trace);
    const { page } = await openTrace(trace.traceId, 'depth=9000');

    await page.keyboard.press('End');

    await expect.poll(() => selectedRow(page).getAttribute('aria-label')).toContain('deep 1999');
    expect(await selectedRow(page).getAttribute('aria-level')).toBe('2001');
  });

  it('says what is not there: a trace of another project or time', async () => {
    const { page } = await openPage('/traces/0123456789abcdef?project=dev');

    await page.getByText('No trace 01234567 in project dev.').waitFor();
    await page.getByText('It may have expired after 90 days').waitFor();
  });
});

describe('size', () => {
  it('folds thousands of alike children into a row that opens', async () => {
    const trace = oddTrace(
      [
        { name: 'parent', at: [0, 990] },
        ...Array.from({ length: 5000 }, (_, index) => ({
          name: 'embed',
          span_id: `e${index}-${Math.random().toString(36).slice(2)}`,
          at: [index / 10, index / 10 + 12] as const,
          under: 'parent',
        })),
      ],
      { name: 'many' },
    );
    await send(trace);
    const { page } = await openTrace(trace.traceId);

    await page.getByText('embed × 5,000').waitFor();
    expect(await treeRows(page).count()).toBeLessThan(10);
  });
});

describe('large payloads', () => {
  it('are not fetched to draw the tree: a text of 4 MB without a line break is one row', async () => {
    const trace = oddTrace([
      { name: 'dump', at: [0, 900], span_type: 'tool', output_data: { text: 'x'.repeat(4_000_000) } },
    ]);
    await send(trace);
    const { page } = await openPage('/settings?project=dev');
    const sizes: number[] = [];
    page.on('response', async (response) => {
      if (response.url().includes(`/api/traces/${trace.traceId}?payloads=false`))
        sizes.push((await response.body()).length);
    });

    await page.goto(page.url().replace('/settings?', `/traces/${trace.traceId}?`));

    await treeRows(page).getByText('dump').waitFor();
    await expect.poll(() => sizes.length).toBe(1);
    expect(sizes[0]).toBeLessThan(5_000);
  });
});

describe('a trace that runs', () => {
  it('updates by itself, keeps what is selected, and its totals become final', { tags: ['each-store'] }, async () => {
    const startMs = Date.now() - 2_000;
    const trace = oddTrace([{ name: 'working', at: [0], span_type: 'agent' }], {
      startMs,
      lengthMs: null,
      name: 'live run',
    });
    await send(trace);
    const { page } = await openTrace(trace.traceId, `span=${trace.traceId.slice(0, 8)}-working`);
    expect(await selectedRow(page).getAttribute('aria-label')).toContain('running');

    const end_time = timeAt(startMs, 5000);
    await send({
      traces: (trace.traces ?? []).map((record) => ({ ...record, end_time })),
      spans: (trace.spans ?? []).map((record) => ({ ...record, end_time })),
    });

    await expect.poll(() => selectedRow(page).getAttribute('aria-label'), { timeout: 12_000 }).toContain('5.00 s');
    await page.locator('[data-panel] h2').getByText('working').waitFor();
  });

  it('ends while its panel is read: nothing jumps, and its totals become final', async () => {
    const startMs = Date.now() - 2_000;
    const steps = Array.from({ length: 60 }, (_, index) => ({
      name: `step ${index}`,
      at: [index * 10, index * 10 + 8] as const,
      output_data: { lines: Array.from({ length: 60 }, (_, line) => `line ${line}`) },
    }));
    const trace = oddTrace([{ name: 'working', at: [0], span_type: 'agent' }, ...steps], {
      startMs,
      lengthMs: null,
      name: 'live run',
    });
    await send(trace);
    const { page } = await openTrace(trace.traceId, `span=${trace.traceId.slice(0, 8)}-step_50&tab=raw`);
    await page
      .getByText(/^running \d/)
      .first()
      .waitFor();
    const line = page.locator('[data-panel] [role=treeitem]').nth(3);
    await line.waitFor();
    await selectedRow(page).click();
    const places = async () => ({
      row: (await selectedRow(page).boundingBox())?.y,
      heading: (await page.locator('[data-panel] h2').boundingBox())?.y,
      line: (await line.boundingBox())?.y,
      tab: await page.getByRole('tab', { selected: true }).textContent(),
    });
    const before = await places();

    const end_time = timeAt(startMs, 5000);
    await send({
      traces: (trace.traces ?? []).map((record) => ({ ...record, end_time })),
      spans: (trace.spans ?? []).slice(0, 1).map((record) => ({ ...record, end_time })),
    });

    await page.getByText('5.00 s', { exact: true }).first().waitFor();
    await expect.poll(() => page.getByText(/^running \d/).count()).toBe(0);
    expect(await places()).toEqual(before);
  });
});
