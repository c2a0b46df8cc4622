import { timeOf } from '../domain/time.ts';
import { isMessage, listOf, member, pairsOf } from './any-value.ts';
import { Attributes } from './attributes.ts';

/** Who made the spans: the process (resource) and the library in it (scope). */
export interface Origin {
  readonly resource: ReadonlyMap<string, unknown>;
  readonly scope: { readonly name: string; readonly version: string };
  /** Attributes of the scope. */
  readonly scopeAttributes: readonly (readonly [string, unknown])[];
}

/** A span of an export request, read but not understood yet. */
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** Whether its parent is of another process, as far as its client says so. */
  readonly hasRemoteParent: boolean;
  readonly name: string;
  readonly kind: string | undefined;
  /** Canonical. */
  readonly startTime: string;
  /** Canonical; undefined for a span that has not ended. */
  readonly endTime: string | undefined;
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message: string };
  readonly attributes: Attributes;
  readonly events: readonly OtlpEvent[];
  readonly links: readonly OtlpLink[];
  /** What OTLP says of the span beside all this, by its names: trace state, flags, counts of what was dropped, unknown fields. */
  readonly remarks: readonly (readonly [string, unknown])[];
  readonly origin: Origin;
}

export interface OtlpEvent {
  readonly name: string;
  readonly time: string;
  readonly attributes: Attributes;
}

export interface OtlpLink {
  readonly traceId: string;
  readonly spanId: string | undefined;
  readonly attributes: readonly (readonly [string, unknown])[];
}

/** A span that cannot be read, and why. */
export interface Unreadable {
  readonly detail: string;
}

export class TooManySpans extends Error {
  override readonly name = 'TooManySpans';

  constructor() {
    super(`it has more than ${mostSpansOfRequest} spans`);
  }
}

/** The most spans that one request may have, readable or not: a body of empty ones would fill the memory. */
const mostSpansOfRequest = 100_000;

/**
 * The spans of a request in the order in which they stand there. What cannot be read says why.
 *
 * @throws TooManySpans for more than {@link mostSpansOfRequest}.
 */
export function readRequest(request: unknown): (OtlpSpan | Unreadable)[] {
  const spans: (OtlpSpan | Unreadable)[] = [];
  if (!isMessage(request)) return spans;
  for (const ofResource of listOf(member(request, 'resourceSpans'))) {
    if (!isMessage(ofResource)) continue;
    const resourceMessage = member(ofResource, 'resource');
    const resource = new Map(isMessage(resourceMessage) ? pairsOf(member(resourceMessage, 'attributes')) : []);
    // Before 0.19 a scope was a library.
    const groups = member(ofResource, 'scopeSpans') ?? member(ofResource, 'instrumentationLibrarySpans');
    for (const ofScope of listOf(groups)) {
      if (!isMessage(ofScope)) continue;
      const origin = { resource, ...scopeOf(member(ofScope, 'scope') ?? member(ofScope, 'instrumentationLibrary')) };
      const listed = listOf(member(ofScope, 'spans'));
      if (spans.length + listed.length > mostSpansOfRequest) throw new TooManySpans();
      for (const span of listed) spans.push(readSpan(span, origin));
    }
  }
  return spans;
}

function scopeOf(scope: unknown): Omit<Origin, 'resource'> {
  if (!isMessage(scope)) return { scope: { name: '', version: '' }, scopeAttributes: [] };
  return {
    scope: { name: text(scope['name']), version: text(scope['version']) },
    scopeAttributes: pairsOf(scope['attributes']),
  };
}

const kinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const statusCodes = ['unset', 'ok', 'error'] as const;

