// The packed SDK on every runtime that it is for: each record is stored once, however a program ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { allDelivered, expectEverything } from '../delivery/expected.ts';
import { consumerFolder } from '../delivery/packed-sdk.ts';
import { type Backend, keyOf, run, start, startBackend, startProxy } from '../delivery/rig.ts';
import { chromium, importTool, runtimes } from './install.ts';

const traces = 40;
// What is tried is whether records arrive; how soon is for `pnpm bench sdk` to say.
const patient = { drainTimeoutMs: 10_000 };
const programs = fileURLToPath(new URL('programs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'llm-tracer-runtimes-'));

// A page's key may write and nothing else.
const pageKey = 'a-key-that-only-writes-0123456789';
const pageServer = createServer((_request, response) => {
  response.setHeader('content-type', 'text/html').end('<!doctype html><title>A page</title>');
});

/** A project for each row, so that each can be counted. */
const projectOf = (runtime: string, row: string): string => `${runtime}-${row}`.toLowerCase().replaceAll(/[ .]/g, '-');
const rows = ['esm', 'cjs', 'natural', 'process.exit', 'error', 'rejection', 'spool'] as const;

let backend: Backend;
beforeAll(async () => {
  await new Promise<void>((resolve) => pageServer.listen(0, '127.0.0.1', resolve));
  const projects = Object.keys(runtimes()).flatMap((runtime) => rows.map((row) => projectOf(runtime, row)));
  backend = await startBackend([], {
    API_KEYS: [...[...projects, 'workerd', 'page'].map(keyOf), `page:${pageKey}:ingest`].join(','),
    CORS_ORIGINS: pageOrigin(),
  });
});
afterAll(async () => {
  pageServer.close();
  rmSync(folder, { recursive: true });
  await backend?.stop();
});

const pageOrigin = (): string => `http://127.0.0.1:${(pageServer.address() as AddressInfo).port}`;

describe.each(Object.entries(runtimes()))('%s', (name, runtime) => {
  test.each([
    ['esm', 'flush.ts'],
    ['cjs', 'flush.cts'],
  ] as const)('flush() of a program that uses it as %s', async (row, program) => {
    const project = projectOf(name, row);

    const { lines, errors } = await run(program, backend.url, project, { traces }, runtime);

    expect(errors).toBe('');
    expect(JSON.parse(lines.at(-1) ?? '{}')).toMatchObject(allDelivered(traces));
    await expectEverything(backend, project, traces);
  });

  test.each([
    ['natural', 0],
    ['process.exit', 3],
    ['error', 1],
    ['rejection', 1],
  ] as const)('a program that ends without a word to the tracer: %s', async (how, code) => {
    const project = projectOf(name, how);

    const ended = await run('ends', backend.url, project, { traces, how, options: patient }, runtime);

    expect(ended.errors).not.toContain('[llm-tracer]');
    expect({ code: ended.code, errors: ended.errors !== '' }).toEqual({ code, errors: code === 1 });
    await expectEverything(backend, project, traces);
  });

  test('what a killed program left in its spool is sent by the next', async () => {
    const project = projectOf(name, 'spool');
    const options = { spool: join(folder, project) };
    const proxy = await startProxy(backend.url);
    try {
      await proxy.set({ kind: 'absent' });
      const killed = await start('ends', proxy.url, project, { traces, how: 'wait', options }, runtime);
      await killed.printed('recorded');
      killed.child.kill('SIGKILL');
      await killed.ended;
      await proxy.set({ kind: 'none' });

      await run('flush', proxy.url, project, { traces: 0, options }, runtime);

      await expectEverything(backend, project, traces);
    } finally {
      proxy.stop();
    }
  });
});

test('workerd: a worker that is kept alive by waitUntil', async () => {
  const { Miniflare } = await importTool('miniflare');
  const worker = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents: await bundled('worker.ts', 'neutral') }],
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat'],
    bindings: { url: backend.url, apiKey: keyOf('workerd'), traces },
  });
  try {
    const response = await worker.dispatchFetch('http://worker.example/');
    expect(await response.text()).toBe('recorded');
    await vi.waitFor(() => expectEverything(backend, 'workerd', traces), { timeout: 20_000 });
  } finally {
    await worker.dispose();
  }
});

test('Chromium: a page with a key that only writes', async () => {
  const { chromium: browserType } = await importTool('playwright-core');
  const browser = await browserType.launch({ executablePath: chromium(), args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(pageOrigin());
    await page.addScriptTag({ content: await bundled('page.ts', 'browser') });

    const report = await page.evaluate(
      ([url, key, count]) => (globalThis as unknown as PageGlobals).recordTraces(url, key, count),
      [backend.url, pageKey, traces] as const,
    );
    const reading = await page.evaluate(
      async ([url, key]) => (await fetch(`${url}/api/traces`, { headers: { 'x-api-key': key } })).status,
      [backend.url, pageKey] as const,
    );

    expect(report).toMatchObject(allDelivered(traces));
    expect(reading).toBe(403);
    await expectEverything(backend, 'page', traces);
  } finally {
    await browser.close();
  }
});

interface PageGlobals {
  recordTraces(url: string, key: string, count: number): Promise<object>;
}

/** A program with the packed SDK in one text, as an application's bundler would make it. */
async function bundled(program: string, platform: 'neutral' | 'browser'): Promise<string> {
  const { build } = await importTool('esbuild');
  const consumer = await consumerFolder();
  const { outputFiles } = await build({
    entryPoints: [join(programs, program)],
    bundle: true,
    write: false,
    platform,
    mainFields: ['module', 'main'],
    format: platform === 'browser' ? 'iife' : 'esm',
    nodePaths: [join(consumer, 'node_modules')],
    alias: { 'llm-tracer': join(consumer, 'node_modules/llm-tracer/dist/index.js') },
  });
  return outputFiles[0]?.text ?? '';
}
