import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { oddTrace } from '../data/odd.ts';
import { openPage, openTrace, send, tableRows } from './harness/page.ts';

const openList = async (): Promise<Page> => {
  const { page } = await openPage('/traces?project=dev');
  await tableRows(page).first().waitFor();
  return page;
};

const focusedName = (page: Page): Promise<string | null | undefined> =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent);

describe('a menu', () => {
  it('opens with the arrow key at its first action, and gives the focus back on Escape', async () => {
    const page = await openList();
    const button = page.getByRole('button', { name: /^Theme/ });

    await button.focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => focusedName(page)).toContain('As the system');
    expect(await button.getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => focusedName(page)).toContain('Light');
    await page.keyboard.press('Escape');

    await expect.poll(() => focusedName(page)).toContain('Theme');
    expect(await button.getAttribute('aria-expanded')).toBe('false');
  });

  it('opens and closes with its button, also before its code has arrived', async () => {
    const { page } = await openPage('/traces?project=dev');
    await page.route('**/menu-layer-*.js', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await route.continue();
    });
    const button = page.getByRole('button', { name: 'Columns' });

    await button.click();
    await page.getByRole('menuitem', { name: 'Release' }).waitFor();
    await button.click();

    await page.getByRole('menu').waitFor({ state: 'detached' });
    expect(await button.getAttribute('aria-expanded')).toBe('false');
  });

  it('closes when another thing is pressed, which keeps the focus', async () => {
    const page = await openList();
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('menu').waitFor();

    await page.getByRole('searchbox').click();

    await page.getByRole('menu').waitFor({ state: 'detached' });
    await page.keyboard.type('word');
    expect(await page.getByRole('searchbox').inputValue()).toBe('word');
  });
});

describe('a dialog', () => {
  it('whose code has arrived stands there with the next picture', async () => {
    const page = await openList();
    const code = await page.waitForFunction(
      () => performance.getEntriesByType('resource').find(({ name }) => /dialog-layer.*\.js$/.test(name))?.name,
    );

    // As text: Vitest replaces imports by its own.
    await page.evaluate(`import('${await code.jsonValue()}').then(() => undefined)`);

    const isThere = await page.evaluate(async () => {
      const nextPicture = () => new Promise(requestAnimationFrame);
      await nextPicture();
      document.dispatchEvent(new KeyboardEvent('keydown', { key: ' ' }));
      await nextPicture();
      await nextPicture();
      return document.querySelector('[role=dialog]') !== null;
    });

    expect(isThere).toBe(true);
  });
});

describe('a popover', () => {
  it('takes the focus, and gives it back on Escape', async () => {
    const page = await openList();
    const button = page.getByRole('button', { name: /^Time range/ });

    await button.click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.closest('[role=dialog]') !== null)).toBe(true);
    await page.keyboard.press('Escape');

    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => focusedName(page)).toContain('Time range');
  });
});

describe('a tooltip', () => {
  it('comes on focus by the keyboard and goes with Escape, and nothing under it does', async () => {
    const page = await openList();
    await page.keyboard.press('j');
    const sel = () => new URL(page.url()).searchParams.get('sel');
    await expect.poll(sel).not.toBe(null);
    const tooltip = page.locator('[class*=tooltip]', { hasText: 'Refresh' });

    await page.getByRole('button', { name: 'Refresh' }).focus();
    await tooltip.waitFor();
    await page.keyboard.press('Escape');

    await tooltip.waitFor({ state: 'detached' });
    expect(sel()).not.toBe(null);
  });

  it('stays while it is pointed at, inside the window', async () => {
    const page = await openList();
    await page.getByRole('button', { name: 'Settings' }).hover();
    const tooltip = page.locator('[class*=tooltip]', { hasText: 'Settings' });

    await tooltip.hover();
    await page.waitForTimeout(400);

    const box = await tooltip.boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 9_999)).toBeLessThanOrEqual(1440);
    await page.mouse.move(700, 600);
    await tooltip.waitFor({ state: 'detached' });
  });
});

describe('tabs', () => {
  it('are one stop, moved through by arrows and chosen by Enter', async () => {
    const trace = oddTrace([{ name: 'run', at: [0, 1000] }]);
    await send(trace);
    const { page } = await openTrace(trace.traceId, 'tab=io');

    await page.getByRole('tab', { selected: true }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await focusedName(page)).toBe('Usage');
    expect(new URL(page.url()).searchParams.get('tab')).toBe('io');
    await page.keyboard.press('Enter');

    await expect.poll(() => new URL(page.url()).searchParams.get('tab')).toBe('usage');
    expect(await page.getByRole('tab', { name: 'Usage' }).getAttribute('aria-selected')).toBe('true');
  });

  it('on the first page offer OTLP, with this server and no key', async () => {
    const { page } = await openPage('/start?project=dev');

    await page.getByRole('tab', { name: 'OTLP' }).click();

    const text = await page.getByRole('tabpanel').textContent();
    expect(text).toContain(`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=${new URL(page.url()).origin}/v1/traces`);
    expect(text).not.toContain('project-dev');
  });
});
