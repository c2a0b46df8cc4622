import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { largeTrace } from '../data/large.ts';
import { oddTrace } from '../data/odd.ts';
import { violationsOn } from './harness/axe.ts';
import { keys } from './harness/keys.ts';
import { openPage, searchOf, send, serverUrl, settled, tableRows } from './harness/page.ts';

const otlpFixture = join(import.meta.dirname, '../../../tests/otlp/fixtures/ai-sdk7-generate/request.json');

async function fileOf(name: string, content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'llm-tracer-file-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** An export of one trace of the server, as a file. */
async function exportOf(name: string, extra = ''): Promise<string> {
  const query = new URLSearchParams({ name });
  const answer = await fetch(`${serverUrl()}/api/export?${query}`, { headers: { 'X-API-Key': keys.dev } });
  return fileOf(`${name}.ndjson`, extra + (await answer.text()));
}

/** An export of a trace with one call. */
async function aTraceAsFile(name: string, extra = ''): Promise<string> {
  await send(
    oddTrace(
      [
        {
          name: 'ask',
          at: [10, 400],
          span_type: 'llm',
          model: 'gpt-4o',
          output_data: { messages: [{ role: 'assistant', content: 'From the file.' }] },
        },
      ],
      { name },
    ),
  );
  return exportOf(name, extra);
}

const choose = (page: Page, path: string) => page.locator('input[type=file]').setInputFiles(path);

describe('a file', () => {
  it('opens without a key or a request to the server, says what it could not read, and shows list, trace and span', async () => {
    const path = await aTraceAsFile('opened', 'not json\n');
    const { page, complaints } = await openPage('/file');
    const requests: string[] = [];
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));

    await choose(page, path);
    await tableRows(page).first().waitFor();
    await page.getByText(/Nothing is uploaded. Read 3 of 4 lines. 1 is not valid, first at line 1/).waitFor();
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByRole('dialog').getByText('Line 1: it is no record').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await tableRows(page).first().click();
    await page.locator('[role=treegrid]').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.getByText('From the file.').first().waitFor();

    expect(requests.filter((path) => path.startsWith('/api') || path.startsWith('/v1'))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('has sessions, users, dashboard and comparison like a project, and filters in the address', async () => {
    const path = await aTraceAsFile('everywhere');
    const { page } = await openPage('/file');
    await choose(page, path);
    await tableRows(page).first().waitFor();

    await page.getByRole('link', { name: 'Dashboard' }).click();
    await page.getByRole('figure', { name: 'Traces and errors' }).waitFor();
    await page.getByRole('link', { name: 'Sessions' }).click();
    await page.getByText(/No sessions in/).waitFor();
    await page.getByRole('link', { name: 'Traces' }).click();
    await tableRows(page).first().waitFor();
    expect(searchOf(page).get('project')).toBe('file:everywhere.ndjson');
    await page.getByRole('button', { name: 'Close the file' }).click();
    await page.waitForURL(/\/file/);
  });

  it('across the hour that a clock shows twice has a bucket for each of both, in local time and in UTC', async () => {
    // In Berlin, 25 October 2026 has 25 hours: 02:00 comes twice.
    const firstMs = Date.parse('2026-10-24T22:00:00Z');
    const lines = Array.from({ length: 6 }, (_, hour) =>
      JSON.stringify({
        kind: 'trace',
        trace_id: String(hour).padStart(32, '0'),
        name: 'hourly',
        start_time: new Date(firstMs + hour * 3_600_000 + 60_000).toISOString(),
        end_time: new Date(firstMs + hour * 3_600_000 + 61_000).toISOString(),
      }),
    );
    const path = await fileOf('autumn.ndjson', `${lines.join('\n')}\n`);
    const { page } = await openPage('/file', { timezoneId: 'Europe/Berlin' });
    await choose(page, path);
    await tableRows(page).first().waitFor();
    await page.getByRole('link', { name: 'Dashboard' }).click();
    await page.getByRole('button', { name: 'Table: Traces and errors' }).click();
    const table = page.getByRole('region', { name: 'Traces and errors, table' });
    const hours = async () => (await table.getByRole('rowheader').allTextContents()).map((text) => text.slice(-5));
    const counts = async () => (await table.locator('tbody td:nth-of-type(1)').allTextContents()).map(Number);

    await expect.poll(hours).toEqual(['04:00', '03:00', '02:00', '02:00', '01:00', '00:00']);
    expect(await counts()).toEqual([1, 1, 1, 1, 1, 1]);
    await table.getByRole('button').nth(2).click();
    await page.waitForURL(/\/traces\?/);
    expect(searchOf(page).get('from')).toBe('2026-10-25T01:00:00.000Z');
    await expect.poll(() => tableRows(page).count()).toBe(1);

    await page.goBack();
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Times are shown in').selectOption('UTC');
    await page.goBack();
    await expect.poll(hours).toEqual(['03:00', '02:00', '01:00', '00:00', '23:00', '22:00']);
    expect(await counts()).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('of OTLP is mapped as the server maps it', async () => {
    const { page } = await openPage('/file');
    await choose(page, otlpFixture);

    await page.getByText(/Read \d+ of \d+ spans/).waitFor();
    await tableRows(page).first().waitFor();
  });

  it('shows a trace of more spans than a page of them, read by one worker and put in order by another', async () => {
    const large = largeTrace(7_500, Date.now() - 3_600_000, Math.floor(Math.random() * 1e9));
    await send(large);
    const { page, complaints, strays } = await openPage('/file');
    await choose(page, await exportOf(large.traces?.[0]?.name ?? ''));

    await tableRows(page).first().click();

    await expect.poll(() => page.locator('[role=treegrid]').count()).toBe(1);
    await page.keyboard.press('9');
    await expect.poll(() => page.locator('[role=treegrid]').getAttribute('aria-rowcount')).toBe('7501');
    expect([complaints, strays]).toEqual([[], []]);
  });

  it('is taken when it is dropped on any page', async () => {
    const { page } = await openPage('/traces?project=dev');
    await tableRows(page).first().waitFor();
    const line = JSON.stringify({
      kind: 'trace',
      trace_id: 'd'.repeat(32),
      name: 'dropped here',
      start_time: '2026-01-02T03:04:05Z',
      end_time: '2026-01-02T03:04:06Z',
    });
    await page.evaluate((text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], 'dropped.ndjson'));
      for (const type of ['dragover', 'drop'])
        dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    }, line);

    await page.getByText('dropped here').waitFor();
    await page.getByText(/The export has no end/).waitFor();
  });

  it('without a record in it is refused in a sentence', async () => {
    const { page } = await openPage('/file');
    await choose(page, await fileOf('notes.txt', 'hello\n'));

    await page.getByText(/notes.txt: Nothing in it is a record of an export/).waitFor();
  });

  it('is asked for again by a link that it is not open behind', async () => {
    const { page } = await openPage('/traces?project=file:run.ndjson');

    await page.waitForURL(/\/file\?next=/);
    await page.getByText('run.ndjson').waitFor();
  });
});

describe('in both themes, axe finds nothing', () => {
  it('on the page that opens a file, and on an opened one', async () => {
    const path = await aTraceAsFile('axe', 'not json\n');
    const { page } = await openPage('/file');
    await settled(page);
    expect(await violationsOn(page)).toEqual([]);
    await choose(page, path);
    await tableRows(page).first().waitFor();
    await settled(page);
    expect(await violationsOn(page)).toEqual([]);
  });
});
