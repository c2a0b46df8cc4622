import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const everything = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  // Dialogs and menus stand at the end of the document, outside its landmarks; they are roles of their own.
  rules: { region: { enabled: false } },
};
/** A theme is colours alone: what does not look at them has looked once. */
const colours = { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } };

/** What axe finds on a page in both themes, as sentences. The page is left in the dark one. */
export async function violationsOn(page: Page): Promise<readonly string[]> {
  const light = await violationsInLight(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  return [...light, ...(await find(page, colours)).map((found) => `in the dark theme, ${found}`)];
}

/** The same in the light theme alone: for colours that are the system's and not ours. */
export async function violationsInLight(page: Page): Promise<readonly string[]> {
  // Through the protocol, which our policy does not bind; a script element would not run, as it should be.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
  await page.emulateMedia({ colorScheme: 'light' });
  return find(page, everything);
}

const find = (page: Page, options: object): Promise<readonly string[]> =>
  page.evaluate(async (asked) => {
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
    const { violations } = await axe.run({ exclude: ['[data-base-ui-focus-guard]'] }, asked);
    return violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}\n  ${nodes.map((node) => `${node.html.slice(0, 200)}\n    ${node.failureSummary ?? ''}`).join('\n  ')}`,
    );
  }, options);
