import { describe, expect, it } from 'vitest';
import { type OddTrace, oddTrace } from '../data/odd.ts';
import { violationsOn } from './harness/axe.ts';
import { openPage, searchOf, send, settled, tableRows } from './harness/page.ts';

const run = (answer: string, more: readonly Parameters<typeof oddTrace>[0][number][] = [], slower = 0): OddTrace =>
  oddTrace(
    [
      { name: 'agent', at: [0, 900 + slower], span_type: 'agent' },
      {
        name: 'chat',
        at: [10, 300],
        under: 'agent',
        span_type: 'llm',
        model: 'gpt-4o',
        input_data: { messages: [{ role: 'user', content: 'Where is my parcel?' }] },
        output_data: { messages: [{ role: 'assistant', content: answer }] },
      },
      {
        name: 'look',
        at: [300, 400 + slower],
        under: 'agent',
        span_type: 'tool',
        output_data: { city: answer, ok: true },
      },
      ...more,
    ],
    { name: 'compared', lengthMs: 1000 + slower, trace: { output: answer } },
  );

const rows = (page: Awaited<ReturnType<typeof openPage>>['page']) =>
  page
    .locator('[role=treegrid] [role=row][aria-selected]')
    .evaluateAll((all) => all.map((row) => row.getAttribute('aria-label')));

const open = async (a: OddTrace, b: OddTrace, search = '') => {
  await send(a, b);
  const opened = await openPage(`/compare/${a.traceId}/${b.traceId}?project=dev${search}`);
  await opened.page.locator('[role=treegrid]').waitFor();
  return opened;
};

describe('comparing', () => {
  it('a trace with itself finds no difference', async () => {
    const trace = run('Oslo');
    await send(trace);
    const { page, complaints } = await openPage(`/compare/${trace.traceId}/${trace.traceId}?project=dev`);

    await page.getByText('The two have the same steps').waitFor();
    await page.getByText('The same on both sides.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('one inserted step and one slower one: names both, and J goes from change to change', {
    tags: ['each-store'],
  }, async () => {
    const { page } = await open(
      run('It left Oslo today.'),
      run('It left Bergen today.', [{ name: 'weather', at: [250, 280], under: 'agent', span_type: 'tool' }], 500),
    );

    expect(await rows(page)).toEqual([
      expect.stringMatching(/^agent, agent, duration \+500 ms/),
      expect.stringMatching(/^llm, chat/),
      expect.stringMatching(/^tool, weather, only in B/),
      expect.stringMatching(/^tool, look, duration \+500 ms/),
    ]);
    await page.getByText('3 steps of 4 differ').waitFor();
    await page.keyboard.press('J');
    await page.keyboard.press('J');
    await expect.poll(() => searchOf(page).get('node')).toBe('agent:agent:1/tool:weather:1');
    await page.keyboard.press('J');
    await page.locator('del', { hasText: 'Oslo' }).waitFor();
    await page.locator('ins', { hasText: 'Bergen' }).waitFor();
  });

  it('diffs messages by words, JSON by path, and says which tab differs', async () => {
    const { page } = await open(
      run('It left Oslo today.'),
      run('It left Bergen today.'),
      '&node=agent:agent:1/llm:chat:1',
    );

    await page.locator('del', { hasText: /^−Oslo$/ }).waitFor();
    await page.locator('ins', { hasText: /^\+Bergen$/ }).waitFor();
    await page.getByRole('button', { name: 'Input', exact: true }).click();
    await page.getByText('The same on both sides.').waitFor();
    expect(
      await page
        .getByRole('button', { name: /Output/ })
        .getByLabel('differs')
        .count(),
    ).toBe(1);
    await page.keyboard.press('j');
    await page.getByRole('button', { name: /Output/ }).click();
    await page.getByText('$.city').waitFor();
    expect(await page.getByText('$.ok').count()).toBe(0);
  });

  it('swaps the two, and the picture is mirrored', async () => {
    const [a, b] = [run('Oslo'), run('Oslo', [{ name: 'weather', at: [250, 280], under: 'agent', span_type: 'tool' }])];
    const { page } = await open(a, b, '&show=only');

    expect(await rows(page)).toContainEqual(expect.stringContaining('only in B'));
    await page.keyboard.press('S');
    await page.waitForURL(new RegExp(`/compare/${b.traceId}/${a.traceId}.*show=only`));
    await expect.poll(() => rows(page)).toContainEqual(expect.stringContaining('only in A'));
  });

  it('starts from two marked rows of the list, or from one trace with those of its name', async () => {
    const [a, b] = [run('one'), run('two')];
    await send(a, b);
    const { page } = await openPage('/traces?project=dev&name=compared');
    await tableRows(page).nth(1).waitFor();
    for (const key of ['j', 'x', 'j', 'x', 'c']) await page.keyboard.press(key);
    await page.waitForURL(/\/compare\/[0-9a-f]{32}\/[0-9a-f]{32}/);

    const { page: picker } = await openPage(`/compare/${a.traceId}?project=dev`);
    await picker.getByRole('link', { name: new RegExp(b.traceId.slice(0, 8)) }).click();
    await picker.waitForURL(new RegExp(`/compare/${a.traceId}/${b.traceId}`));
  });

  it('shows on a phone what differs of a step as a sheet', async () => {
    const [a, b] = [run('Oslo'), run('Bergen')];
    await send(a, b);
    const { page } = await openPage(`/compare/${a.traceId}/${b.traceId}?project=dev`, {
      viewport: { width: 320, height: 640 },
      hasTouch: true,
      isMobile: true,
    });
    await page.locator('[role=treegrid] [role=row]', { hasText: 'look' }).tap();

    await page.getByRole('dialog').getByText('$.city').waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).tap();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
    expect(await violationsOn(page)).toEqual([]);
  });
});

describe('in both themes, axe finds nothing', () => {
  it('on two traces that differ', async () => {
    const [a, b] = [run('It left Oslo.'), run('It left Bergen.', [], 400)];
    await send(a, b);
    const { page } = await openPage(`/compare/${a.traceId}/${b.traceId}?project=dev`);
    await page.locator('ins').first().waitFor();
    await settled(page);
    expect(await violationsOn(page)).toEqual([]);
  });
});
