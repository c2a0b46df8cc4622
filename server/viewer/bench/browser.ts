import { type Browser, chromium } from 'playwright-core';
import { findChromium } from '../tests/browser/harness/chromium.ts';

/** A Chromium to measure or photograph with, its memory readable without rounding. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--enable-precise-memory-info', '--js-flags=--expose-gc'],
  });
