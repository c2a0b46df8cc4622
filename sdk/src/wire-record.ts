import type { SpanEvent, SpanLink, SpanUpsert } from './schema/span.ts';
import type { TraceUpsert } from './schema/trace.ts';
import { type Cut, head, isPlain, utf8Bytes, type ValueLimits, writeValue } from './serialize.ts';

// What the server refuses must not leave the client: these are the bounds of the wire's schemas (schema/fields.ts).
const longestLabel = 255;
const longestText = 100_000;
const longestTag = 100;
const mostTags = 50;
export const mostEvents = 10_000;
const mostTokens = 1e12;
const greatestCostUsd = 1e6;

type Mutable<T> = { -readonly [Key in keyof T]?: T[Key] | undefined };

/** A span record while it is being filled in: the wire's fields, values not yet serialised. */
export type SpanDraft = Mutable<Omit<SpanUpsert, 'truncated' | 'events' | 'links'>> & {
  events?: SpanEvent[];
  links?: SpanLink[];
  truncated?: Cut[];
};

/** A trace record while it is being filled in. */
export type TraceDraft = Mutable<Omit<TraceUpsert, 'truncated'>> & { truncated?: Cut[] };

const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  try {
    return String(value);
  } catch {
    return '';
  }
};

/** A name of 1 to 255 characters, whatever came. */
export const nameOf = (value: unknown): string => {
  const text = value === undefined ? '' : textOf(value);
  return text === '' ? 'unnamed' : head(text, longestLabel);
};

/** A label of 1 to 255 characters; undefined for what is none. */
export const labelOf = (value: unknown): string | undefined => {
  if (value === undefined || value === null) return undefined;
  const text = textOf(value);
  return text === '' ? undefined : head(text, longestLabel);
};

/** At most 50 different tags of 1 to 100 characters. */
export const tagsOf = (value: unknown): string[] | undefined => {
  if (!Array.isArray(value)) return undefined;
  const tags = value.map((tag) => head(textOf(tag), longestTag)).filter((tag) => tag !== '');
  return [...new Set(tags)].slice(0, mostTags);
};

/** A token count that the wire takes; undefined for what is none. */
export const tokensOf = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 && value <= mostTokens ? Math.round(value) : undefined;

/** A cost in US dollars that the wire takes; undefined for what is none. */
export const costOf = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 && value <= greatestCostUsd ? value : undefined;

/** A JSON object out of whatever came as metadata or attributes. */
export const objectOf = (value: unknown): Record<string, unknown> => {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : { value };
};

interface ErrorFields {
  error: string;
  error_type?: string;
  error_stack?: string;
}

/** A message, a type and a stack out of anything that can be thrown; what is too long is cut and noted in `cuts`. */
export function errorFields(error: unknown, cuts: Cut[]): ErrorFields {
  const bounded = (text: string, path: string): string => {
    if (text.length > longestText) cuts.push({ path, original_bytes: utf8Bytes(text) });
    return head(text, longestText);
  };
  try {
    if (error instanceof Error) {
      // Many libraries name their classes and leave `name` as it is: then the class says more.
      const type = labelOf(error.name === 'Error' ? error.constructor.name : error.name);
      const message = textOf(error.message);
      return {
        error: bounded(message === '' ? (type ?? 'Error') : message, 'error'),
        ...(type === undefined ? {} : { error_type: type }),
        ...(typeof error.stack === 'string' ? { error_stack: bounded(error.stack, 'error_stack') } : {}),
      };
    }
    const isObject = typeof error === 'object' && error !== null;
    const text = isObject ? writeValue(error, 'error', { maxBytes: longestText, maxDepth: 20 }, cuts) : textOf(error);
    return { error: bounded(text === '' ? 'an empty error' : text, 'error') };
  } catch {
    return { error: 'an error that cannot be read' };
  }
}

const spanPayloads = [
  'input_data',
  'output_data',
  'metadata',
  'model_parameters',
  'tools',
  'usage_details',
  'events',
  'links',
] as const;
const tracePayloads = ['input', 'output', 'metadata'] as const;

/** A span record as JSON text. Consumes the draft. */
export const spanJson = (draft: SpanDraft, limits: ValueLimits): string => recordJson(draft, spanPayloads, limits);

/** A trace record as JSON text. Consumes the draft. */
export const traceJson = (draft: TraceDraft, limits: ValueLimits): string => recordJson(draft, tracePayloads, limits);

/**
 * One `JSON.stringify` for the whole record where its payloads are plain, as nearly all are. A payload that is not is
 * written by itself and put in as text.
 */
function recordJson<Draft extends { truncated?: Cut[] }>(
  draft: Draft,
  payloads: readonly (keyof Draft & string)[],
  limits: ValueLimits,
): string {
  let written = '';
  const cuts: Cut[] = [];
  for (const field of payloads) {
    const value = draft[field];
    if (value === undefined || isPlain(value, limits)) continue;
    written += `,"${field}":${payloadJson(field, value, limits, cuts)}`;
    delete draft[field];
  }
  if (cuts.length > 0) draft.truncated = [...(draft.truncated ?? []), ...cuts].slice(0, 1000);
  const json = JSON.stringify(draft);
  return written === '' ? json : `${json.slice(0, -1)}${written}}`;
}

function payloadJson(field: string, value: unknown, limits: ValueLimits, cuts: Cut[]): string {
  if (field === 'metadata') return objectJson(value, field, limits, cuts);
  if (field !== 'events' && field !== 'links') return writeValue(value, field, limits, cuts);

  // Their outer shape is the SDK's own; only the attributes are the caller's.
  const share = { ...limits, maxBytes: Math.floor(limits.maxBytes / (value as unknown[]).length) };
  const elements = (value as (SpanEvent | SpanLink)[]).map(({ attributes, ...own }, index) => {
    if (attributes === undefined) return JSON.stringify(own);
    const json = objectJson(attributes, `${field}.${index}.attributes`, share, cuts);
    return `${JSON.stringify(own).slice(0, -1)},"attributes":${json}}`;
  });
  return `[${elements.join(',')}]`;
}

/** As JSON, and an object even where the value turns itself into something else: the wire takes nothing but objects. */
function objectJson(value: unknown, path: string, limits: ValueLimits, cuts: Cut[]): string {
  const json = writeValue(value, path, limits, cuts);
  return json.startsWith('{') ? json : `{"value":${json}}`;
}
