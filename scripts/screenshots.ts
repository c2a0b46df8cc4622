// `pnpm screenshots [folder]`: photographs the viewer's pages with data that looks like an application's. Without a folder,
// those that the docs show, into docs/images; with one, every main page in both themes, as CI keeps them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser } from '../server/viewer/bench/browser.ts';
import { realisticTraces } from '../server/viewer/tests/data/realistic.ts';
import { sendRecords } from '../server/viewer/tests/data/send.ts';
import { buildViewerIfNeeded } from './build-viewer.ts';
import { localKey } from './local-server.ts';
import { startServer } from './server-process.ts';
import { root } from './workspace.ts';

interface Picture {
  readonly name: string;
  readonly path: string;
  /** What is there when the page can be photographed. */
  readonly ready: string;
  readonly theme?: 'light' | 'dark';
  /** A file that is opened first. */
  readonly file?: string;
  readonly keys?: readonly string[];
  readonly isPhone?: boolean;
}

const [folder = join(root, 'docs/images')] = process.argv.slice(2);
const isForDocs = process.argv[2] === undefined;
mkdirSync(folder, { recursive: true });

await buildViewerIfNeeded();
const dataDir = mkdtempSync(join(tmpdir(), 'llm-tracer-screenshots-'));
const server = await startServer({
  ...process.env,
  PORT: '0',
  DATA_DIR: dataDir,
  API_KEYS: localKey,
  LOG_LEVEL: 'warn',
});
const browser = await launchBrowser();
try {
  await sendRecords(server.url, localKey, realisticTraces({ count: 260 }));
  const found = await fetch(`${server.url}/api/traces?name=support-agent&limit=200`, {
    headers: { 'X-API-Key': localKey },
  });
  const { traces } = (await found.json()) as {
    traces: { trace_id: string; error_count: number; session_id?: string; models: string[] }[];
  };
  const failed = traces.find(({ error_count, models }) => error_count > 0 && models[0]?.startsWith('claude'));
  const other = traces.find(({ error_count, models }) => error_count === 0 && models[0]?.startsWith('claude'));
  if (failed === undefined || other === undefined) throw new Error('The generator made no trace to show.');

  const exported = await fetch(`${server.url}/api/export?name=support-agent`, { headers: { 'X-API-Key': localKey } });
  const file = join(dataDir, 'support-agent.ndjson');
  writeFileSync(file, await exported.text());

  const row = '[role=grid] [role=row][aria-selected]';
  const tree = '[role=treegrid] [role=row]';
  const pages: readonly Picture[] = [
    { name: 'traces', path: '/traces', ready: row },
    { name: 'trace', path: `/traces/${failed.trace_id}`, ready: tree, keys: ['End'] },
    { name: 'dashboard', path: '/dashboard?from=-24h', ready: 'figure' },
    { name: 'compare', path: `/compare/${other.trace_id}/${failed.trace_id}`, ready: 'main h1' },
    { name: 'session', path: `/sessions/${failed.session_id ?? ''}`, ready: 'main h1' },
    { name: 'sessions', path: '/sessions', ready: row },
    { name: 'users', path: '/users', ready: row },
    { name: 'file', path: '/file', file, ready: row },
    { name: 'sign-in', path: '/sign-in', ready: 'form' },
    { name: 'start', path: '/start', ready: 'pre' },
  ];
  const forDocs: readonly Picture[] = [
    ...pages.slice(0, 4),
    { ...(pages[1] as Picture), name: 'trace-dark', theme: 'dark', keys: ['j', 'j', 'p'] },
    { ...(pages[0] as Picture), name: 'phone', isPhone: true },
  ];
  const all = (['light', 'dark'] as const).flatMap((theme) =>
    pages.flatMap((picture): Picture[] => [
      { ...picture, theme, name: `${picture.name}-${theme}` },
      { ...picture, theme, name: `${picture.name}-${theme}-phone`, isPhone: true, keys: [] },
    ]),
  );

  for (const { name, path, ready, theme = 'light', file, keys = [], isPhone = false } of isForDocs ? forDocs : all) {
    const page = await browser.newPage({
      viewport: isPhone ? { width: 390, height: 780 } : { width: 1280, height: 760 },
      colorScheme: theme,
      ...(isPhone ? { hasTouch: true, isMobile: true } : {}),
    });
    await page.goto(`${server.url}${path}${path.includes('?') ? '&' : '?'}project=dev`);
    if (file !== undefined) await page.locator('input[type=file]').setInputFiles(file);
    await page.locator(ready).first().waitFor();
    await page.waitForTimeout(700);
    for (const key of keys) await page.keyboard.press(key);
    await page.waitForTimeout(700);
    await page.screenshot({ path: join(folder, `${isForDocs ? 'viewer-' : ''}${name}.png`) });
    await page.close();
    console.log(join(folder, `${isForDocs ? 'viewer-' : ''}${name}.png`));
  }
} finally {
  await browser.close();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
