import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Waits until a page has what it asked for. Its live stream never rests, so that the network does not tell. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor({ state: 'attached' });
  await page.waitForTimeout(500);
  await expect.poll(() => page.locator('[role=status][aria-label=Loading]').count(), { timeout: 10_000 }).toBe(0);
}

/** What axe finds on a page, as sentences. */
export async function violationsOn(page: Page): Promise<readonly string[]> {
  // Through the protocol, which our policy does not bind; a script element would not run, as it should be.
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    interface Found {
      readonly id: string;
      readonly help: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
    }
    interface Axe {
      run(context: object, options: object): Promise<{ violations: readonly Found[] }>;
    }
    const { axe } = globalThis as unknown as { axe: Axe };
    // What takes the focus only to hand it on, so that it stays in an open layer, is nothing that is read.
    const context = { exclude: ['[data-base-ui-focus-guard]'] };
    const { violations } = await axe.run(context, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      // Dialogs and menus stand at the end of the document, outside its landmarks; they are roles of their own.
      rules: { region: { enabled: false } },
    });
    return violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}\n  ${nodes.map((node) => `${node.html.slice(0, 200)}\n    ${node.failureSummary ?? ''}`).join('\n  ')}`,
    );
  });
}
