import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
  type Request,
} from 'playwright-core';
import { afterAll, expect, inject, onTestFinished } from 'vitest';
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

/** The connection to the browser, one for a file of tests. */
let connected: Promise<Browser> | undefined;
/**
 * By their options. A file's tests share them, one after the other, so that scripts are fetched and compiled once and not for
 * each page, which is a third of the time; what pages have stored goes with the test.
 */
const contexts = new Map<string, Promise<BrowserContext>>();
afterAll(async () => (await connected)?.close());

function contextWith(options: BrowserContextOptions): Promise<BrowserContext> {
  const name = JSON.stringify(options);
  const context = contexts.get(name) ?? openContext(options);
  contexts.set(name, context);
  return context;
}

async function openContext(options: BrowserContextOptions): Promise<BrowserContext> {
  connected ??= chromium.connect(inject('browserUrl'));
  const context = await (await connected).newContext({ viewport: { width: 1440, height: 900 }, ...options });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: serverUrl() });
  return context;
}

/** Opens a page at a path of the server. It is closed with the test, and what it has stored is forgotten. */
export async function openPage(path: string, { before, ...options }: OpenOptions = {}): Promise<OpenPage> {
  const context = await contextWith(options);
  const page = await context.newPage();
  onTestFinished(async () => {
    await page.evaluate(() => localStorage.clear());
    await page.close();
  });
  if (before !== undefined) await page.addInitScript(before);
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
  watchRequests(page);
  await page.goto(`${serverUrl()}${path}`);
  return { page, complaints, strays };
}

const requestsOf = new WeakMap<Page, Set<Request>>();

/** Keeps what a page waits for. Its live stream never rests. */
function watchRequests(page: Page): void {
  const pending = new Set<Request>();
  requestsOf.set(page, pending);
  page.on('request', (request) => {
    if (!new URL(request.url()).pathname.endsWith('/api/live')) pending.add(request);
  });
  for (const event of ['requestfinished', 'requestfailed'] as const)
    page.on(event as 'requestfinished', (request) => pending.delete(request));
}

/** Waits until a page has what it asked for and has drawn it. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor({ state: 'attached' });
  const isLoading = async () =>
    (requestsOf.get(page)?.size ?? 0) > 0 || (await page.locator('[role=status][aria-label=Loading]').count()) > 0;
  const isSettled = async () => {
    if (await isLoading()) return false;
    // What has arrived may ask for more once it is drawn.
    await drawn(page);
    return !(await isLoading());
  };
  await expect.poll(isSettled).toBe(true);
}

/** Two pictures on, what was asked for in the first is on the screen. */
export const drawn = (page: Page): Promise<unknown> =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

export const send = (...records: readonly Records[]): Promise<void> => sendRecords(serverUrl(), keys.dev, records);

/** Switches to the dark theme, and waits until the canvas shows another picture. */
export async function expectRepaint(page: Page, canvas: Locator): Promise<void> {
  const picture = () => canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL());
  const before = await picture();

  await page.getByRole('button', { name: /^Theme/ }).click();
  await page.getByRole('menuitem', { name: 'Dark' }).click();

  await expect.poll(picture).not.toBe(before);
}

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
