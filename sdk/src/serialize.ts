/** What a limit took out of a value. The wire calls it a truncation. */
export interface Cut {
  /** Where, beginning with the field's name: `input_data.messages.0.content`. */
  readonly path: string;
  /** Size of what stood there, in bytes of JSON; 0 where it was not measured. */
  readonly original_bytes: number;
}

/** Bounds of one value's JSON. */
export interface ValueLimits {
  /** Bytes of UTF-8. */
  readonly maxBytes: number;
  /** Objects and arrays inside each other. */
  readonly maxDepth: number;
}

// A server takes bodies of JSON depth 100; a value stands at most 6 deep in one (spans, span, events, event, attributes).
export const deepestValue = 92;

// The most that one UTF-16 unit can become: \u0000.
const mostBytesPerUnit = 6;

// Beyond it the shape itself is the weight (or an object that is shared a million times): the careful writer bounds it.
const mostPlainNodes = 200_000;

const encoder = new TextEncoder();

/** Bytes of a text in UTF-8. */
export const utf8Bytes: (text: string) => number =
  globalThis.Buffer === undefined
    ? (text) => encoder.encode(text).length
    : (text) => globalThis.Buffer.byteLength(text);

/**
 * Whether `JSON.stringify` writes the whole value, as it should be read, within the limits.
 *
 * The native writer is several times faster than any other, and almost all captured values are plain: this walk looks
 * at structure only, and costs about a tenth of the writing. What is not plain is for {@link writeValue}.
 */
export function isPlain(value: unknown, limits: ValueLimits): boolean {
  let units = 0;
  let nodes = 0;

  const visit = (node: unknown, depth: number): boolean => {
    nodes += 1;
    if (nodes > mostPlainNodes) return false;
    switch (typeof node) {
      case 'string':
        units += node.length;
        return units * mostBytesPerUnit <= limits.maxBytes;
      case 'number':
        units += 4;
        return Number.isFinite(node);
      case 'boolean':
      case 'undefined':
        return true;
      case 'object':
        break;
      default:
        return false;
    }
    if (node === null) return true;
    if (depth === limits.maxDepth) return false;
    if (Array.isArray(node)) {
      if ((node as { toJSON?: unknown }).toJSON !== undefined) return false;
      for (const element of node) if (!visit(element, depth + 1)) return false;
      return true;
    }
    const prototype = Object.getPrototypeOf(node);
    if (prototype === Date.prototype) return !Number.isNaN((node as Date).getTime());
    if (prototype !== Object.prototype && prototype !== null) return false;
    if ((node as { toJSON?: unknown }).toJSON !== undefined) return false;
    for (const key in node) {
      units += key.length + 2;
      if (!visit((node as Record<string, unknown>)[key], depth + 1)) return false;
    }
    return true;
  };

  try {
    return visit(value, 0) && units * mostBytesPerUnit <= limits.maxBytes;
  } catch {
    // A getter or a proxy trap threw.
    return false;
  }
}

/**
 * Any value at all as JSON text: what JSON lacks becomes something readable, what throws becomes a note of that, what
 * is over a limit is cut and reported in `cuts`. Never throws.
 */
export function writeValue(value: unknown, path: string, limits: ValueLimits, cuts: Cut[]): string {
  // A value that is only large, not strange, is written by the native writer too: its exact size decides.
  const writer = new Writer(limits, cuts);
  try {
    if (isPlain(value, { maxBytes: Number.MAX_VALUE, maxDepth: limits.maxDepth })) {
      const text = JSON.stringify(value) as string | undefined;
      if (text === undefined) return 'null';
      if (utf8Bytes(text) <= limits.maxBytes) return text;
    }
    writer.write(value, path, 0);
    return writer.text;
  } catch (error) {
    return JSON.stringify(`[Not serialisable: ${describe(error)}]`);
  }
}

const describe = (error: unknown): string => {
  try {
    return String(error instanceof Error ? error.message : error).slice(0, 200);
  } catch {
    return 'an error that cannot be read';
  }
};

/** The first `length` units of a text, without half a surrogate pair at the end. */
export const head = (text: string, length: number): string => {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
};

// Enough for the closing brackets of everything that is open when the bound is reached, and for the marks of cuts.
const reserveBytes = 256;

class Writer {
  text = '';
  readonly #limits: ValueLimits;
  readonly #cuts: Cut[];
  readonly #open = new Set<object>();
  #bytesLeft: number;

  constructor(limits: ValueLimits, cuts: Cut[]) {
    this.#limits = limits;
    this.#cuts = cuts;
    this.#bytesLeft = Math.max(limits.maxBytes - reserveBytes, 0);
  }

  write(value: unknown, path: string, depth: number): void {
    if (typeof value === 'string') this.#string(value, path);
    else if (typeof value === 'number') this.#raw(Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`);
    else if (typeof value === 'boolean') this.#raw(value ? 'true' : 'false');
    else if (typeof value === 'bigint') this.#raw(`"${value}"`);
    else if (typeof value === 'symbol') this.#string(String(value), path);
    else if (typeof value === 'function') this.#string(`[Function: ${nameOf(value)}]`, path);
    else if (value === undefined || value === null) this.#raw('null');
    else this.#object(value, path, depth);
  }

