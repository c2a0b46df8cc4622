import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { microsOf } from '../../src/domain/time.ts';
import { StoreUnavailable } from '../../src/stores/store.ts';
import { now, startTestServer, type TestServer, type TestServerOptions } from '../routes/test-server.ts';
import { anExport, aSpan, nanosAt, protobufOf, responseOf, rpcStatusOf, spanId, timeAt, traceId } from './builders.ts';

const clock = () => microsOf(timeAt(60_000));
const start = (options: TestServerOptions = {}) => startTestServer({ clock, ...options });

const json = { 'content-type': 'application/json' };
const protobuf = { 'content-type': 'application/x-protobuf' };

/** Sends, and reads the answer as its type says. */
async function send(
  server: TestServer,
  body: unknown,
  headers: Readonly<Record<string, string>> = json,
  path = '/v1/traces',
) {
  const { app } = server;
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
  const reply = await app.inject({
    method: 'POST',
    url: path,
    headers: { 'x-api-key': 'project-dev', ...headers },
    payload: isRaw ? body : JSON.stringify(body),
  });
  const type = reply.headers['content-type'];
  const isJson = type === 'application/json';
  const decode = reply.statusCode === 200 ? responseOf : rpcStatusOf;
  return {
    status: reply.statusCode,
    type,
    headers: reply.headers,
    body: isJson ? reply.json() : decode(reply.rawPayload),
  };
}

const spansOf = async (server: TestServer, id = traceId()) => (await server.get(`/api/traces/${id}`)).body.spans;
const traceOf = async (server: TestServer, id = traceId()) => (await server.get(`/api/traces/${id}`)).body.trace;

