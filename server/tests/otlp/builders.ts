import { ExportRequest, ExportResponse, RpcStatus } from '../../src/otlp/schema.ts';

/** A value of an attribute as OTLP/JSON has it. */
export type Attributes = Readonly<Record<string, unknown>>;

export const traceId = (number = 1): string => number.toString(16).padStart(32, 'a');
export const spanId = (number = 1): string => number.toString(16).padStart(16, 'b');

/** Nanoseconds of so many milliseconds after the start that {@link aSpan} has. */
export const nanosAt = (millis: number): string => `${1_772_600_000_000 + millis}000000`;
export const timeAt = (millis: number): string =>
  `${new Date(1_772_600_000_000 + millis).toISOString().slice(0, -1)}000Z`;

function anyValue(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { kvlistValue: { values: pairs(value as Attributes) } };
}

const pairs = (attributes: Attributes): object[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));

interface SpanParts {
  readonly attributes?: Attributes;
  readonly events?: readonly { readonly name: string; readonly at?: number; readonly attributes?: Attributes }[];
  readonly [field: string]: unknown;
}

/** A finished span of half a second, with attributes and events in short. */
export function aSpan({ attributes = {}, events = [], ...fields }: SpanParts = {}): Record<string, unknown> {
  return {
    traceId: traceId(),
    spanId: spanId(),
    name: 'call',
    kind: 1,
    startTimeUnixNano: nanosAt(0),
    endTimeUnixNano: nanosAt(500),
    attributes: pairs(attributes),
    events: events.map(({ name, at = 100, attributes: told = {} }) => ({
      name,
      timeUnixNano: nanosAt(at),
      attributes: pairs(told),
    })),
    status: {},
    ...fields,
  };
}

/** An export of one process, one library. */
export function anExport(
  spans: readonly unknown[],
  { resource = {}, scope = 'test' }: { readonly resource?: Attributes; readonly scope?: string } = {},
) {
  return {
    resourceSpans: [
      { resource: { attributes: pairs(resource) }, scopeSpans: [{ scope: { name: scope, version: '1' }, spans }] },
    ],
  };
}

/** The same in protobuf. */
export function protobufOf(request: unknown): Buffer {
  const withBytes = JSON.parse(JSON.stringify(request), (key, member) =>
    ['traceId', 'spanId', 'parentSpanId'].includes(key) ? Buffer.from(String(member), 'hex') : member,
  );
  return Buffer.from(ExportRequest.encode(ExportRequest.fromObject(withBytes)).finish());
}

export const responseOf = (body: Buffer): unknown =>
  ExportResponse.toObject(ExportResponse.decode(body), { longs: Number });
export const rpcStatusOf = (body: Buffer): unknown => RpcStatus.toObject(RpcStatus.decode(body));
