import type { FastifyBaseLogger } from 'fastify';
import type { Store } from './stores/store.ts';

// Retention is in days, and readers hide what has expired: when exactly it goes matters to the disk only.
const intervalMs = 3_600_000;

/** Prunes now and every hour. Returns what stops it. */
export function startPruning(store: Store, log: FastifyBaseLogger): () => void {
  const prune = () =>
    store.prune().then(
      (count) => log.debug({ count }, 'pruned expired traces'),
      (error: unknown) => log.error({ err: error }, 'pruning failed; it is tried again in an hour'),
    );
  void prune();
  const timer = setInterval(prune, intervalMs).unref();
  return () => clearInterval(timer);
}