describe('POST /v1/traces', () => {
  it.each(['/v1/traces', '/api/public/otel/v1/traces', '/otel/v1/traces', '//v1/traces'])(
    'takes exports at %s',
    async (path) => {
      const server = await start();

      const answer = await send(server, anExport([aSpan()]), json, path);

      expect(answer).toMatchObject({ status: 200, type: 'application/json', body: {} });
      expect(await spansOf(server)).toMatchObject([{ span_id: spanId(), name: 'call', status: 'ok' }]);
    },
  );

  it.each([
    ['JSON', json, JSON.stringify(anExport([aSpan()]))],
    ['JSON with a charset', { 'content-type': 'application/json; charset=utf-8' }, JSON.stringify(anExport([aSpan()]))],
    ['protobuf', protobuf, protobufOf(anExport([aSpan()]))],
    ['protobuf by its other name', { 'content-type': 'application/protobuf' }, protobufOf(anExport([aSpan()]))],
    ['JSON in gzip', { ...json, 'content-encoding': 'gzip' }, gzipSync(JSON.stringify(anExport([aSpan()])))],
    ['protobuf in gzip', { ...protobuf, 'content-encoding': 'gzip' }, gzipSync(protobufOf(anExport([aSpan()])))],
    [
      'protobuf in zstd',
      { ...protobuf, 'content-encoding': 'zstd' },
      zstdCompressSync(protobufOf(anExport([aSpan()]))),
    ],
    ['an export of nothing', json, '{}'],
    ['an empty message', protobuf, protobufOf({})],
  ])('takes %s and answers in its encoding', async (title, headers, body) => {
    const server = await start();

    const answer = await send(server, body, headers);

    expect(answer).toMatchObject({
      status: 200,
      type: headers['content-type'].split(';')[0]?.replace('/protobuf', '/x-protobuf'),
      body: {},
    });
    const count = /nothing|empty/.test(title) ? 0 : 1;
    expect((await server.get('/api/stats')).body.total_spans).toBe(count);
  });

  it('takes the key as the password of Basic credentials, whatever the user', async () => {
    const server = await start({ env: { API_KEYS: 'shop:s3cret' } });
    const basic = (text: string) => ({
      ...json,
      'x-api-key': '',
      authorization: `Basic ${Buffer.from(text).toString('base64')}`,
    });

    const right = await send(server, anExport([aSpan()]), basic('pk-lf-1:s3cret'));
    const wrong = await send(server, anExport([aSpan()]), basic('s3cret:pk-lf-1'));
    const garbage = await send(server, anExport([aSpan()]), basic('s3cret'));

    expect([right.status, wrong.status, garbage.status]).toEqual([200, 401, 401]);
    expect((await server.get('/api/stats', { key: 's3cret' })).body.total_spans).toBe(1);
  });

  it('keeps projects apart, whatever ids they send', async () => {
    const server = await start({ env: { API_KEYS: 'a:key-a,b:key-b' } });
    for (const key of ['key-a', 'key-b'])
      await send(server, anExport([aSpan({ name: key, attributes: { 'user.id': key } })]), {
        ...json,
        'x-api-key': key,
      });

    const names = await Promise.all(
      ['key-a', 'key-b'].map(async (key) => (await server.get(`/api/traces/${traceId()}`, { key })).body.trace),
    );

    expect(names).toMatchObject([
      { name: 'key-a', user_id: 'key-a' },
      { name: 'key-b', user_id: 'key-b' },
    ]);
  });

  it.each([
    ['no key', 401, { ...json, 'x-api-key': '' }, '{}', 16],
    ['a key that only reads', 403, { ...json, 'x-api-key': 'reader' }, '{}', 7],
    ['no JSON', 400, json, '{"resourceSpans":', 3],
    ['no body', 400, json, '', 3],
    ['no protobuf', 400, protobuf, Buffer.from('hello, this is no protobuf'), 3],
    ['a cut body', 400, { ...json, 'content-encoding': 'gzip' }, gzipSync('{}').subarray(0, 15), 3],
    ['another type', 415, { 'content-type': 'text/plain' }, 'hello', 3],
    ['another encoding', 415, { ...json, 'content-encoding': 'br' }, '{}', 3],
    ['a body that is too large', 413, json, `{"x":"${'x'.repeat(3_000)}"}`, 8],
    [
      'a body that unpacks to too much',
      413,
      { ...protobuf, 'content-encoding': 'gzip' },
      gzipSync(Buffer.alloc(9_000)),
      8,
    ],
    ['a body that is nested too deeply', 400, json, '['.repeat(101) + ']'.repeat(101), 3],
  ])('answers %s with %i and a status in its encoding', async (_title, status, headers, body, code) => {
    const server = await start({
      env: { API_KEYS: 'dev:project-secret,dev:reader:read', MAX_BODY_BYTES: '2048', MAX_DECOMPRESSED_BYTES: '4096' },
    });

    const answer = await send(server, body, { 'x-api-key': 'project-secret', ...headers });

    const type = headers['content-type'] === protobuf['content-type'] ? protobuf['content-type'] : json['content-type'];
    expect(answer).toMatchObject({ status, type, body: { code, message: expect.stringMatching(/\w{3}/) } });
  });

  it.each([
    ['JSON', json, (body: unknown) => JSON.stringify(body)],
    ['protobuf', protobuf, protobufOf],
  ])('asks for patience when the store cannot serve, in %s', async (_title, headers, encode) => {
    const ingest = () => Promise.reject(new StoreUnavailable('full'));
    const server = await start({ store: { ingest } });

    const answer = await send(server, encode(anExport([aSpan()])), headers);

    expect(answer).toMatchObject({ status: 503, body: { code: 14 } });
    expect(answer.headers['retry-after']).toBe('2');
  });

  it.each([
    ['JSON', json, (body: unknown) => JSON.stringify(body), '4'],
    ['protobuf', protobuf, protobufOf, 4],
  ])(
    'stores what it can of a request and says how many spans it could not, in %s',
    async (_title, headers, encode, rejectedSpans) => {
      const server = await start();
      await send(server, anExport([aSpan({ traceId: traceId(9), spanId: spanId(9) })]));

      const { status, body } = await send(
        server,
        encode(
          anExport([
            aSpan(),
            aSpan({ spanId: '00'.repeat(8) }),
            aSpan({ traceId: 'abc', spanId: spanId(2) }),
            aSpan({ spanId: spanId(3), startTimeUnixNano: '0' }),
            aSpan({ spanId: spanId(9), name: 'stands under another trace' }),
          ]),
        ),
        headers,
      );

      expect([status, body]).toEqual([200, { partialSuccess: { rejectedSpans, errorMessage: expect.any(String) } }]);
      const { errorMessage } = (body as { partialSuccess: { errorMessage: string } }).partialSuccess;
      expect(errorMessage).toMatch(/spanId.*traceId.*startTimeUnixNano.*and 1 more/);
      expect(await spansOf(server)).toMatchObject([{ span_id: spanId() }]);
    },
  );

  it('rejects what is past retention or far ahead, and its neighbours stay', async () => {
    const server = await start({ clock: () => microsOf(timeAt(0)) });
    const day = 86_400_000;

    const { body } = await send(
      server,
      anExport([
        aSpan(),
        aSpan({ spanId: spanId(2), startTimeUnixNano: nanosAt(-91 * day) }),
        aSpan({ spanId: spanId(3), startTimeUnixNano: nanosAt(2 * day) }),
      ]),
    );

    expect(body).toMatchObject({
      partialSuccess: { rejectedSpans: '2', errorMessage: expect.stringMatching(/RETENTION_DAYS.*24 hours/) },
    });
    expect(await spansOf(server)).toHaveLength(1);
  });

  it('rejects a span with a payload over the limit, and its neighbours stay', async () => {
    const server = await start({ env: { MAX_PAYLOAD_BYTES: '2000' } });
    const large = aSpan({ spanId: spanId(2), attributes: { 'input.value': 'x'.repeat(3_000) } });

    const { body } = await send(server, protobufOf(anExport([aSpan(), large])), protobuf);

    expect(body).toMatchObject({
      partialSuccess: { rejectedSpans: 1, errorMessage: expect.stringContaining('MAX_PAYLOAD_BYTES') },
    });
    expect(await spansOf(server)).toMatchObject([{ span_id: spanId() }]);
  });

  it('takes more spans at once than a batch may have, as collectors send them', async () => {
    const server = await start({ env: { MAX_BATCH_ELEMENTS: '10' } });
    const spans = Array.from({ length: 35 }, (_, index) => aSpan({ spanId: spanId(index + 1) }));

    const { status, body } = await send(server, anExport(spans));

    expect([status, body]).toEqual([200, {}]);
    expect((await traceOf(server)).span_count).toBe(35);
  });

  it('counts spans in the metrics', async () => {
    const server = await start();
    await send(server, anExport([aSpan(), aSpan({ spanId: 'no id' })]));

    const { text } = await server.get('/metrics', { key: null });

    expect(text).toContain('llm_tracer_ingest_elements_total{kind="span",outcome="accepted"} 1');
    expect(text).toContain('llm_tracer_ingest_elements_total{kind="span",outcome="rejected"} 1');
  });
});

