// `pnpm dev`: the server, restarted when its source changes, on a scratch store seeded by every example.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildViewerIfNeeded } from './build-viewer.ts';
import { exampleNames, runExample } from './examples.ts';
import { localKey } from './local-server.ts';
import { openModelProvider } from './model-provider.ts';
import { refuseTakenPort } from './port.ts';
import { startServer } from './server-process.ts';
import { stopSignal } from './stop-signal.ts';
import { loadEnvironmentFile } from './workspace.ts';

loadEnvironmentFile();
await refuseTakenPort(process.env);

await buildViewerIfNeeded();
const folder = mkdtempSync(join(tmpdir(), 'llm-tracer-dev-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

// Keys of a deployed server may stand in `.env`; a scratch store takes the local one.
const environment = { ...process.env, DATA_DIR: folder, API_KEYS: localKey };
const server = await startServer(environment, { watch: true, onLine: console.log, signal: stopSignal() });

const provider = await openModelProvider(process.env);
for (const name of exampleNames()) {
  console.log(`\nSeeding from examples/${name}.ts`);
  await runExample(name, { ...environment, ...provider.environment, TRACER_URL: server.url, TRACER_API_KEY: localKey });
}
await provider.close();
console.log(`\nServing ${server.url} with key ${localKey}, stored in ${folder} until Ctrl-C.`);

process.exitCode = await server.exited;
