import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server that all tests share. */
    serverUrl: string;
    /** Where the shared browser takes commands. */
    browserUrl: string;
  }
}

/** Builds the viewer, starts one server with the data of the examples and of the generator, and one browser. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await buildViewerIfNeeded();
  const folder = await mkdtemp(join(tmpdir(), 'llm-tracer-browser-'));
  const environment = {
    PATH: process.env['PATH'],
    PORT: '0',
    DATA_DIR: folder,
    LOG_LEVEL: 'warn',
    SEARCH_INDEX: 'heads',
    API_KEYS: keys.configuration,
  };
  const server = await startServer(environment);
  const browser = await chromium.launchServer({ executablePath: findChromium(), args: ['--no-sandbox'] });

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
    await rm(folder, { recursive: true, force: true });
  };
}
