import { type Browser, chromium } from 'playwright-core';
import { findChromium } from '../tests/browser/harness/chromium.ts';

export type { Browser };

/**
 * A Chromium to measure or photograph with, its memory readable without rounding.
 *
 * @param jsFlags More flags of V8.
 */
export const launchBrowser = (...jsFlags: readonly string[]): Promise<Browser> =>
  chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--enable-precise-memory-info', `--js-flags=${['--expose-gc', ...jsFlags].join(' ')}`],
  });