describe('values of OTLP', () => {
  it.each([
    ['text', nanosAt(1)],
    ['a number', Number(nanosAt(1))],
  ])('times may be %s of nanoseconds, and keep their microseconds', async (_title, startTimeUnixNano) => {
    const server = await start();

    await send(server, anExport([aSpan({ startTimeUnixNano, endTimeUnixNano: `${nanosAt(3).slice(0, -6)}456789` })]));

    expect(await spansOf(server)).toMatchObject([
      { start_time: timeAt(1), end_time: timeAt(3).replace('000Z', '456Z') },
    ]);
  });

  it('64-bit integers may be numbers or text; beyond a double they stay text', async () => {
    const server = await start();
    const attributes = [
      { key: 'number', value: { intValue: 42 } },
      { key: 'text', value: { intValue: '42' } },
      { key: 'negative', value: { intValue: '-42' } },
      { key: 'safe', value: { intValue: '9007199254740991' } },
      { key: 'beyond', value: { intValue: '9223372036854775807' } },
    ];

    await send(server, anExport([aSpan(), { ...aSpan({ spanId: spanId(2) }), attributes }]));
    await send(server, protobufOf(anExport([{ ...aSpan({ spanId: spanId(3) }), attributes }])), protobuf);

    const spans = await spansOf(server);
    for (const span of spans.slice(1))
      expect(span.metadata).toMatchObject({
        number: 42,
        text: 42,
        negative: -42,
        safe: 9007199254740991,
        beyond: '9223372036854775807',
      });
  });

  it('bytes become base64, and what JSON has no number for becomes text', async () => {
    const server = await start();
    const bytes = Buffer.from([0, 255, 1]);
    const numbers = [
      { key: 'nan', value: { doubleValue: 'NaN' } },
      { key: 'infinity', value: { doubleValue: '-Infinity' } },
    ];

    await send(
      server,
      anExport([
        { ...aSpan(), attributes: [{ key: 'bytes', value: { bytesValue: bytes.toString('base64') } }, ...numbers] },
      ]),
    );
    await send(
      server,
      protobufOf(
        anExport([
          {
            ...aSpan({ spanId: spanId(2) }),
            attributes: [
              { key: 'bytes', value: { bytesValue: bytes.toString('base64') } },
              { key: 'nan', value: { doubleValue: Number.NaN } },
            ],
          },
        ]),
      ),
      protobuf,
    );

    const [first, second] = await spansOf(server);
    expect(first.metadata).toMatchObject({ bytes: 'AP8B', nan: 'NaN', infinity: '-Infinity' });
    expect(second.metadata).toMatchObject({ bytes: 'AP8B' });
  });

  it('arrays and members nest, empty values are nothing, and any key is a key', async () => {
    const server = await start();
    const attributes = [
      {
        key: 'list',
        value: { arrayValue: { values: [{ intValue: 1 }, { stringValue: 'a' }, { arrayValue: {} }, {}] } },
      },
      { key: 'members', value: { kvlistValue: { values: [{ key: '__proto__', value: { boolValue: true } }] } } },
      { key: '__proto__', value: { stringValue: 'kept' } },
      { key: 'nothing', value: {} },
      { key: 'absent' },
    ];

    await send(server, anExport([{ ...aSpan(), attributes }]));

    const [{ metadata }] = await spansOf(server);
    expect(metadata.list).toEqual([1, 'a', [], null]);
    expect(JSON.stringify(metadata.members)).toBe('{"__proto__":true}');
    expect(Object.getOwnPropertyDescriptor(metadata, '__proto__')?.value).toBe('kept');
    expect(metadata).not.toHaveProperty('nothing');
    expect(metadata).not.toHaveProperty('absent');
  });

  it('enumerations may be names, and members may have the names of the schema', async () => {
    const server = await start();

    await send(server, {
      resource_spans: [
        {
          scope_spans: [
            {
              spans: [
                {
                  trace_id: traceId().toUpperCase(),
                  span_id: spanId(),
                  name: 'snake',
                  kind: 'SPAN_KIND_CLIENT',
                  start_time_unix_nano: nanosAt(0),
                  end_time_unix_nano: nanosAt(1),
                  status: { code: 'STATUS_CODE_ERROR', message: 'no' },
                },
              ],
            },
          ],
        },
      ],
    });

    expect(await spansOf(server)).toMatchObject([
      { name: 'snake', status: 'error', error: 'no', metadata: { 'otel.kind': 'CLIENT' } },
    ]);
  });

  it('keeps fields that are not known yet', async () => {
    const server = await start();
    const later = Buffer.concat([protobufOf(anExport([aSpan({ spanId: spanId(2) })]))]);

    await send(
      server,
      anExport([aSpan({ confidence: 0.5, traceState: 'vendor=1', droppedEventsCount: 2, droppedLinksCount: 0 })]),
    );
    await send(server, withUnknownField(later), protobuf);

    const [first, second] = await spansOf(server);
    expect(first.metadata).toMatchObject({
      'otlp.confidence': 0.5,
      'otlp.traceState': 'vendor=1',
      'otlp.droppedEventsCount': 2,
    });
    expect(first.metadata).not.toHaveProperty('otlp.droppedLinksCount');
    expect(second.metadata['otlp.unknown_fields']).toEqual([expect.any(String)]);
  });

  it('cuts what is longer than the wire allows, and says so', async () => {
    const server = await start();
    const name = 'n'.repeat(300);

    await send(
      server,
      anExport([
        aSpan({
          name,
          status: { code: 2, message: 'm'.repeat(100_001) },
          attributes: { 'gen_ai.request.model': 'x'.repeat(256) },
        }),
      ]),
    );

    const [span] = await spansOf(server);
    expect([span.name.length, span.error.length, span.requested_model.length]).toEqual([255, 100_000, 255]);
    expect(span.truncated).toEqual([
      { path: 'error', original_bytes: 100_001 },
      { path: 'name', original_bytes: 300 },
      { path: 'requested_model', original_bytes: 256 },
    ]);
  });

  it('a span without a name is called unnamed, one that has not ended is running', async () => {
    const server = await start();

    await send(server, anExport([aSpan({ name: '', endTimeUnixNano: '0' })]));

    expect(await spansOf(server)).toMatchObject([{ name: 'unnamed', status: 'running' }]);
    expect(await traceOf(server)).toMatchObject({ status: 'running' });
  });
});

