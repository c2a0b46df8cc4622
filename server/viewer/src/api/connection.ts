import { useSyncExternalStore } from 'react';
import { Unreachable } from './api-problem.ts';
import { queryClient } from './queries.ts';

/** Whether the server answers: `stale` while what is shown is older than it should be and is being asked for again. */
export interface Connection {
  readonly state: 'online' | 'stale' | 'offline';
  /** When what is shown was read, where it is stale. */
  readonly since: number;
}

const online: Connection = { state: 'online', since: 0 };
let connection: Connection = online;

function judge(): Connection {
  if (!navigator.onLine) return connection.state === 'offline' ? connection : { state: 'offline', since: Date.now() };
  const failing = queryClient
    .getQueryCache()
    .getAll()
    .filter((query) => query.isActive() && query.state.data !== undefined)
    .filter(({ state }) => (state.fetchFailureReason ?? state.error) instanceof Unreachable);
  if (failing.length === 0) return online;
  const since = Math.min(...failing.map(({ state }) => state.dataUpdatedAt));
  return connection.state === 'stale' && connection.since === since ? connection : { state: 'stale', since };
}

/** How the connection stands; changes with the answers of the queries that are on the page. */
export const useConnection = (): Connection => useSyncExternalStore(subscribe, () => connection);

const listeners = new Set<() => void>();

function check(): void {
  const next = judge();
  if (next === connection) return;
  connection = next;
  for (const listener of listeners) listener();
}

queryClient.getQueryCache().subscribe(() => queueMicrotask(check));
addEventListener('online', check);
addEventListener('offline', check);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
