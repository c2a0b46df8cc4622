import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { microsOf } from '../../src/domain/time.ts';
import { startTestServer } from '../routes/test-server.ts';
import { anExport, aSpan, protobufOf } from './builders.ts';
import { recordings, requestsOf } from './recordings.ts';

const scale = Number(process.env['TEST_SCALE'] ?? 1);
const runs = (count: number) => ({ numRuns: count * scale });
const timeout = 60_000 * scale;

const json = { 'content-type': 'application/json' };
const protobuf = { 'content-type': 'application/x-protobuf' };

/** Bodies of real clients, unpacked: what is hostile is most dangerous where it is nearly right. */
const recorded = recordings.flatMap(requestsOf).map(({ headers, body }) => ({
  isJson: headers['content-type'] === 'application/json',
  body: headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body,
}));
const recordedJson = recorded.filter(({ isJson }) => isJson).map(({ body }) => JSON.parse(body.toString()));
const recordedProtobuf = [
  ...recorded.filter(({ isJson }) => !isJson).map(({ body }) => body),
  ...recordedJson.map(protobufOf),
];

/** One thing done to bytes: flipped, replaced, taken out, put in, cut. */
type Damage = (bytes: Buffer) => Buffer;
const place = fc.double({ min: 0, max: 1, noNaN: true });
const at = (bytes: Buffer, share: number): number => Math.floor(share * bytes.length);
const damages: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(place, fc.nat(7)).map(([share, bit]) => (bytes: Buffer) => {
    const flipped = Buffer.from(bytes);
    const index = Math.min(at(bytes, share), bytes.length - 1);
    flipped[index] = (flipped[index] as number) ^ (1 << bit);
    return flipped;
  }),
  place.map((share) => (bytes: Buffer) => bytes.subarray(0, at(bytes, share))),
  fc.tuple(place, fc.nat(20)).map(
    ([share, count]) =>
      (bytes: Buffer) =>
        Buffer.concat([bytes.subarray(0, at(bytes, share)), bytes.subarray(at(bytes, share) + count)]),
  ),
  // A field of another wire type, a length of gigabytes, a group that is never closed, a number of ten bytes.
  fc
    .tuple(
      place,
      fc.oneof(
        fc.uint8Array({ maxLength: 8 }),
        fc.constantFrom(
          Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f),
          Uint8Array.of(0x0b, 0x0b, 0x0b, 0x0b),
          Uint8Array.of(0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
          Uint8Array.of(0x0d, 1, 2),
          Uint8Array.of(0x00),
          Uint8Array.of(0x0f),
        ),
      ),
    )
    .map(
      ([share, piece]) =>
        (bytes: Buffer) =>
          Buffer.concat([bytes.subarray(0, at(bytes, share)), piece, bytes.subarray(at(bytes, share))]),
    ),
);
const damaged = fc
  .tuple(fc.constantFrom(...recordedProtobuf), fc.array(damages, { minLength: 1, maxLength: 4 }))
  .map(([body, done]) => done.reduce((bytes, damage) => (bytes.length === 0 ? bytes : damage(bytes)), body));

const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }),
  fc.constantFrom<unknown>(
    ...['', '0', '-1', 'NaN', '__proto__', '[', '{"a":1e999}', '{"__proto__":{"a":1}}', '9'.repeat(400), '\ud800'],
    ...[1e308, -0, 2 ** 53, {}, [], [[]], null, true],
    ...['[{"role":1}]', '[{"role":"user","content":{}}]', '[{"type":"function_call"}]', '{"messages":[[[]]]}'],
    ...[
      { arrayValue: { values: [null, { kvlistValue: { values: [{}] } }] } },
      { stringValue: 1 },
      { intValue: {} },
      { kvlistValue: { values: 'x' } },
    ],
  ),
);

/** The same document with another value at some places. */
function replaced(document: unknown, changes: readonly (readonly [number, unknown])[]): unknown {
  let index = 0;
  const byIndex = new Map(changes);
  return JSON.parse(JSON.stringify(document), (_key, value) => {
    index += 1;
    return byIndex.has(index) ? byIndex.get(index) : value;
  });
}
const changedJson = fc
  .tuple(fc.constantFrom(...recordedJson), fc.array(fc.tuple(fc.nat(1_500), anything), { minLength: 1, maxLength: 5 }))
  .map(([document, changes]) => replaced(document, changes));

