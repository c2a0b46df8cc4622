import type { Scope } from 'llm-tracer/schema';
import * as z from 'zod/mini';
import { isFile } from '../file/opened-files.ts';

/** A key that the server has accepted, with what it said about it. Without `key`: the server asks for none. */
export interface AcceptedKey {
  readonly project: string;
  readonly key?: string | undefined;
  readonly scopes: readonly Scope[];
  /** Whether this device keeps it; otherwise the tab does. */
  readonly isKept: boolean;
}

const StoredKeys = z.array(
  z.object({ project: z.string(), key: z.optional(z.string()), scopes: z.array(z.enum(['ingest', 'read', 'admin'])) }),
);

const storageName = 'llm-tracer.keys';
const listeners = new Set<() => void>();
let keys: readonly AcceptedKey[] = [...read(sessionStorage, false), ...read(localStorage, true)];

/** The keys of this tab and this device, one a project. */
export const knownKeys = (): readonly AcceptedKey[] => keys;

export function subscribeToKeys(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Remembers a key: for the tab, or for this device if `isKept`. It takes the place of the project's former one. */
export function rememberKey(accepted: AcceptedKey): void {
  replaceKeys([accepted, ...keys.filter(({ project }) => project !== accepted.project)]);
}

export function forgetKey(project: string): void {
  replaceKeys(keys.filter((key) => key.project !== project));
}

function replaceKeys(next: readonly AcceptedKey[]): void {
  keys = next;
  write(sessionStorage, false);
  write(localStorage, true);
  for (const listener of listeners) listener();
}

function read(storage: Storage, isKept: boolean): AcceptedKey[] {
  try {
    return StoredKeys.parse(JSON.parse(storage.getItem(storageName) ?? '[]')).map((key) => ({ ...key, isKept }));
  } catch {
    return [];
  }
}

function write(storage: Storage, isKept: boolean): void {
  // A file is open as long as its page is: after a reload, its key would open nothing.
  const own = keys.filter((key) => key.isKept === isKept && !isFile(key.key)).map(({ isKept: _, ...key }) => key);
  try {
    if (own.length === 0) storage.removeItem(storageName);
    else storage.setItem(storageName, JSON.stringify(own));
  } catch {
    // A browser that refuses storage asks for the key again after a reload.
  }
}