  #raw(text: string): void {
    this.text += text;
    this.#bytesLeft -= text.length;
  }

  #string(value: string, path: string): void {
    const json = JSON.stringify(value);
    const bytes = utf8Bytes(json);
    if (bytes <= this.#bytesLeft) {
      this.text += json;
      this.#bytesLeft -= bytes;
      return;
    }
    this.#cut(path, bytes);
    let length = Math.min(value.length, Math.max(this.#bytesLeft, 0));
    let part = JSON.stringify(`${head(value, length)}…`);
    // Escapes and wide characters take more than a byte each: shrink in proportion until it fits.
    while (length > 0 && utf8Bytes(part) > this.#bytesLeft) {
      length = Math.floor((length * Math.max(this.#bytesLeft - 8, 0)) / utf8Bytes(part));
      part = JSON.stringify(`${head(value, length)}…`);
    }
    this.text += part;
    this.#bytesLeft = 0;
  }

  #cut(path: string, originalBytes: number): void {
    // The wire takes a thousand, of at most a thousand characters.
    if (this.#cuts.length < 1000) this.#cuts.push({ path: head(path, 1000), original_bytes: originalBytes });
  }

  #object(value: object, path: string, depth: number): void {
    if (this.#open.has(value)) {
      this.#string('[Circular]', path);
      return;
    }
    if (depth >= this.#limits.maxDepth) {
      this.#cut(path, 0);
      this.#string('[Too deep]', path);
      return;
    }
    const before = this.text;
    const bytesBefore = this.#bytesLeft;
    this.#open.add(value);
    try {
      this.#contents(value, path, depth);
    } catch (error) {
      // A getter, proxy trap or toJSON threw halfway: what it had written is not JSON yet.
      this.text = before;
      this.#bytesLeft = bytesBefore;
      this.#string(`[Threw: ${describe(error)}]`, path);
    } finally {
      this.#open.delete(value);
    }
  }

  #contents(value: object, path: string, depth: number): void {
    const replaced = Array.isArray(value) ? undefined : replacement(value);
    if (Array.isArray(value)) this.#list(value, value.length, path, depth);
    // A level deeper, so that a toJSON that returns another object with a toJSON comes to an end.
    else if (replaced !== undefined && replaced.by !== value) this.write(replaced.by, path, depth + 1);
    else this.#members(Object.keys(value), (key) => (value as Record<string, unknown>)[key], path, depth);
  }

  #list(elements: ArrayLike<unknown>, length: number, path: string, depth: number): void {
    this.#raw('[');
    for (let index = 0; index < length; index += 1) {
      if (this.#bytesLeft <= 0) {
        this.#cut(path, 0);
        break;
      }
      if (index > 0) this.#raw(',');
      this.#guarded(() => elements[index], `${path}.${index}`, depth + 1);
    }
    this.#raw(']');
  }

  #members(keys: readonly string[], read: (key: string) => unknown, path: string, depth: number): void {
    this.#raw('{');
    let isFirst = true;
    for (const key of keys) {
      if (this.#bytesLeft <= key.length) {
        this.#cut(path, 0);
        break;
      }
      let member: unknown;
      try {
        member = read(key);
      } catch (error) {
        member = `[Threw: ${describe(error)}]`;
      }
      if (member === undefined) continue;
      const label = JSON.stringify(key);
      this.text += isFirst ? `${label}:` : `,${label}:`;
      this.#bytesLeft -= utf8Bytes(label) + 2;
      isFirst = false;
      this.write(member, `${path}.${key}`, depth + 1);
    }
    this.#raw('}');
  }

  #guarded(read: () => unknown, path: string, depth: number): void {
    let element: unknown;
    try {
      element = read();
    } catch (error) {
      element = `[Threw: ${describe(error)}]`;
    }
    this.write(element, path, depth);
  }
}

const nameOf = (value: unknown): string => {
  try {
    const { name } = value as { name?: unknown };
    return typeof name === 'string' && name !== '' ? name : 'anonymous';
  } catch {
    return 'anonymous';
  }
};

// Larger binaries are named by type and size only: nobody reads them in a trace, and they would crowd out what is read.
const mostInlineBytes = 64 * 1024;

const binary = (type: string, bytes: Uint8Array): object => {
  const summary = { type, byte_length: bytes.byteLength };
  if (bytes.byteLength > mostInlineBytes) return summary;
  let characters = '';
  for (const byte of bytes) characters += String.fromCharCode(byte);
  return { ...summary, base64: btoa(characters) };
};

/** What stands for an object that JSON has no form for; undefined for objects that are written member by member. */
function replacement(value: object): { readonly by: unknown } | undefined {
  const { toJSON } = value as { toJSON?: unknown };
  if (value instanceof Date) return { by: Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString() };
  if (value instanceof Map) {
    const entries = [...value];
    const isRecord = entries.every(([key]) => typeof key === 'string');
    return { by: isRecord ? Object.fromEntries(entries) : entries };
  }
  if (value instanceof Set) return { by: [...value] };
  if (ArrayBuffer.isView(value)) {
    const isList = !(value instanceof DataView) && value.constructor.name !== 'Buffer' && !isByteArray(value);
    if (isList) return { by: Array.from(value as unknown as ArrayLike<unknown>) };
    return { by: binary(value.constructor.name, new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
  }
  if (value instanceof ArrayBuffer) return { by: binary('ArrayBuffer', new Uint8Array(value)) };
  if (value instanceof Error) return { by: errorMembers(value) };
  if (typeof toJSON === 'function') return { by: toJSON.call(value, '') };
  if (value instanceof RegExp || value instanceof URLSearchParams) return { by: String(value) };
  if (value instanceof String || value instanceof Number || value instanceof Boolean || value instanceof BigInt) {
    return { by: value.valueOf() };
  }
  if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) {
    return { by: `[${nameOf(value.constructor)}]` };
  }
  return undefined;
}

const isByteArray = (value: ArrayBufferView): boolean =>
  value instanceof Uint8Array || value instanceof Uint8ClampedArray || value instanceof Int8Array;

/** An error's own members are not enumerable: named here, then whatever it carries besides. */
const errorMembers = (error: Error): object => {
  const { name, message, stack, cause } = error;
  return Object.assign({ name, message, stack }, cause === undefined ? {} : { cause }, error);
};
