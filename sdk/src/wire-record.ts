import { maskedText, type SafeMask } from './masking.ts';
import type { SpanEvent, SpanLink, SpanType, SpanUpsert } from './schema/span.ts';
import type { TraceUpsert } from './schema/trace.ts';
import { type Cut, head, isPlain, utf8Bytes, type ValueRules, writeValue } from './serialize.ts';

// What the server refuses must not leave the client: these are the bounds of the wire's schemas (schema/fields.ts).
const longestLabel = 255;
const longestText = 100_000;
const longestTag = 100;
const mostTags = 50;
export const mostEvents = 10_000;
const mostLinks = 1000;
const mostTokens = 1e12;
const greatestCostUsd = 1e6;

/** How records are captured. */
export interface CaptureRules extends ValueRules {
  /** Bytes of UTF-8 of one record's JSON. */
  readonly maxRecordBytes: number;
  readonly inputs: boolean;
  readonly outputs: boolean;
}

type Mutable<T> = { -readonly [Key in keyof T]?: T[Key] | undefined };

/** A span record while it is being filled in: the wire's fields, values not yet serialised. */
export type SpanDraft = Mutable<Omit<SpanUpsert, 'truncated' | 'events' | 'links'>> & {
  events?: SpanEvent[];
  links?: SpanLink[];
  truncated?: Cut[];
};

/** A trace record while it is being filled in. */
export type TraceDraft = Mutable<Omit<TraceUpsert, 'truncated'>> & { truncated?: Cut[] };

const wireId = /^[A-Za-z0-9_-]{1,100}$/;

/** An id that the wire takes; undefined for what is none. */
export const idOf = (value: unknown): string | undefined =>
  typeof value === 'string' && wireId.test(value) ? value : undefined;

const kinds: Readonly<Record<SpanType, true>> = {
  llm: true,
  tool: true,
  agent: true,
  function: true,
  retrieval: true,
  embedding: true,
  chain: true,
  other: true,
};

/** A kind that the wire knows; undefined for any other. */
export const kindOf = (value: SpanType | undefined): SpanType | undefined =>
  value !== undefined && Object.hasOwn(kinds, value) ? value : undefined;

/** Links that the wire takes, at most 1,000. */
export const linksOf = (links: readonly { traceId: string; spanId?: string | undefined }[]): SpanLink[] =>
  links.slice(0, mostLinks).flatMap((link) => {
    const traceId = idOf(link?.traceId);
    return traceId === undefined ? [] : [{ trace_id: traceId, span_id: idOf(link.spanId) }];
  });

const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  try {
    return String(value);
  } catch {
    return '';
  }
};

/** A name of 1 to 255 characters, whatever came. */
export const nameOf = (value: unknown, path = 'name', mask?: SafeMask): string =>
  privateLabelOf(value, path, mask) ?? 'unnamed';

/** A label of 1 to 255 characters; undefined for what is none. */
export const labelOf = (value: unknown): string | undefined => {
  if (value === undefined || value === null) return undefined;
  const text = textOf(value);
  return text === '' ? undefined : head(text, longestLabel);
};

/** A label that may say something about a person, as the mask lets it through. */
export const privateLabelOf = (value: unknown, path: string, mask: SafeMask | undefined): string | undefined =>
  mask === undefined || value === undefined || value === null
    ? labelOf(value)
    : labelOf(maskedText(textOf(value), path, mask));

