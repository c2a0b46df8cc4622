import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildApp } from './app.ts';
import { systemClock } from './clock.ts';
import { type DynamodbConfig, parseConfig } from './config.ts';
import { answerEvents } from './lambda/answer-events.ts';
import { packagedDocumentation } from './lambda/packaged-documentation.ts';
import { loggerOptions } from './logging.ts';
import { openCloudStore } from './open-cloud-store.ts';
import { loadPriceTable } from './prices.ts';

// Whatever the environment says of addresses: anybody can reach a Function URL, so nothing may be as on a loopback address.
const config = parseConfig({ ...process.env, STORE: 'dynamodb', HOST: '0.0.0.0' });
const store = openCloudStore(config.dynamodb as DynamodbConfig, {
  clock: systemClock,
  retentionDays: config.retentionDays,
  retentionDaysOf: config.retentionDaysOf,
  pricerOf: config.pricerOf,
  searchDepth: config.searchIndex,
});
const app = buildApp({
  config,
  store,
  clock: systemClock,
  logger: loggerOptions(config.logLevel),
  documentation: packagedDocumentation,
  viewerFolder: packagedViewer(),
  // A function is frozen between requests, and billed for as long as it streams.
  hasLiveStream: false,
});

// What writes may need prices.
app.addHook('onRequest', async ({ method }) => {
  if (method !== 'GET') await loadPriceTable();
});

/** The viewer's files, where the package was made with them. */
function packagedViewer(): string | undefined {
  const folder = fileURLToPath(new URL('./viewer', import.meta.url));
  return existsSync(`${folder}/index.html`) ? folder : undefined;
}

export const handler = answerEvents(app);
