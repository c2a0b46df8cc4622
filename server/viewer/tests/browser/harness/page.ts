import { type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { inject, onTestFinished } from 'vitest';
import type { Records } from '../../data/send.ts';
import { sendRecords } from '../../data/send.ts';
import { keys } from './keys.ts';

export interface OpenOptions extends BrowserContextOptions {
  /** Run in the page before anything else. */
  readonly before?: string;
}

export interface OpenPage {
  readonly page: Page;
  /** What the page complained about: console errors, uncaught errors, violations of the policy. */
  readonly complaints: string[];
  /** Requests to anything but the server. */
  readonly strays: string[];
}

export const serverUrl = (): string => inject('serverUrl');

/** Opens a page in a browser of its own, at a path of the server. It is closed with the test. */
export async function openPage(path: string, { before, ...options }: OpenOptions = {}): Promise<OpenPage> {
  const browser = await chromium.connect(inject('browserUrl'));
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: serverUrl() });
  onTestFinished(async () => {
    await context.close();
    await browser.close();
  });
  if (before !== undefined) await context.addInitScript(before);
  const page = await context.newPage();
  const complaints: string[] = [];
  const strays: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(serverUrl()) && !url.startsWith('blob:') && !url.startsWith('data:')) strays.push(url);
  });
  await page.goto(`${serverUrl()}${path}`);
  return { page, complaints, strays };
}

export const send = (...records: readonly Records[]): Promise<void> => sendRecords(serverUrl(), keys.dev, records);

/** The rows of the trace tree that are mounted. */
export const treeRows = (page: Page): Locator => page.locator('[role=treegrid] [role=row]');

/** The rows of a table that are mounted, without its header. */
export const tableRows = (page: Page): Locator => page.locator('[role=grid] [role=row][aria-selected]');

/** The row of the tree that is selected, by its spoken name. */
export const selectedRow = (page: Page): Locator => page.locator('[role=treegrid] [role=row][aria-selected=true]');

/** The trace page, when its tree can be used. */
export async function openTrace(traceId: string, search = '', options: OpenOptions = {}): Promise<OpenPage> {
  const opened = await openPage(`/traces/${traceId}?project=dev${search === '' ? '' : `&${search}`}`, options);
  await opened.page.locator('[role=treegrid]').waitFor();
  return opened;
}

/** What is in an address, by name. */
export const searchOf = (page: Page): URLSearchParams => new URL(page.url()).searchParams;