/** At most 50 different tags of 1 to 100 characters. */
export const tagsOf = (value: unknown, mask?: SafeMask): string[] | undefined => {
  if (!Array.isArray(value)) return undefined;
  const tags = value.map((tag, index) => head(maskedText(textOf(tag), `tags.${index}`, mask) ?? '', longestTag));
  return [...new Set(tags.filter((tag) => tag !== ''))].slice(0, mostTags);
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
export function errorFields(error: unknown, rules: CaptureRules, cuts: Cut[]): ErrorFields {
  const bounded = (text: string, path: string): string => {
    const masked = maskedText(text, path, rules.mask) ?? '[masked]';
    if (masked.length > longestText) cuts.push({ path, original_bytes: utf8Bytes(masked) });
    return head(masked, longestText);
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
    if (typeof error === 'object' && error !== null) {
      const text = writeValue(error, 'error', { ...rules, maxBytes: longestText, maxDepth: 20 }, cuts);
      return { error: head(text, longestText) };
    }
    const text = textOf(error);
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
export const spanJson = (draft: SpanDraft, rules: CaptureRules): string => {
  // By name: cheaper than a loop over the names, and this is done for every span.
  const isPlainSpan = (): boolean =>
    isPlain(draft.input_data, rules) &&
    isPlain(draft.output_data, rules) &&
    isPlain(draft.metadata, rules) &&
    isPlain(draft.model_parameters, rules) &&
    isPlain(draft.tools, rules) &&
    isPlain(draft.usage_details, rules) &&
    isPlain(draft.events, rules) &&
    isPlain(draft.links, rules);
  return plainJson(draft, isPlainSpan, rules) ?? recordJson(draft, spanPayloads, rules);
};

/** A trace record as JSON text. Consumes the draft. */
export const traceJson = (draft: TraceDraft, rules: CaptureRules): string => {
  const isPlainTrace = (): boolean =>
    isPlain(draft.input, rules) && isPlain(draft.output, rules) && isPlain(draft.metadata, rules);
  return plainJson(draft, isPlainTrace, rules) ?? recordJson(draft, tracePayloads, rules);
};

// Of a UTF-16 unit in UTF-8.
const mostBytesPerUnit = 3;

/** One `JSON.stringify` for the whole record, as nearly all are written; undefined where that does not do. */
function plainJson(draft: object, isPlainRecord: () => boolean, rules: CaptureRules): string | undefined {
  try {
    if (rules.mask !== undefined || !isPlainRecord()) return undefined;
    const json = JSON.stringify(draft);
    const { maxRecordBytes } = rules;
    const isWithin = json.length * mostBytesPerUnit <= maxRecordBytes || utf8Bytes(json) <= maxRecordBytes;
    return isWithin ? json : undefined;
  } catch {
    // A getter threw, or gave something else the second time.
    return undefined;
  }
}

/** Each payload written by itself, with its cuts, and put in as text. */
function recordJson<Draft extends { truncated?: Cut[] }>(
  draft: Draft,
  payloads: readonly (keyof Draft & string)[],
  rules: CaptureRules,
): string {
  const core = { ...draft };
  const values: PayloadValue[] = [];
  for (const field of payloads) {
    const value = draft[field];
    if (value !== undefined) values.push({ field, value });
    delete core[field];
  }
  const cuts: Cut[] = [];
  const written = payloadsJson(values, rules, rules.maxRecordBytes - coreReserveBytes, cuts);
  if (cuts.length > 0) core.truncated = [...(core.truncated ?? []), ...cuts].slice(0, 1000);
  return `${JSON.stringify(core).slice(0, -1)}${written}}`;
}

// For all that is not payload: labels, an error with its stack, and the list of what was cut.
const coreReserveBytes = 400_000;

interface PayloadValue {
  readonly field: string;
  readonly value: unknown;
}

/**
 * Payloads as members of a record, within so many bytes for all: the small ones stay whole, and the large ones share
 * what is left.
 */
function payloadsJson(values: readonly PayloadValue[], rules: CaptureRules, maxBytes: number, cuts: Cut[]): string {
  const texts = values.map(({ field, value }) => {
    const cut: Cut[] = [];
    const json = payloadJson(field, value, rules, cut);
    return { field, value, json, cut, bytes: utf8Bytes(json) };
  });
  let left = Math.max(maxBytes, 0);
  const ascending = [...texts].sort((one, other) => one.bytes - other.bytes);
  for (const [index, text] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - index));
    if (text.bytes > share) {
      text.cut = [];
      text.json = payloadJson(text.field, text.value, { ...rules, maxBytes: share }, text.cut);
      text.bytes = utf8Bytes(text.json);
    }
    left -= text.bytes;
    cuts.push(...text.cut);
  }
  return texts.map(({ field, json }) => `,"${field}":${json}`).join('');
}

function payloadJson(field: string, value: unknown, rules: CaptureRules, cuts: Cut[]): string {
  if (field === 'metadata') return objectJson(value, field, rules, cuts);
  if (field !== 'events' && field !== 'links') return writeValue(value, field, rules, cuts);

  // Their outer shape is the SDK's own; only the attributes are the caller's.
  const share = { ...rules, maxBytes: Math.floor(rules.maxBytes / (value as unknown[]).length) };
  const elements = (value as (SpanEvent | SpanLink)[]).map(({ attributes, ...own }, index) => {
    if (attributes === undefined) return JSON.stringify(own);
    const json = objectJson(attributes, `${field}.${index}.attributes`, share, cuts);
    return `${JSON.stringify(own).slice(0, -1)},"attributes":${json}}`;
  });
  return `[${elements.join(',')}]`;
}

/** As JSON, and an object even where the value turns itself into something else: the wire takes nothing but objects. */
function objectJson(value: unknown, path: string, rules: ValueRules, cuts: Cut[]): string {
  const json = writeValue(value, path, rules, cuts);
  return json.startsWith('{') ? json : `{"value":${json}}`;
}
