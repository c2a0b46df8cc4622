// A floor for `pnpm bench ingest`: the app itself, which parses, validates and answers, over a store that keeps nothing.
// Prints its port and takes the key project-dev.
import { buildApp } from '../src/app.ts';
import { parseConfig } from '../src/config.ts';
import type { Batch, Outcome, Store } from '../src/stores/store.ts';
import { listenAndPrintPort } from './printed-port.ts';

const stored = (elements: readonly unknown[]): Outcome[] => elements.map(() => 'stored');

const store = {
  kind: 'none',
  ingest: async (_project: string, { traces, spans, scores }: Batch) => ({
    traces: stored(traces),
    spans: stored(spans),
    scores: stored(scores),
  }),
} satisfies Pick<Store, 'kind' | 'ingest'>;

// Only the batch route is driven, and it calls nothing else.
const app = buildApp({ config: parseConfig({}), store: store as unknown as Store, clock: () => Date.now() * 1000 });
await listenAndPrintPort(app);
