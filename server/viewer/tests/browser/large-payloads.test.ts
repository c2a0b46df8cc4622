import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { oddTrace } from '../data/odd.ts';
import { longestTaskMs, watchTasks } from './harness/busy.ts';
import { openPage, openTrace, send, tableRows } from './harness/page.ts';

const frozenMs = 1_000;

/** A tool call with such an output, in an opened file: a server would refuse a payload of more than 10 MB. */
async function openFileWith(output: unknown): Promise<{ readonly page: Page; readonly panel: Locator }> {
  const { traces = [], spans = [] } = oddTrace([
    { name: 'fetch', at: [0, 900], span_type: 'tool', output_data: output },
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'llm-tracer-large-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'large.ndjson');
  const lines = [
    ...traces.map((trace) => ({ kind: 'trace', ...trace })),
    ...spans.map((span) => ({ kind: 'span', ...span })),
    { kind: 'end' },
  ];
  await writeFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const { page } = await openPage('/file', { before: watchTasks });
  await page.locator('input[type=file]').setInputFiles(path);
  await tableRows(page).first().click();
  await page.locator('[role=treegrid]').waitFor();
  await page.keyboard.press('j');
  await page.getByRole('tab', { name: 'Input/Output' }).click();
  return { page, panel: page.locator('[data-panel]') };
}

/** An object of about so many bytes as JSON. */
const itemsOf = (bytes: number) => {
  const item = (id: number) => ({
    id,
    text: `item number ${id} of many, with some words to fill it up`,
    ok: id % 2 === 0,
    nested: { deep: [id] },
  });
  return {
    items: Array.from({ length: Math.floor(bytes / JSON.stringify(item(100_000)).length) }, (_, id) => item(id)),
  };
};

async function readThrough(page: Page, panel: Locator, items: number): Promise<void> {
  const tree = panel.getByRole('tree', { name: 'Output' });
  await tree.getByText(/^\[ [\d,]+ \]$/).click();
  await panel.getByRole('searchbox', { name: 'Search Output' }).fill(`number ${items - 1} of`);
  await panel.getByText('1 found').waitFor();
  await page.keyboard.press('Enter');
  await tree
    .getByText(`item number ${items - 1} of`)
    .first()
    .waitFor();
  await tree.press('Home');
  await tree.press('ArrowLeft');
  await tree.getByText(/^\{ items \}$/).waitFor();
}

// A machine busy with something else stops the page too, for once; what the page does itself, it does each time.
describe('a large payload', { retry: 2 }, () => {
  it('of 20 MB in an opened file opens, is searched and folded, and the page is never frozen for a second', async () => {
    const output = itemsOf(20_000_000);
    const { page, panel } = await openFileWith(output);

    await readThrough(page, panel, output.items.length);

    expect(await longestTaskMs(page)).toBeLessThan(frozenMs);
  }, 120_000);

  it('of one text of 40 MB without a line break is shown, and the page is never frozen for a second', async () => {
    const { page, panel } = await openFileWith(`begin ${'x'.repeat(40_000_000)}`);

    await panel.getByText('40 MB').waitFor();
    await panel.getByText('begin xxxx').waitFor();

    expect(await longestTaskMs(page)).toBeLessThan(frozenMs);
  }, 120_000);

  it('with such a text in it is opened and searched, and the page is never frozen for a second', async () => {
    const { page, panel } = await openFileWith({
      page: 1,
      text: `begin ${'x'.repeat(40_000_000)}`,
      more: Array.from({ length: 20 }, (_, at) => at),
    });

    await panel.getByRole('button', { name: /^Show all/ }).click();
    await page.getByRole('dialog').getByText('40 MB').waitFor();
    await page.keyboard.press('Escape');
    await panel.getByRole('searchbox', { name: 'Search Output' }).fill('begin');
    await panel.getByText('1 found').waitFor();

    expect(await longestTaskMs(page)).toBeLessThan(frozenMs);
  }, 120_000);

  it('as large as a server takes it opens, is searched and folded, and the page is never frozen for a second', async () => {
    const output = itemsOf(9_900_000);
    const trace = oddTrace([{ name: 'fetch', at: [0, 900], span_type: 'tool', output_data: output }]);
    await send(trace);
    const { page } = await openTrace(trace.traceId, `span=${trace.spans?.[0]?.span_id}&tab=io`, { before: watchTasks });

    await readThrough(page, page.locator('[data-panel]'), output.items.length);

    expect(await longestTaskMs(page)).toBeLessThan(frozenMs);
  }, 120_000);
});
