import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { scanJson } from '../domain/scan-json.ts';

// Deeper than anything that means something, and shallow enough that what is stored fits a body's MAX_JSON_DEPTH again.
const deepest = 64;

/**
 * What a text of JSON says; undefined where it is none, nests too deeply, or has a number that a double cannot hold (which
 * would be lost).
 */
export function parseJson(text: string): unknown {
  const { isTooDeep, mayHoldHugeNumbers } = scanJson(text, deepest);
  if (isTooDeep) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return mayHoldHugeNumbers && hasInfinity(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** Attributes hold plain values only, so most clients send anything else as JSON text: the value behind it, else the text. */
export function decoded(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  // Of scalars only a quoted text: "42" and "true" are texts that people wrote.
  return /^\s*[[{"]/.test(value) ? (parseJson(value) ?? value) : value;
}

/** An object, or the text of one. */
export function objectOf(value: unknown): JsonObject | undefined {
  const object = decoded(value);
  return isJsonObject(object) ? object : undefined;
}

/** A list, or the text of one. */
export function arrayOf(value: unknown): readonly unknown[] | undefined {
  const list = decoded(value);
  return Array.isArray(list) ? list : undefined;
}

function hasInfinity(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasInfinity);
}
