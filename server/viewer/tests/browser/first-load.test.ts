import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { oddTrace } from '../data/odd.ts';
import { openPage, openTrace, send, tableRows } from './harness/page.ts';

const assets = join(import.meta.dirname, '../../dist/assets');
const budgetBytes = 200_000;

/** Parts that a page only fetches once it rests are not of its first load: they are never fetched here. */
const withoutRest = `{
  const later = setTimeout;
  globalThis.setTimeout = (act, ms, ...rest) => (ms >= 1000 ? 0 : later(act, ms, ...rest));
}`;

/** The JavaScript and CSS that a page has asked for so far, in bytes after gzip. */
async function loadedBytes(page: Page): Promise<number> {
  const addresses = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  const names = new Set(addresses.flatMap((address) => /\/assets\/([^/?]+\.(?:js|css))$/.exec(address)?.[1] ?? []));
  expect(names.size).toBeGreaterThan(2);
  const sizes = [...names].map(async (name) => gzipSync(await readFile(join(assets, name)), { level: 9 }).length);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

describe('the first load', () => {
  it('of the list keeps to its budget', async () => {
    const { page } = await openPage('/traces?project=dev', { before: withoutRest });
    await tableRows(page).first().waitFor();

    expect(await loadedBytes(page)).toBeLessThan(budgetBytes);
  });

  it('of a model call whose messages are Markdown keeps to its budget', async () => {
    const trace = oddTrace([
      {
        name: 'chat',
        at: [0, 900],
        span_type: 'llm',
        output_data: { messages: [{ role: 'assistant', content: 'A **word** and a table\n\n| a |\n| - |\n| b |' }] },
      },
    ]);
    await send(trace);
    const { page } = await openTrace(trace.traceId, `span=${trace.spans?.[0]?.span_id}`, { before: withoutRest });
    await page.locator('[data-panel] strong').getByText('word').waitFor();

    expect(await loadedBytes(page)).toBeLessThan(budgetBytes);
  });
});