function readSpan(span: unknown, origin: Origin): OtlpSpan | Unreadable {
  if (!isMessage(span)) return { detail: 'a span that is no object' };
  const spanId = idOf(member(span, 'spanId'), 8);
  if (spanId === undefined) return { detail: 'spanId: must be 8 bytes (16 hex digits), not all zero' };
  const of = `span ${spanId}: `;
  const traceId = idOf(member(span, 'traceId'), 16);
  if (traceId === undefined) return { detail: `${of}traceId must be 16 bytes (32 hex digits), not all zero` };
  const start = microsOf(member(span, 'startTimeUnixNano'));
  if (start === undefined)
    return { detail: `${of}startTimeUnixNano must be nanoseconds since 1970, up to the year 2255` };
  const end = microsOf(member(span, 'endTimeUnixNano'));

  const status = member(span, 'status');
  const flags = Number(member(span, 'flags') ?? 0);
  const parentSpanId = idOf(member(span, 'parentSpanId'), 8);
  return {
    traceId,
    spanId,
    parentSpanId,
    // Bit 8 says that bit 9 is known.
    hasRemoteParent: parentSpanId !== undefined && (flags & 0x300) === 0x300,
    name: text(span['name']),
    kind: enumName(span['kind'], kinds, 'SPAN_KIND_'),
    startTime: timeOf(start),
    endTime: end === undefined ? undefined : timeOf(end),
    status: isMessage(status)
      ? { code: statusOf(status['code']), message: text(status['message']) }
      : { code: 'unset', message: '' },
    attributes: new Attributes(pairsOf(span['attributes'])),
    events: listOf(span['events']).flatMap((event) => readEvent(event, start)),
    links: listOf(span['links']).flatMap(readLink),
    remarks: remarksOn(span),
    origin,
  };
}

function readEvent(event: unknown, spanStart: number): OtlpEvent[] {
  if (!isMessage(event)) return [];
  const time = timeOf(microsOf(member(event, 'timeUnixNano')) ?? spanStart);
  return [{ name: text(event['name']), time, attributes: new Attributes(pairsOf(event['attributes'])) }];
}

function readLink(link: unknown): OtlpLink[] {
  const traceId = isMessage(link) ? idOf(member(link, 'traceId'), 16) : undefined;
  if (traceId === undefined || !isMessage(link)) return [];
  return [{ traceId, spanId: idOf(member(link, 'spanId'), 8), attributes: pairsOf(link['attributes']) }];
}

const known = new Set(
  [
    ...['traceId', 'spanId', 'parentSpanId', 'name', 'kind', 'startTimeUnixNano', 'endTimeUnixNano', 'attributes'],
    ...['events', 'links', 'status', 'flags'],
  ].flatMap((name) => [name, name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]),
);

/** Other members of a span, unless they say nothing; of protobuf, fields that the schema does not know, by number. */
function remarksOn(span: object): [string, unknown][] {
  const remarks: [string, unknown][] = [];
  for (const [name, value] of Object.entries(span)) {
    if (known.has(name) || value === null || value === 0 || value === '') continue;
    remarks.push([`otlp.${name}`, value]);
  }
  const unknown = (span as { $unknowns?: readonly Uint8Array[] }).$unknowns;
  if (unknown !== undefined && unknown.length > 0)
    remarks.push(['otlp.unknown_fields', unknown.map((field) => Buffer.from(field).toString('base64'))]);
  return remarks;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** An id of so many bytes as lower-case hex: bytes in protobuf, hex in JSON. All zero is no id. */
function idOf(value: unknown, bytes: number): string | undefined {
  const hex = value instanceof Uint8Array ? Buffer.from(value).toString('hex') : text(value).toLowerCase();
  return hex.length === bytes * 2 && /^[0-9a-f]+$/.test(hex) && !/^0+$/.test(hex) ? hex : undefined;
}

/**
 * Microseconds of nanoseconds since 1970, which may have come as text, as a number, or as the protobuf library's object; 0
 * stands for none. Cut like every time that is finer: an end is then never before its start. A number has lost its last digits
 * already, so of that the nearest microsecond is what was meant.
 */
function microsOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  const micros = typeof value === 'number' ? Math.round(value / 1000) : wholeMicros(String(value));
  return micros > 0 && micros <= Number.MAX_SAFE_INTEGER ? micros : undefined;
}

const wholeMicros = (nanos: string): number => (/^\d{4,21}$/.test(nanos) ? Number(nanos.slice(0, -3)) : Number.NaN);

function enumName(value: unknown, names: readonly string[], prefix: string): string | undefined {
  if (typeof value === 'string') return value.startsWith(prefix) ? value.slice(prefix.length) : value;
  const name = typeof value === 'number' ? names[value] : undefined;
  return name === 'UNSPECIFIED' ? undefined : name;
}

function statusOf(value: unknown): OtlpSpan['status']['code'] {
  const name = enumName(value, ['UNSET', 'OK', 'ERROR'], 'STATUS_CODE_')?.toLowerCase();
  return statusCodes.find((code) => code === name) ?? 'unset';
}