/** Attributes under the names that rules read, and places below them, with values that nobody sends. */
const names = [
  ...['gen_ai.input.messages', 'gen_ai.output.messages', 'gen_ai.prompt', 'gen_ai.completion', 'gen_ai.prompt.0.role'],
  ...['gen_ai.prompt.0.tool_calls.0.arguments', 'gen_ai.prompt.99999999999.content', 'gen_ai.system_instructions'],
  ...['gen_ai.tool.definitions', 'gen_ai.usage.input_tokens', 'gen_ai.usage.cost', 'gen_ai.response.finish_reasons'],
  ...[
    'gen_ai.request.__proto__',
    'gen_ai.response.time_to_first_chunk',
    'gen_ai.operation.name',
    'gen_ai.retrieval.documents',
  ],
  ...[
    'llm.input_messages.0.message.role',
    'llm.input_messages.0.message.contents.0.message_content.type',
    'llm.tools.0',
  ],
  ...[
    'llm.input_messages.0.message.tool_calls.0.tool_call.function',
    'llm.input_messages.0',
    'llm.invocation_parameters',
  ],
  ...[
    'llm.token_count.prompt',
    'llm.cost.total',
    'metadata',
    'tag.tags',
    'input.value',
    'output.value',
    'input.mime_type',
  ],
  ...['retrieval.documents.0.document.metadata', 'embedding.embeddings.0.embedding.vector', 'openinference.span.kind'],
  ...[
    'ai.operationId',
    'ai.prompt',
    'ai.prompt.messages',
    'ai.prompt.tools',
    'ai.response.toolCalls',
    'ai.response.object',
  ],
  ...['ai.usage.tokens', 'ai.response.providerMetadata', 'ai.values', 'ai.embeddings', 'ai.telemetry.metadata.tags'],
  ...['langfuse.observation.type', 'langfuse.observation.input', 'langfuse.observation.output', 'langfuse.trace.tags'],
  ...['langfuse.observation.usage_details', 'langfuse.observation.cost_details', 'langfuse.observation.level'],
  ...['langfuse.trace.metadata', 'langfuse.trace.metadata.__proto__', 'langfuse.observation.completion_start_time'],
  ...['traceloop.span.kind', 'traceloop.association.properties.user_id', 'llm.request.functions.0.parameters'],
  ...[
    'lmnr.span.input',
    'lmnr.span.type',
    'langsmith.span.kind',
    'langsmith.metadata.__proto__',
    'session.id',
    'user.id',
  ],
  ...['exception.message', 'error.type', 'service.name', '__proto__', 'constructor', ''],
];
const attributes = fc.array(
  fc.tuple(
    fc.constantFrom(...names),
    fc.oneof(
      anything,
      anything.map((value) => JSON.stringify(value)),
    ),
  ),
  {
    maxLength: 12,
  },
);
const rawValue = (value: unknown): object =>
  typeof value === 'string'
    ? { stringValue: value }
    : typeof value === 'number'
      ? { doubleValue: value }
      : Array.isArray(value)
        ? { arrayValue: { values: value.map(rawValue) } }
        : typeof value === 'boolean'
          ? { boolValue: value }
          : ((value ?? {}) as object);
const listed = (list: readonly (readonly [string, unknown])[]) =>
  list.map(([key, value]) => ({ key, value: rawValue(value) }));
const strangeSpans = fc
  .record({ own: attributes, event: attributes, resource: attributes, name: fc.string({ unit: 'binary' }) })
  .map(({ own, event, resource, name }) => ({
    resourceSpans: [
      {
        resource: { attributes: listed(resource) },
        scopeSpans: [
          {
            spans: [
              {
                ...aSpan({ name, startTimeUnixNano: '1795456690236000000', endTimeUnixNano: '1795456690237000000' }),
                attributes: listed(own),
                events: [
                  'exception',
                  'gen_ai.choice',
                  'gen_ai.user.message',
                  'gen_ai.client.inference.operation.details',
                ].map((each) => ({ name: each, timeUnixNano: '1', attributes: listed(event) })),
              },
            ],
          },
        ],
      },
    ],
  }));

