import { MeAnswer } from 'llm-tracer/schema';
import { useSyncExternalStore } from 'react';
import { type AcceptedKey, knownKeys, rememberKey, subscribeToKeys } from './keys.ts';
import { request } from './request.ts';

/** The key that a server on a loopback address takes when none is configured. It is documented and no secret. */
const loopbackKey = 'project-dev';

/** Asks the server what a key is. Rejects with an `ApiProblem` of status 401 where it is none. */
export const askAboutKey = (key: string | undefined, signal?: AbortSignal): Promise<MeAnswer> =>
  request('/api/me', MeAnswer, { key, signal });

/** Signs in with a key that may read. Rejects with what the server says, or with a sentence for a key that only sends. */
export async function signIn(key: string | undefined, isKept: boolean): Promise<AcceptedKey> {
  const { project_id, scopes } = await askAboutKey(key);
  if (!scopes.includes('read') && !scopes.includes('admin'))
    throw new Error('This key can only send data. Use one that may read.');
  const accepted: AcceptedKey = { project: project_id, key, scopes, isKept };
  rememberKey(accepted);
  return accepted;
}

/**
 * Signs in without asking where that is possible: with the standard key on this machine, or without any where the server
 * needs none. Resolves with undefined where a person has to enter one.
 */
export async function signInByItself(): Promise<AcceptedKey | undefined> {
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(location.hostname);
  for (const key of isLoopback ? [loopbackKey, undefined] : [undefined]) {
    try {
      return await signIn(key, false);
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

/** The key of a project, or of the project last used, or undefined. Changes when keys are entered or forgotten. */
export function useKey(project: string | undefined): AcceptedKey | undefined {
  const keys = useSyncExternalStore(subscribeToKeys, knownKeys);
  return project === undefined ? keys[0] : keys.find((key) => key.project === project);
}

export const useKnownKeys = (): readonly AcceptedKey[] => useSyncExternalStore(subscribeToKeys, knownKeys);

/** Whether this key may do what needs `scope`. */
export const allows = (key: AcceptedKey, scope: 'ingest' | 'admin'): boolean =>
  key.scopes.includes(scope) || key.scopes.includes('admin');
