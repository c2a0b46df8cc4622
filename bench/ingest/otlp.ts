import type { SpanUpsert } from '../../sdk/src/schema/index.ts';
import { decodeProtobuf } from '../../server/src/otlp/decode-protobuf.ts';
import { mapSpan } from '../../server/src/otlp/map-span.ts';
import { type OtlpSpan, readRequest } from '../../server/src/otlp/request.ts';
import { ExportRequest } from '../../server/src/otlp/schema.ts';
import { readSpans } from '../../server/src/routes/batch-part.ts';
import { median, type Row } from '../lib/report.ts';
import { batchOf } from './workload.ts';

const spans = 100;
// Enough at a time for the clock of the CPU to tell.
const turns = 5;

/**
 * What reading costs before anything is stored, for the same 100 spans of 3 KB: our own format (parsed and checked), and OTLP
 * in protobuf and JSON (decoded, mapped, checked). CPU of the process, so that neighbours on the machine do not count; the
 * readers take turns, so that its moods meet all of them.
 */
export function benchOtlp(isQuick: boolean): Row[] {
  const batch = batchOf({ spans, bytesPerSpan: 3_000, seed: 7, startMillis: Date.now() - 3_600_000 });
  const request = asExport(batch.spans as SpanUpsert[]);
  const own = JSON.stringify({ spans: batch.spans });
  const json = JSON.stringify(request, hexIds);
  const protobuf = ExportRequest.encode(ExportRequest.fromObject(request)).finish();

  const check = (elements: readonly unknown[]): void => {
    if (readSpans(elements, () => undefined).changes.length !== spans)
      throw new Error('a span of the bench is refused');
  };
  const map = (decoded: unknown) => readRequest(decoded).map((span) => mapSpan(span as OtlpSpan).span);
  const decoded = decodeProtobuf(protobuf);
  const mapped = map(decoded);
  const readers = {
    'read our own format: parse, check': () => check((JSON.parse(own) as { spans: unknown[] }).spans),
    'read OTLP protobuf: decode, map, check': () => check(map(decodeProtobuf(protobuf))),
    'read OTLP JSON: parse, map, check': () => check(map(JSON.parse(json))),
    'of which: decode protobuf': () => void decodeProtobuf(protobuf),
    'of which: map': () => void map(decoded),
    'of which: check': () => check(mapped),
  };

  const times = new Map<string, number[]>();
  for (let round = 0; round < (isQuick ? 20 : 60); round += 1)
    for (const [name, read] of Object.entries(readers)) {
      const before = process.cpuUsage();
      for (let turn = 0; turn < turns; turn += 1) read();
      const { user, system } = process.cpuUsage(before);
      times.set(name, [...(times.get(name) ?? []), (user + system) / spans / turns]);
    }

  const microsOf = (name: keyof typeof readers): number => median(times.get(name) ?? []);
  const floor = microsOf('read our own format: parse, check');
  return [
    ...(Object.keys(readers) as (keyof typeof readers)[]).map((name) => ({
      name,
      value: microsOf(name),
      unit: 'µs/span',
    })),
    {
      name: 'OTLP protobuf by our own format',
      value: microsOf('read OTLP protobuf: decode, map, check') / floor,
      unit: 'x',
    },
    { name: 'OTLP JSON by our own format', value: microsOf('read OTLP JSON: parse, map, check') / floor, unit: 'x' },
  ];
}

/** The same spans as an instrumentation by the GenAI conventions sends them. */
function asExport(upserts: readonly SpanUpsert[]) {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributes({ 'service.name': 'bench', 'service.version': '1' }) },
        scopeSpans: [{ scope: { name: 'bench', version: '1' }, spans: upserts.map(asSpan) }],
      },
    ],
  };
}

function asSpan(span: SpanUpsert) {
  const isCall = span.span_type === 'llm';
  return {
    traceId: Buffer.from(span.trace_id, 'hex'),
    spanId: Buffer.from(span.span_id, 'hex'),
    ...(span.parent_span_id == null ? {} : { parentSpanId: Buffer.from(span.parent_span_id, 'hex') }),
    name: span.name,
    kind: isCall ? 3 : 1,
    startTimeUnixNano: nanos(span.start_time),
    endTimeUnixNano: nanos(span.end_time as string),
    attributes: attributes({
      ...(span.metadata ?? {}),
      ...(isCall ? ofCall(span) : ofTool(span)),
    }),
    status: {},
  };
}

const ofCall = (span: SpanUpsert) => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': span.provider,
  'gen_ai.request.model': span.requested_model,
  'gen_ai.response.model': span.model,
  'gen_ai.request.temperature': 0.2,
  'gen_ai.response.finish_reasons': [span.finish_reason],
  'gen_ai.usage.input_tokens': span.tokens_input,
  'gen_ai.usage.output_tokens': span.tokens_output,
  'gen_ai.input.messages': JSON.stringify(withParts(span.input_data)),
  'gen_ai.output.messages': JSON.stringify(withParts(span.output_data)),
});

const ofTool = (span: SpanUpsert) => ({
  'gen_ai.operation.name': 'execute_tool',
  'gen_ai.tool.name': span.name,
  'gen_ai.tool.call.arguments': JSON.stringify(span.input_data),
  'gen_ai.tool.call.result': JSON.stringify(span.output_data),
});

const withParts = (data: unknown) =>
  (data as { messages: { role: string; content: string }[] }).messages.map(({ role, content }) => ({
    role,
    parts: [{ type: 'text', content }],
  }));

const attributes = (values: Readonly<Record<string, unknown>>) =>
  Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }));

function anyValue(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

const nanos = (time: string): string => `${Date.parse(time)}${time.slice(23, 26)}000`;

/** Ids are hex in OTLP/JSON. A buffer has become an object by the time that a replacer sees it. */
function hexIds(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const original = this[key];
  return Buffer.isBuffer(original) ? original.toString('hex') : value;
}
