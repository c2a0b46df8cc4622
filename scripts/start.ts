// `pnpm start`: a server, a traced example program, and what was recorded. Serves until Ctrl-C.
import { buildViewerIfNeeded } from './build-viewer.ts';
import { runExample } from './examples.ts';
import { localKey } from './local-server.ts';
import { openModelProvider } from './model-provider.ts';
import { refuseTakenPort } from './port.ts';
import { printTrace } from './print-trace.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { stopSignal } from './stop-signal.ts';
import { newestTrace } from './stored-traces.ts';
import { loadEnvironmentFile } from './workspace.ts';

const example = '04-agent-with-tools';

async function showRecordedExample(server: ServerProcess): Promise<void> {
  // Keys of the server's own configuration need one of them from the client's; without any, the local one is accepted.
  const clientKey = process.env['TRACER_API_KEY'] || process.env['API_KEY'];
  const key = process.env['API_KEYS'] && clientKey ? clientKey : localKey;
  const startedAt = new Date();

  const provider = await openModelProvider(process.env);
  console.log(`\nRunning examples/${example}.ts against ${provider.description}\n`);
  const environment = { ...process.env, ...provider.environment, TRACER_URL: server.url, TRACER_API_KEY: key };
  const exitCode = await runExample(example, environment);
  await provider.close();
  if (exitCode !== 0) console.log(`\nThe example ended with exit code ${exitCode}.`);

  const recorded = await newestTrace(server.url, key, startedAt);
  console.log(`\nRecorded:\n\n${printTrace(recorded)}\n`);
  console.log(`Look at it:  ${server.url}/traces/${recorded.trace.trace_id}   (in a browser)`);
  console.log(`As JSON:     curl -H 'X-API-Key: ${key}' ${server.url}/api/traces/${recorded.trace.trace_id}`);
  console.log(`The API:     ${server.url}/docs`);
  console.log('More:        npx -y pnpm@12 example, in another terminal. Ctrl-C stops the server.');
}

loadEnvironmentFile();
await refuseTakenPort(process.env);

const stopping = stopSignal();
try {
  await buildViewerIfNeeded();
  // Its log would stand between the lines that matter here.
  const environment = { ...process.env, LOG_LEVEL: process.env['LOG_LEVEL'] || 'warn' };
  const server = await startServer(environment, { onLine: console.log, signal: stopping });
  await showRecordedExample(server);
  process.exitCode = await server.exited;
} catch (error) {
  if (!stopping.aborted) console.error(error instanceof Error ? error.message : error);
  process.exit(stopping.aborted ? 0 : 1);
}
