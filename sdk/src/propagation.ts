import type { RemoteParent } from './span.ts';

/** Headers that can be read: of a request as Node gives them, `Headers`, a `Map`, or anything else with `get`. */
export type HeaderSource =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | { get(name: string): string | readonly string[] | null | undefined };

/** Headers that can be written: a plain object, `Headers`, a `Map`, or anything else with `set` and `delete`. */
export type HeaderTarget =
  | Record<string, string | string[] | number | undefined>
  | { set(name: string, value: string): unknown; delete(name: string): unknown };

/** Where a request comes from, as its headers say. */
export interface RemoteContext extends RemoteParent {
  readonly tracestate: string | undefined;
}

const traceparent = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const zeros = /^0+$/;

// W3C Trace Context level 2, 3.3.1.
const member = /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
const mostMembers = 32;

/**
 * The remote context that W3C headers describe; undefined if there is none, or none that is valid.
 *
 * A `tracestate` that is not valid is left out; it never costs the `traceparent`.
 */
export function readHeaders(headers: HeaderSource): RemoteContext | undefined {
  const found = traceparent.exec(headerOf(headers, 'traceparent') ?? '');
  const [, version, traceId = '', parentId = '', flags = '', rest] = found ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (zeros.test(traceId) || zeros.test(parentId)) return undefined;
  return {
    traceId,
    spanId: parentId === idOfTraceItself(traceId) ? undefined : parentId,
    sampled: (Number.parseInt(flags, 16) & 1) === 1,
    tracestate: tracestateOf(headerOf(headers, 'tracestate')),
  };
}

/** Puts a context into headers. What cannot be said in W3C's form leaves them as they are. */
export function writeHeaders<Target extends HeaderTarget>(headers: Target, context: RemoteContext): Target {
  const { traceId, spanId = idOfTraceItself(traceId), sampled, tracestate } = context;
  const value = `00-${traceId}-${spanId}-0${sampled === false ? 0 : 1}`;
  if (!traceparent.test(value)) return headers;
  setHeader(headers, 'traceparent', value);
  // One that came with the headers belongs to another trace.
  setHeader(headers, 'tracestate', tracestate);
  return headers;
}

/**
 * Stands for a trace where a span is wanted: `traceparent` has no form for "below the trace, below no span of it". The
 * digits are those of the trace's id turned round, so that whoever continues can tell, and takes no parent.
 */
const idOfTraceItself = (traceId: string): string => {
  const id = traceId.slice(16).replace(/[0-9a-f]/g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16));
  return zeros.test(id) ? 'f'.repeat(16) : id;
};

function headerOf(headers: HeaderSource, name: string): string | undefined {
  const get = (headers as { get?: unknown }).get;
  let value: unknown;
  if (typeof get === 'function') {
    value = get.call(headers, name);
  } else {
    const key = Object.hasOwn(headers, name) ? name : Object.keys(headers).find((each) => each.toLowerCase() === name);
    if (key !== undefined) value = (headers as Readonly<Record<string, unknown>>)[key];
  }
  // Several `tracestate` headers are one list. Several `traceparent` headers are none.
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : undefined;
}

function setHeader(headers: HeaderTarget, name: string, value: string | undefined): void {
  if (typeof headers.set === 'function' && typeof headers.delete === 'function') {
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
    return;
  }
  const members = headers as Record<string, string | undefined>;
  for (const key of Object.keys(members)) if (key.toLowerCase() === name) delete members[key];
  if (value !== undefined) members[name] = value;
}

function tracestateOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const members = header.split(',').map((each) => each.replace(/^[ \t]+|[ \t]+$/g, ''));
  const stated = members.filter((each) => each !== '');
  const keys = new Set(stated.map((each) => each.slice(0, each.indexOf('='))));
  const isValid = stated.length <= mostMembers && keys.size === stated.length && stated.every((m) => member.test(m));
  return isValid && stated.length > 0 ? stated.join(',') : undefined;
}
