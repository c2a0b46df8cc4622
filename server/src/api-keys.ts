import { createHash, timingSafeEqual } from 'node:crypto';
import { Scope } from 'llm-tracer/schema';

/** A key that the server takes. The key itself is not kept, so that no log or dump can hold it. */
export interface ApiKey {
  readonly project: string;
  readonly scope: Scope;
  /** SHA-256 of what the client sends. */
  readonly hash: Buffer;
  /** Whether it can be guessed from the project's name (`project-ID`). */
  readonly isPredictable: boolean;
}

const projectId = '[A-Za-z0-9_-]{1,100}';
// Commas part the list and colons the entry; beyond printable ASCII, clients disagree on how a header is encoded. What
// begins like a hash and is none would otherwise be taken for a secret.
const secret = '(?!sha256=)(?![^:,]*[^!-~])[^:,]{1,200}';
const predictableForm = new RegExp(`^project-(${projectId})$`);
const secretForm = new RegExp(
  `^(${projectId}):(?:sha256=([0-9a-fA-F]{64})|(${secret}))(?::(${Scope.options.join('|')}))?$`,
);

/** What an entry of `API_KEYS` may be, as error messages say it. */
export const apiKeyForms =
  'project-ID, ID:SECRET[:scope] or ID:sha256=HEX[:scope], where scope is ingest, read or admin';

/** One entry of `API_KEYS`, or undefined if it has none of the {@link apiKeyForms}. */
export function parseApiKey(entry: string): ApiKey | undefined {
  const [, predictableProject] = predictableForm.exec(entry) ?? [];
  if (predictableProject !== undefined)
    return { project: predictableProject, scope: 'admin', hash: sha256(entry), isPredictable: true };

  const [, project, hex, clear, scope = 'admin'] = secretForm.exec(entry) ?? [];
  if (project === undefined) return undefined;
  const hash = hex !== undefined ? Buffer.from(hex, 'hex') : sha256(clear ?? '');
  return { project, scope: Scope.parse(scope), hash, isPredictable: false };
}

/**
 * The key that a client presents, or undefined.
 *
 * Hashes have one length and each is compared whole, with every key tried: how long this takes says nothing about how
 * close a guess came, or to which key.
 */
export function findApiKey(keys: readonly ApiKey[], presented: string): ApiKey | undefined {
  const hash = sha256(presented);
  let found: ApiKey | undefined;
  for (const key of keys) if (timingSafeEqual(key.hash, hash)) found = key;
  return found;
}

/** The hash of a key that stands in the configuration in clear, or as `sha256=HEX`. */
export const keyHash = (text: string): Buffer =>
  text.startsWith('sha256=') ? Buffer.from(text.slice('sha256='.length), 'hex') : sha256(text);

/** Whether this is the key of the hash; takes as long whatever is presented. */
export const isKeyOf = (hash: Buffer, presented: string): boolean => timingSafeEqual(hash, sha256(presented));

const sha256 = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();
