import { createHash } from 'node:crypto';

export type JsonObject = Record<string, unknown>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * One text for one JSON value (members that are undefined are absent, as in JSON): keys in UTF-16 order, numbers as ECMAScript writes them, strings as `JSON.stringify` does
 * (so a lone surrogate is an escape). Two values are equal iff their canonical texts are.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .filter((key) => (value as JsonObject)[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson((value as JsonObject)[key])}`);
  return `{${members.join(',')}}`;
}

/** SHA-256 (hex) of the canonical text's UTF-8: how payloads are compared, so that no store must hold two to compare. */
export const canonicalHash = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value), 'utf8').digest('hex');
