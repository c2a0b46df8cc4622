import type { JsonObject } from '../domain/json.ts';

// A value nested deeper than this is left as the word for it; what is stored must come back through a body's MAX_JSON_DEPTH.
const deepest = 48;

/** Members of a message as it was decoded, or of an object of OTLP/JSON. */
export const isMessage = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A member by its name of OTLP/JSON, or by the name of the schema (`start_time_unix_nano`), which JSON of protobuf allows too. */
export function member(message: JsonObject, name: string): unknown {
  if (Object.hasOwn(message, name)) return message[name];
  const original = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return original !== name && Object.hasOwn(message, original) ? message[original] : undefined;
}

/**
 * An attribute's value as JSON. 64-bit integers beyond a double's whole numbers become text, so does what JSON has no number
 * for (NaN, infinities); bytes become base64. Undefined for a value that holds nothing.
 */
function jsonOf(any: unknown, depth = 0): unknown {
  if (!isMessage(any)) return undefined;
  if (depth > deepest) return '[nested too deeply]';
  const text = member(any, 'stringValue');
  if (typeof text === 'string') return text;
  const flag = member(any, 'boolValue');
  if (typeof flag === 'boolean') return flag;
  const int = member(any, 'intValue');
  if (int !== undefined && int !== null) return integer(int);
  const double = member(any, 'doubleValue');
  if (double !== undefined && double !== null) return decimal(double);
  const array = member(any, 'arrayValue');
  if (isMessage(array)) return listOf(member(array, 'values')).map((each) => jsonOf(each, depth + 1) ?? null);
  const members = member(any, 'kvlistValue');
  if (isMessage(members))
    return Object.fromEntries(
      pairsOf(member(members, 'values'), depth + 1).map(([key, value]) => [key, value ?? null]),
    );
  return bytes(member(any, 'bytesValue'));
}

/** Keys and values of a list of attributes. What has no key is passed over. */
export function pairsOf(attributes: unknown, depth = 0): [key: string, value: unknown][] {
  const pairs: [string, unknown][] = [];
  for (const attribute of listOf(attributes)) {
    if (!isMessage(attribute)) continue;
    const key = attribute['key'];
    if (typeof key === 'string') pairs.push([key, jsonOf(attribute['value'], depth)]);
  }
  return pairs;
}

/** An integer that may have come as a number, as text, or as the protobuf library's 64-bit object. */
function integer(value: unknown): unknown {
  if (typeof value === 'number') return decimal(value);
  const text = String(value);
  const number = Number(text);
  return /^[+-]?\d{1,19}$/.test(text.trim()) && Number.isSafeInteger(number) ? number : text;
}

function decimal(value: unknown): unknown {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : String(value);
}

/** Bytes as base64, which OTLP/JSON has them in already. */
function bytes(value: unknown): unknown {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : undefined;
}
