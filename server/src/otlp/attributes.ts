import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { decoded } from './json-text.ts';

/**
 * The attributes of a span, and which of them a rule has made use of: what none has is kept as it is.
 *
 * Keys come from outside, so they live in a map: `__proto__` is one like any other.
 */
export class Attributes {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #claimed = new Set<string>();
  readonly #decoded = new Map<string, unknown>();

  constructor(pairs: Iterable<readonly [string, unknown]>) {
    const values = new Map<string, unknown>();
    for (const [key, value] of pairs) if (value !== undefined) values.set(key, value);
    this.#values = values;
  }

  /** The value, left for others to use. */
  peek(key: string): unknown {
    return this.#values.get(key);
  }

  /** The value that JSON text stands for, or the value itself; left for others to use. Several rules ask for large ones. */
  json(key: string): unknown {
    if (!this.#decoded.has(key)) this.#decoded.set(key, decoded(this.#values.get(key)));
    return this.#decoded.get(key);
  }

  /** The same, where it is an object. */
  object(key: string): JsonObject | undefined {
    const value = this.json(key);
    return isJsonObject(value) ? value : undefined;
  }

  keys(): Iterable<string> {
    return this.#values.keys();
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** The value, which is then told. */
  take(key: string): unknown {
    const value = this.#values.get(key);
    if (value !== undefined) this.#claimed.add(key);
    return value;
  }

  claim(keys: Iterable<string>): void {
    for (const key of keys) if (this.#values.has(key)) this.#claimed.add(key);
  }

  /** Attributes whose key begins so, with the rest of the key; those that a rule used already too. */
  under(prefix: string): [rest: string, value: unknown][] {
    const found: [string, unknown][] = [];
    for (const [key, value] of this.#values)
      if (key.startsWith(prefix) && key.length > prefix.length) found.push([key.slice(prefix.length), value]);
    return found;
  }

  /** The same, which are then told. */
  takeUnder(prefix: string): [rest: string, value: unknown][] {
    const found = this.under(prefix);
    this.claim(found.map(([rest]) => prefix + rest));
    return found;
  }

  /** What no rule has used. */
  rest(): [key: string, value: unknown][] {
    return [...this.#values].filter(([key]) => !this.#claimed.has(key));
  }
}
