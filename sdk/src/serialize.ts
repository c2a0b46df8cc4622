import { maskFailed, maskFailedNote, type SafeMask } from './masking.ts';
import { mayBeMedia, mediaOf, summaryOf } from './media.ts';

/** What a limit took out of a value. The wire calls it a truncation. */
export interface Cut {
  /** Where, beginning with the field's name: `input_data.messages.0.content`. */
  readonly path: string;
  /** Size of what stood there, in bytes of JSON; 0 where it was not measured. */
  readonly original_bytes: number;
}

/** How values are captured. */
export interface ValueRules {
  /** Bytes of UTF-8 of one value's JSON. */
  readonly maxBytes: number;
  /** Objects and arrays inside each other. */
  readonly maxDepth: number;
  /** Bytes of media and other binary data. What is larger is recorded by type, size and hash. */
  readonly maxMediaBytes: number;
  /** Decides what may be recorded, if not everything. */
  readonly mask?: SafeMask | undefined;
}

// A server takes bodies of JSON depth 100; a value stands at most 6 deep in one (spans, span, events, event, attributes).
export const deepestValue = 92;

// The most that one UTF-16 unit can become: \u0000.
const mostBytesPerUnit = 6;

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
 * at structure only, and costs about a tenth of the writing. What is not plain is for {@link writeValue}. Throws what
 * a getter or a proxy throws.
 */
export const isPlain = (value: unknown, rules: ValueRules): boolean =>
  // Whole numbers, which engines do not keep on the heap.
  value === undefined || unitsLeft(value, 0, Math.floor(rules.maxBytes / mostBytesPerUnit), rules) >= 0;

/**
 * What remains of `left` UTF-16 units after a value is written, at a cautious estimate; negative if it is not plain.
 * Every node takes some, so that an object that is shared a million times comes to an end.
 *
 * No closure, no state outside of the arguments: a third faster than with either, and a getter that records a span of
 * its own disturbs nothing.
 */
function unitsLeft(node: unknown, depth: number, left: number, rules: ValueRules): number {
  if (typeof node === 'string') {
    return node.length > rules.maxMediaBytes && mayBeMedia(node) ? -1 : left - node.length - 1;
  }
  if (typeof node === 'number') return Number.isFinite(node) ? left - 4 : -1;
  if (typeof node !== 'object') return typeof node === 'boolean' || node === undefined ? left - 1 : -1;
  if (node === null) return left - 1;
  if (depth === rules.maxDepth || left < 0) return -1;

  let rest = left;
  const prototype = Object.getPrototypeOf(node);
  if (prototype === Object.prototype || prototype === null) {
    if ((node as { toJSON?: unknown }).toJSON !== undefined) return -1;
    for (const key in node) {
      const member = (node as Record<string, unknown>)[key];
      rest -= key.length + 2;
      // Most members are short texts: a call for each would be the dearest part of this.
      if (typeof member === 'string' && member.length <= rules.maxMediaBytes) rest -= member.length;
      else rest = unitsLeft(member, depth + 1, rest, rules);
      if (rest < 0) return -1;
    }
    return rest;
  }
  if (Array.isArray(node)) {
    if ((node as { toJSON?: unknown }).toJSON !== undefined) return -1;
    for (let index = 0; index < node.length; index += 1) {
      rest = unitsLeft(node[index], depth + 1, rest - 1, rules);
      if (rest < 0) return -1;
    }
    return rest;
  }
  return prototype === Date.prototype && !Number.isNaN((node as Date).getTime()) ? left - 5 : -1;
}

/**
 * Any value at all as JSON text: what JSON lacks becomes something readable, what throws becomes a note of that, what
 * is over a limit is cut and reported in `cuts`, and a mask sees every part. Never throws.
 */
export function writeValue(value: unknown, path: string, rules: ValueRules, cuts: Cut[]): string {
  const writer = new Writer(rules, cuts);
  try {
    // A value that is only large, not strange, is written by the native writer too: its exact size decides.
    const text = rules.mask === undefined ? plainText(value, rules) : undefined;
    if (text !== undefined && utf8Bytes(text) <= rules.maxBytes) return text;
    writer.write(value, path, 0);
    return writer.text;
  } catch (error) {
    return JSON.stringify(`[Not serialisable: ${rules.mask === undefined ? describe(error) : 'masked'}]`);
  }
}

function plainText(value: unknown, rules: ValueRules): string | undefined {
  try {
    return unitsLeft(value, 0, rules.maxBytes, rules) >= 0 ? JSON.stringify(value) : undefined;
  } catch {
    return undefined;
  }
}

