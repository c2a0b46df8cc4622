import { buildApp } from './app.ts';
import { systemClock } from './clock.ts';
import { ConfigError, parseConfig } from './config.ts';
import { loggerOptions } from './logging.ts';
import { openStore } from './open-store.ts';
import { startPruning } from './pruning.ts';
import { findViewerFolder } from './viewer-folder.ts';

/** Serves until a signal ends it, or says in a sentence why it cannot start, and ends the process: 2 for a wrong variable, else 1. */
export async function serve(env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await listen(env);
  } catch (error) {
    // What the person who starts the server can mend is said in a sentence: a wrong variable, a taken port, a folder that
    // cannot be written. Anything else is a defect and ends the process as one.
    if (!(error instanceof ConfigError || (error instanceof Error && 'code' in error))) throw error;
    console.error(`LLM Tracer cannot start: ${error.message}`);
    process.exit(error instanceof ConfigError ? 2 : 1);
  }
}

async function listen(env: NodeJS.ProcessEnv): Promise<void> {
  const config = parseConfig(env);
  const store = await openStore(config, { keepsIndex: true });
  const app = buildApp({
    config,
    store,
    clock: systemClock,
    logger: loggerOptions(config.logLevel),
    viewerFolder: findViewerFolder(),
  });
  const stopPruning = startPruning(store, app.log);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, async () => {
      stopPruning();
      await app.close();
      await store.close();
      process.exit(0);
    });
  console.log(`LLM Tracer is listening on ${await app.listen({ host: config.host, port: config.port })}`);
}
