#!/usr/bin/env node
import { buildApp } from './app.ts';
import { type Config, ConfigError, parseConfig } from './config.ts';
import { genaiPricer } from './domain/pricing.ts';
import { startPruning } from './pruning.ts';
import { openSqliteStore } from './stores/sqlite/index.ts';

/** Microseconds since 1970. Not `performance.now()`, which does not follow when the system's clock is set. */
const clock = (): number => Date.now() * 1000;

async function serve(config: Config): Promise<void> {
  const { dataDir, retentionDays, searchIndex, sqliteSynchronous: synchronous } = config;
  const store = await openSqliteStore({
    dataDir,
    synchronous,
    searchIndex,
    clock,
    retentionDays,
    pricer: genaiPricer,
  });
  const app = buildApp({ config, store, clock, logger: { level: config.logLevel } });
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

try {
  await serve(parseConfig(process.env));
} catch (error) {
  // What the person who starts the server can mend is said in a sentence: a wrong variable, a taken port, a folder that
  // cannot be written. Anything else is a defect and ends the process as one.
  if (!(error instanceof ConfigError || (error instanceof Error && 'code' in error))) throw error;
  console.error(`LLM Tracer cannot start: ${error.message}`);
  process.exit(error instanceof ConfigError ? 2 : 1);
}