describe('traces in pieces', () => {
  const pieces = [
    {
      service: 'web',
      spans: [
        aSpan({
          spanId: spanId(1),
          name: 'POST /chat',
          kind: 2,
          startTimeUnixNano: nanosAt(0),
          endTimeUnixNano: nanosAt(900),
          attributes: { 'session.id': 'monday' },
        }),
      ],
    },
    {
      service: 'agents',
      spans: [
        aSpan({
          spanId: spanId(2),
          parentSpanId: spanId(1),
          flags: 0x301,
          name: 'invoke_agent',
          startTimeUnixNano: nanosAt(10),
          endTimeUnixNano: nanosAt(800),
          attributes: {
            'gen_ai.operation.name': 'invoke_agent',
            'gen_ai.usage.input_tokens': 30,
            'gen_ai.usage.output_tokens': 3,
          },
        }),
      ],
    },
    {
      service: 'agents',
      spans: [20, 40].map((at, index) =>
        aSpan({
          spanId: spanId(3 + index),
          parentSpanId: spanId(2),
          name: 'chat',
          startTimeUnixNano: nanosAt(at),
          endTimeUnixNano: nanosAt(at + 10),
          status: index === 0 ? {} : { code: 2, message: 'overloaded' },
          attributes: {
            'gen_ai.operation.name': 'chat',
            'gen_ai.request.model': 'm',
            'gen_ai.usage.input_tokens': 10 + 10 * index,
            'gen_ai.usage.output_tokens': 1 + index,
          },
        }),
      ),
    },
  ];
  const orders = [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0, 1, 2, 0],
  ];

  it.each(orders.map((order) => [order]))('are one trace with right totals, name and status: %j', async (order) => {
    const server = await start();

    for (const index of order) {
      const piece = pieces[index] as (typeof pieces)[number];
      await send(server, anExport(piece.spans, { resource: { 'service.name': piece.service } }));
    }

    expect(await traceOf(server)).toMatchObject({
      name: 'POST /chat',
      status: 'ok',
      start_time: timeAt(0),
      end_time: timeAt(900),
      session_id: 'monday',
      service_name: 'web',
      span_count: 4,
      error_count: 1,
      tokens_input: 30,
      tokens_output: 3,
      metadata: {
        'otel.resource/web': { 'service.name': 'web' },
        'otel.resource/agents': { 'service.name': 'agents' },
      },
    });
    expect(
      (await spansOf(server)).map((span: { metadata: Record<string, unknown> }) => span.metadata['service.name']),
    ).toEqual(['web', 'agents', 'agents', 'agents']);
  });

  it('take name and times from the first span there is while the root is missing', async () => {
    const server = await start();
    const [, agent] = pieces;

    await send(server, anExport(agent?.spans ?? [], { resource: { 'service.name': 'agents' } }));

    expect(await traceOf(server)).toMatchObject({
      name: 'invoke_agent',
      service_name: 'agents',
      status: 'ok',
      end_time: timeAt(800),
    });
  });

  it('join with what the SDK sent of the trace', async () => {
    const server = await startTestServer();
    const start_time = '2026-03-04T05:00:00.000000Z';
    const nanos = `${BigInt(microsOf(start_time)) * 1000n}`;
    await server.post('/api/ingest', {
      traces: [{ trace_id: traceId(), name: 'checkout', start_time, end_time: now, user_id: 'ada' }],
      spans: [{ trace_id: traceId(), span_id: spanId(1), name: 'step', start_time, end_time: now }],
    });

    await send(
      server,
      anExport([
        aSpan({
          spanId: spanId(2),
          parentSpanId: spanId(1),
          name: 'chat',
          startTimeUnixNano: nanos,
          endTimeUnixNano: nanos,
          attributes: { 'user.id': 'zoe', 'session.id': 'monday', 'gen_ai.usage.input_tokens': 5 },
        }),
      ]),
    );

    expect(await traceOf(server)).toMatchObject({
      name: 'checkout',
      user_id: 'ada',
      session_id: 'monday',
      end_time: now,
      tokens_input: 5,
      span_count: 2,
    });
  });

  it('are announced to those who watch', async () => {
    const server = await start();
    const changed = new Promise((resolve) => server.store.watch('dev', resolve));

    await send(server, anExport([aSpan()]));

    expect(JSON.stringify(await changed)).toContain(traceId());
  });
});

