import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { buildViewerIfNeeded } from '../../../../../scripts/build-viewer.ts';
import { runExample } from '../../../../../scripts/examples.ts';
import { openModelProvider } from '../../../../../scripts/model-provider.ts';
import { startServer } from '../../../../../scripts/server-process.ts';
import { realisticTraces } from '../../data/realistic.ts';
import { sendRecords } from '../../data/send.ts';
import { findChromium } from './chromium.ts';
import { keys } from './keys.ts';
import { openTestStore } from './store.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server that all tests share. */
    serverUrl: string;
    /** Where the shared browser takes commands. */
    browserUrl: string;
  }
}

/**
 * Builds the viewer, starts one server with the data of the examples and of the generator, and one browser. With
 * `STORE=dynamodb` the server keeps its traces there.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await buildViewerIfNeeded();
  const store = await openTestStore(process.env['STORE']);
  const server = await startServer({
    PATH: process.env['PATH'],
    PORT: '0',
    LOG_LEVEL: 'warn',
    API_KEYS: keys.configuration,
    ...store.environment,
  });
  const browser = await chromium.launchServer({
    executablePath: findChromium(),
    // Without the emulation of a graphics card, and with one process for the pages of a context: each takes a tenth of the time
    // and shows nothing else.
    args: ['--no-sandbox', '--disable-gpu', '--disable-software-rasterizer', '--process-per-site'],
  });

  const provider = await openModelProvider({});
  const client = { ...process.env, ...provider.environment, TRACER_URL: server.url, TRACER_API_KEY: keys.dev };
  for (const example of ['04-agent-with-tools', '05-rag']) await runExample(example, client);
  await provider.close();
  await sendRecords(server.url, keys.dev, realisticTraces({ count: 220 }));

  project.provide('serverUrl', server.url);
  project.provide('browserUrl', browser.wsEndpoint());
  return async () => {
    await browser.close();
    await server.stop();
    await store.stop();
  };
}