/** What an error says, whatever was thrown. */
export const describe = (error: unknown): string => {
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
  readonly #rules: ValueRules;
  readonly #cuts: Cut[];
  readonly #open = new Set<object>();
  #bytesLeft: number;

  constructor(rules: ValueRules, cuts: Cut[]) {
    this.#rules = rules;
    this.#cuts = cuts;
    this.#bytesLeft = Math.max(rules.maxBytes - reserveBytes, 0);
  }

  write(value: unknown, path: string, depth: number): void {
    this.#put(this.#allowed(value, path, undefined, ''), path, depth);
  }

  #put(value: unknown, path: string, depth: number): void {
    if (typeof value === 'string') this.#string(value, path);
    else if (typeof value === 'number') this.#raw(Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`);
    else if (typeof value === 'boolean') this.#raw(value ? 'true' : 'false');
    else if (typeof value === 'bigint') this.#raw(`"${value}"`);
    else if (value === undefined || value === null) this.#raw('null');
    else this.#object(value, path, depth);
  }

  /** What may stand for a value: large media as a summary, then whatever the mask makes of it. */
  #allowed(given: unknown, path: string, holder: object | undefined, key: string): unknown {
    let value = given;
    if (typeof value === 'string') {
      const media = mediaOf(value, this.#rules.maxMediaBytes, holder, key);
      if (media !== undefined) this.#cut(path, value.length + 2);
      value = media ?? value;
    } else if (typeof value === 'symbol') {
      value = String(value);
    } else if (typeof value === 'function') {
      value = `[Function: ${nameOf(value)}]`;
    }
    const { mask } = this.#rules;
    if (mask === undefined) return value;
    const masked = mask(value, path);
    if (masked === maskFailed) {
      this.#cut(path, 0);
      return maskFailedNote;
    }
    // What is neither is not looked at again: a mask is shown what will be written.
    return typeof masked === 'symbol' || typeof masked === 'function' ? undefined : masked;
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
    if (depth >= this.#rules.maxDepth) {
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
      this.#string(this.#threw(error), path);
    } finally {
      this.#open.delete(value);
    }
  }

  /** What an error says may quote what a mask would take out. */
  #threw(error: unknown): string {
    return this.#rules.mask === undefined ? `[Threw: ${describe(error)}]` : '[Threw]';
  }

  #contents(value: object, path: string, depth: number): void {
    const replaced = Array.isArray(value) ? undefined : replacement(value, this.#rules.maxMediaBytes);
    if (replaced?.cutBytes) this.#cut(path, replaced.cutBytes);
    if (Array.isArray(value)) this.#list(value, value.length, path, depth);
    // A level deeper, so that a toJSON that returns another object with a toJSON comes to an end.
    else if (replaced !== undefined && replaced.by !== value) this.write(replaced.by, path, depth + 1);
    else this.#members(value as Readonly<Record<string, unknown>>, path, depth);
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

  #members(holder: Readonly<Record<string, unknown>>, path: string, depth: number): void {
    this.#raw('{');
    let isFirst = true;
    for (const key of Object.keys(holder)) {
      if (this.#bytesLeft <= key.length) {
        this.#cut(path, 0);
        break;
      }
      let member: unknown;
      try {
        member = holder[key];
      } catch (error) {
        member = this.#threw(error);
      }
      const memberPath = `${path}.${key}`;
      const value = member === undefined ? undefined : this.#allowed(member, memberPath, holder, key);
      if (value === undefined) continue;
      const label = JSON.stringify(key);
      this.text += isFirst ? `${label}:` : `,${label}:`;
      this.#bytesLeft -= utf8Bytes(label) + 2;
      isFirst = false;
      this.#put(value, memberPath, depth + 1);
    }
    this.#raw('}');
  }

  #guarded(read: () => unknown, path: string, depth: number): void {
    let element: unknown;
    try {
      element = read();
    } catch (error) {
      element = this.#threw(error);
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

interface Replacement {
  readonly by: unknown;
  /** Bytes that it leaves out. */
  readonly cutBytes?: number;
}

const binary = (type: string, bytes: Uint8Array, maxBytes: number): Replacement => {
  // Nobody reads large binaries in a trace, and they would crowd out what is read.
  if (bytes.byteLength > maxBytes) return { by: summaryOf(type, bytes), cutBytes: bytes.byteLength };
  let characters = '';
  for (const byte of bytes) characters += String.fromCharCode(byte);
  return { by: { type, byte_length: bytes.byteLength, base64: btoa(characters) } };
};

/** What stands for an object that JSON has no form for; undefined for objects that are written member by member. */
function replacement(value: object, maxMediaBytes: number): Replacement | undefined {
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
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return binary(value.constructor.name, bytes, maxMediaBytes);
  }
  if (value instanceof ArrayBuffer) return binary('ArrayBuffer', new Uint8Array(value), maxMediaBytes);
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
