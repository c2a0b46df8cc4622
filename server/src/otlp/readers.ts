import { canonicalTime, type Message, type SpanType } from 'llm-tracer/schema';
import type { JsonObject } from '../domain/json.ts';
import { microsOf, timeOf } from '../domain/time.ts';
import type { Subject } from './dialect.ts';
import { arrayOf, decoded, objectOf } from './json-text.ts';
import { messagesOf, messagesWithin, textMessage } from './messages.ts';

// How values of attributes are read. Each gives undefined for what says nothing.

/** A text that is not empty; numbers and booleans as text, which ids and versions may be. */
export function label(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** A label in lower case: names of providers. `openai.chat` is an API of `openai`. */
export function provider(value: unknown): string | undefined {
  const name = label(value)?.toLowerCase();
  const [, vendor] =
    /^([a-z0-9_-]+)\.(?:chat|responses|completion|embeddings?|image|messages|generative-ai)\b/.exec(name ?? '') ?? [];
  return name === undefined ? undefined : (spellings.get(vendor ?? name) ?? vendor ?? name);
}

// Names of OpenTelemetry's conventions that everybody else spells otherwise.
const spellings: ReadonlyMap<string, string> = new Map([
  ['x_ai', 'xai'],
  ['mistral_ai', 'mistral'],
]);

/** The last of a host's name parts but the ending: `api.openai.com` is openai. */
export function providerOfHost(value: unknown): string | undefined {
  const name = provider(value);
  return name?.includes('.') ? (name.split(':')[0]?.split('.').at(-2) ?? name) : name;
}

export function count(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= 1e12 ? number : undefined;
}

export function dollars(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && number >= 0 && number <= 1e6 ? number : undefined;
}

/** Any value; of JSON text what it says. An empty text says nothing. */
export const payload = (value: unknown): unknown => (value === '' ? undefined : decoded(value));

export const object = (value: unknown): JsonObject | undefined => objectOf(value);

export function messages(value: unknown): readonly Message[] | undefined {
  return messagesOf(value);
}

/** Messages, those within a whole request or answer, or a bare text that one role said. */
export const messagesOr =
  (role: string) =>
  (value: unknown): readonly Message[] | undefined => {
    const given = decoded(value);
    return (
      messagesWithin(given) ?? (typeof given === 'string' && given !== '' ? [textMessage(role, given)] : undefined)
    );
  };

/** Parts of a system prompt, or its text. */
export function systemMessage(value: unknown): Message | undefined {
  const parts = decoded(value);
  if (parts === undefined || parts === null || parts === '') return undefined;
  return messagesOf([{ role: 'system', content: parts }])?.[0];
}

/** Definitions, each of which may be JSON text of its own. */
export function definitions(value: unknown): readonly unknown[] | undefined {
  const list = arrayOf(value);
  return list === undefined || list.length === 0 ? undefined : list.map(decoded);
}

/** A list of labels: an array, JSON text of one, or texts with commas. */
export function labels(value: unknown): readonly string[] | undefined {
  const list = arrayOf(value) ?? (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : []);
  const texts = list.map(label).filter((text) => text !== undefined);
  return texts.length === 0 ? undefined : [...new Set(texts)];
}

/** The first of several, or several joined. */
export function finishReasons(value: unknown): string | undefined {
  const list = arrayOf(value)
    ?.map(label)
    .filter((text) => text !== undefined);
  if (list === undefined) return label(value);
  return list.length === 0 ? undefined : [...new Set(list)].join(',');
}

/** The kind that a word stands for in a dialect, upper and lower case alike. */
export const kind =
  (kinds: Readonly<Record<string, SpanType>>) =>
  (value: unknown): SpanType | undefined => {
    const word = label(value)?.toLowerCase();
    return word !== undefined && Object.hasOwn(kinds, word) ? kinds[word] : undefined;
  };

/** A time, which some clients write as JSON text of a text. */
export function time(value: unknown): string | undefined {
  const text = decoded(value);
  return typeof text === 'string' && text.length <= 64 ? canonicalTime(text) : undefined;
}

/** A moment so long after the span's start. */
export const after =
  (microsPerUnit: number) =>
  (value: unknown, { span }: Subject): string | undefined => {
    const units = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof units !== 'number' || !(units >= 0) || units * microsPerUnit > 1e15) return undefined;
    return timeOf(microsOf(span.startTime) + Math.round(units * microsPerUnit));
  };