/** The message with a field of number 100 in its span, as a later schema may have one. */
function withUnknownField(request: Buffer): Buffer {
  // Lengths of the messages around the span grow by the four bytes of the field.
  const field = Buffer.from([0xa0, 0x06, 0x2a]);
  const grow = (message: Buffer, depth: number): Buffer => {
    if (depth === 0) return Buffer.concat([message, field]);
    const parts: Buffer[] = [];
    let position = 0;
    while (position < message.length) {
      const tag = message[position] as number;
      const [length, from] = varint(message, position + 1);
      const inner = message.subarray(from, from + length);
      const isOnTheWay =
        (depth === 3 && tag === 0x0a) || (depth === 2 && tag === 0x12) || (depth === 1 && tag === 0x12);
      const grown = isOnTheWay ? grow(inner, depth - 1) : inner;
      parts.push(Buffer.from([tag, ...varintOf(grown.length)]), grown);
      position = from + length;
    }
    return Buffer.concat(parts);
  };
  return grow(request, 3);
}

function varint(bytes: Buffer, position: number): [value: number, end: number] {
  let [value, shift, at] = [0, 0, position];
  for (; ; at += 1, shift += 7) {
    const byte = bytes[at] as number;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value, at + 1];
  }
}

const varintOf = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varintOf(value >> 7)];