describe('hostile exports', () => {
  const open = async () => {
    const { app } = await startTestServer({ clock: () => microsOf('2026-11-24T12:00:00.000000Z') });
    const call = (
      method: 'GET' | 'POST',
      url: string,
      headers: Readonly<Record<string, string>> = {},
      payload?: Buffer | string,
    ) =>
      app.inject({
        method,
        url,
        headers: { 'x-api-key': 'project-dev', ...headers },
        ...(payload === undefined ? {} : { payload }),
      });
    return {
      get: (url: string) => call('GET', url),
      /** The status, which may only say that it was read or that it cannot be. */
      send: async (body: Buffer | string, headers: Readonly<Record<string, string>>) => {
        const { statusCode, payload } = await call('POST', '/v1/traces', headers, body);
        if (![200, 400, 413].includes(statusCode)) throw new Error(`answered ${statusCode}: ${payload}`);
        return statusCode;
      },
      /** What was not stored, and why. */
      answer: async (body: string) => (await call('POST', '/v1/traces', json, body)).payload,
    };
  };
  const good = JSON.stringify(
    anExport([aSpan({ startTimeUnixNano: '1795456690236000000', endTimeUnixNano: '1795456690236000000' })]),
  );

  it('in damaged protobuf are read or refused', { timeout }, async () => {
    const { send } = await open();
    await fc.assert(
      fc.asyncProperty(damaged, async (body) => void (await send(body, protobuf))),
      runs(500),
    );
    expect(await send(good, json)).toBe(200);
  });

  it('in damaged gzip are read or refused', { timeout }, async () => {
    const { send } = await open();
    const packed = fc
      .tuple(fc.constantFrom(...recordedProtobuf), damages)
      .map(([body, damage]) => damage(gzipSync(body)));
    await fc.assert(
      fc.asyncProperty(packed, async (body) => void (await send(body, { ...protobuf, 'content-encoding': 'gzip' }))),
      runs(100),
    );
    expect(await send(good, json)).toBe(200);
  });

  it('in JSON with other values in their place are read or refused', { timeout }, async () => {
    const { send } = await open();
    await fc.assert(
      fc.asyncProperty(changedJson, async (document) => void (await send(JSON.stringify(document) ?? '', json))),
      runs(150),
    );
    expect(await send(good, json)).toBe(200);
  });

  it('with attributes that nobody sends are stored, every one', { timeout }, async () => {
    const { send, answer, get } = await open();
    await fc.assert(
      fc.asyncProperty(strangeSpans, async (document) => {
        expect(await answer(JSON.stringify(document))).toBe('{}');
        const spans = await get('/api/traces/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1');
        expect(spans.statusCode).toBe(200);
      }),
      runs(150),
    );
    expect(await send(good, json)).toBe(200);
  });

  it.each([
    ['arrays of protobuf', protobuf, deepArrays(5_000)],
    ['groups of protobuf', protobuf, Buffer.alloc(100_000, 0x0b)],
    ['a span of a gigabyte', protobuf, Buffer.from([0x0a, 0x80, 0x80, 0x80, 0x80, 0x04])],
    ['arrays of JSON', json, `{"resourceSpans":${'['.repeat(50_000)}`],
  ])('nested or claimed beyond bounds are refused: %s', async (_title, headers, body) => {
    const { send } = await open();
    expect(await send(body, headers)).toBe(400);
    expect(await send(good, json)).toBe(200);
  });

  // Two bytes each in a body, a hundred in memory.
  it.each([
    ['spans of protobuf', protobuf, gzipSync(ofEmptySpans(4_000_000))],
    ['spans of JSON', json, gzipSync(`{"resourceSpans":[{"scopeSpans":[{"spans":[{}${',{}'.repeat(150_000)}]}]}]}`)],
  ])('with millions of empty %s are refused', { timeout }, async (_title, headers, body) => {
    const { send } = await open();

    expect(await send(body, { ...headers, 'content-encoding': 'gzip' })).toBe(413);
    expect(await send(good, json)).toBe(200);
  });

  it('with JSON text that is nested too deeply keep the text', async () => {
    const { send, get } = await open();
    const text = `${'['.repeat(2_000)}${']'.repeat(2_000)}`;
    const reply = await send(
      JSON.stringify(
        anExport([
          aSpan({
            spanId: 'c'.repeat(16),
            startTimeUnixNano: '1795456690236000000',
            attributes: { 'input.value': text },
          }),
        ]),
      ),
      json,
    );

    const { input_data } = (await get(`/api/spans/${'c'.repeat(16)}`)).json();
    expect([reply, input_data]).toEqual([200, text]);
  });
});

/** One library's spans, each an empty message. */
function ofEmptySpans(count: number): Buffer {
  const spans = Buffer.alloc(count * 2);
  for (let index = 0; index < count; index += 1) spans[index * 2] = 0x12;
  const wrap = (tag: number, inner: Buffer) => Buffer.concat([Buffer.from([tag, ...lengthOf(inner.length)]), inner]);
  return wrap(0x0a, wrap(0x12, spans));
}

/** Values within values: each level is a message with a length around the one before. */
function deepArrays(levels: number): Buffer {
  let value = Buffer.from([0x0a, 0x00]);
  const wrap = (tag: number, inner: Buffer) => Buffer.concat([Buffer.from([tag, ...lengthOf(inner.length)]), inner]);
  for (let level = 0; level < levels; level += 1) value = wrap(0x2a, wrap(0x0a, value));
  const attribute = Buffer.concat([Buffer.from([0x0a, 0x01, 0x61]), wrap(0x12, value)]);
  return wrap(0x0a, wrap(0x12, wrap(0x12, wrap(0x4a, attribute))));
}

const lengthOf = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...lengthOf(value >>> 7)];
