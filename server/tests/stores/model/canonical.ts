import { createHash } from 'node:crypto';

/**
 * wire.md, Merging: "keys in UTF-16 order, ECMAScript numbers, …; strings as `JSON.stringify` writes them".
 * Written a second time on purpose: the model shares nothing with what it checks.
 */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item)).join()}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    // Array.sort without a comparison is by UTF-16 code units; keys are unique, so comparing pairs as text would be wrong.
    const keys = new Map(entries);
    return `{${[...keys.keys()]
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(keys.get(key))}`)
      .join()}}`;
  }
  return JSON.stringify(value);
};

export const sha256 = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex');

/** Microseconds since 1970 of a canonical time. */
export const micros = (time: string): number =>
  Date.parse(time.replace(/\d{3}Z$/, 'Z')) * 1000 + Number(time.slice(-4, -1));
