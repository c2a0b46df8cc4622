// The floor of ingest: the whole server, whose store keeps nothing. It parses, validates and answers.
import { buildApp } from '../../server/src/app.ts';
import { parseConfig } from '../../server/src/config.ts';
import type { Batch, Store } from '../../server/src/stores/store.ts';

const stored = { traces: 'stored', spans: 'stored', scores: 'stored' } as const;
const store = {
  kind: 'none',
  searchStatus: () => undefined,
  ingest: async (_project: string, batch: Batch) => ({
    traces: batch.traces.map(() => stored.traces),
    spans: batch.spans.map(() => stored.spans),
    scores: batch.scores.map(() => stored.scores),
  }),
} as unknown as Store;

const config = parseConfig(process.env);
const app = buildApp({ config, store, clock: () => Date.now() * 1000 });
process.once('SIGTERM', () => void app.close());
console.log(`listening on ${await app.listen({ host: config.host, port: config.port })}`);
