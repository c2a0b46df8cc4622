import fc from 'fast-check';
import { SpanUpsert, TraceUpsert } from 'llm-tracer/schema';

const goodIds = fc.nat(30).map((n) => `id${n}`);
const badIds = fc.constantFrom(
  '__proto__',
  'constructor',
  'x'.repeat(100),
  'x'.repeat(101),
  '',
  'a b',
  '%00',
  '..',
  'é',
);
// Few are deleted, for a deleted id is dead from then on.
const deletedIds = fc.oneof(
  fc.nat(3).map((n) => `id${n}`),
  badIds,
);
const ids = fc.oneof({ weight: 5, arbitrary: goodIds }, { weight: 1, arbitrary: badIds });

const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 });
const special = fc.constantFrom<unknown>(
  ...[
    '2026-03-04T05:06:07Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999999Z',
    'ok',
    'running',
    'llm',
    'reported',
  ],
  ...[0, -0, 1, 1e6, 1e12, 1e308, 5e-324, 2 ** 53, -1, true, null],
  ...['__proto__', 'constructor', 'toString'].map((key) => JSON.parse(`{"${key}":{"${key}":1}}`)),
);
const values = fc.oneof(json, special);
const fieldNames = [
  ...Object.keys(SpanUpsert.shape),
  ...Object.keys(TraceUpsert.shape),
  '__proto__',
  'toString',
  'later',
];

/** A record that most often is valid but for at most two of its fields, so that it is read to its end. */
const records = fc
  .record({
    identity: fc.record({ trace_id: ids, span_id: ids, score_id: ids }),
    value: fc.oneof(fc.boolean(), fc.string({ minLength: 1 })),
    payloads: fc.dictionary(
      fc.constantFrom('input', 'output', 'input_data', 'output_data', 'tools', 'usage_details'),
      json,
    ),
    metadata: fc.dictionary(fc.string({ unit: 'binary' }), json),
    numbers: fc.dictionary(fc.constantFrom('tokens_input', 'tokens_output', 'tokens_cache_read', 'rev'), fc.nat()),
    cost: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }),
    end: fc.option(fc.constantFrom('2026-03-04T05:06:06Z', '1970-01-01T00:00:00Z'), { nil: undefined }),
    strange: fc.oneof(fc.constant({}), fc.dictionary(fc.constantFrom(...fieldNames), values, { maxKeys: 2 })),
  })
  .map(({ identity, value, payloads, metadata, numbers, cost, end, strange }) => {
    const times = { start_time: '2026-03-04T05:06:05Z', created_at: '2026-03-04T05:06:05Z', end_time: end };
    const valid = {
      ...identity,
      ...times,
      name: 'n',
      span_type: 'llm',
      model: 'gpt-4o',
      value,
      metadata,
      cost_usd: cost,
    };
    return Object.fromEntries([valid, payloads, numbers, strange].flatMap((part) => Object.entries(part)));
  });
const batches = fc.record(
  {
    sdk: fc.oneof(fc.constant({ instance: 'i' }), values),
    traces: fc.array(records),
    spans: fc.array(records),
    scores: fc.array(records),
    dropped: fc.oneof(fc.constant({ full: 1 }), values),
  },
  { requiredKeys: [] },
);

const anyValues = fc.oneof(
  fc.string({ unit: 'binary' }).map((stringValue) => ({ stringValue })),
  values.map((value) => ({ stringValue: JSON.stringify(value) })),
  fc.constantFrom<unknown>(
    { intValue: '9223372036854775807' },
    { doubleValue: 'NaN' },
    { arrayValue: {} },
    {},
    null,
    1,
  ),
);
const attributes = fc.array(
  fc.record({
    key: fc.constantFrom(
      ...['gen_ai.operation.name', 'gen_ai.input.messages', 'gen_ai.prompt.0.content', 'gen_ai.usage.input_tokens'],
      ...[
        'llm.input_messages.0.message.role',
        'input.value',
        'metadata',
        'ai.prompt.messages',
        'ai.response.toolCalls',
      ],
      ...['langfuse.observation.input', 'langfuse.observation.usage_details', 'session.id', '__proto__', 'app.key'],
    ),
    value: anyValues,
  }),
  { maxLength: 3 },
);
const hexIds = fc.nat(30).map((n) => (n + 1).toString(16));
/** An export of OTLP whose spans most often are valid. */
const otlpExports = fc
  .record({
    trace: hexIds,
    spans: fc.array(
      fc.record({
        id: hexIds,
        parent: hexIds,
        name: fc.string({ unit: 'binary' }),
        attributes,
        strange: fc.oneof(fc.constant({}), values),
      }),
      { maxLength: 2 },
    ),
    resource: attributes,
  })
  .map(({ trace, spans, resource }) => ({
    resourceSpans: [
      {
        resource: { attributes: resource },
        scopeSpans: [
          {
            spans: spans.map(({ id, parent, strange, ...span }) => ({
              ...span,
              traceId: trace.padStart(32, '0'),
              spanId: id.padStart(16, '0'),
              parentSpanId: parent.padStart(16, '0'),
              startTimeUnixNano: '1772600765000000000',
              endTimeUnixNano: '1772600766000000000',
              events: [{ name: 'gen_ai.choice', attributes: span.attributes }],
              status: strange,
            })),
          },
        ],
      },
    ],
  }));

/** The text of a body: mostly as it should be; else cut, or with a piece in it that does not belong. */
const damages = fc.tuple(fc.nat(400), fc.constantFrom('', '"', '\0', '{', '1e999,', '\\u'));
const textOf = (bodies: fc.Arbitrary<unknown>) =>
  fc.oneof(
    { weight: 8, arbitrary: bodies.map((body) => JSON.stringify(body)) },
    { weight: 1, arbitrary: values.map((value) => JSON.stringify(value)) },
    {
      weight: 1,
      arbitrary: fc.tuple(bodies, damages).map(([body, [at, piece]]) => {
        const text = JSON.stringify(body);
        return text.slice(0, at) + piece + text.slice(at + 1);
      }),
    },
  );

/** One request, as a client of the API would word it. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly body?: string;
}
const parameters = [
  ...['limit', 'cursor', 'from', 'to', 'user_id', 'session_id', 'tags', 'name', 'status', 'model', 'environment'],
  ...['release', 'min_duration_ms', 'min_cost', 'score', 'q', 'sort', 'bucket', 'group_by', 'payloads'],
];
const parameterValues = [
  ...['1', '0', '-1', '1e9', '9'.repeat(30), 'ok', 'cost', 'day', 'model', 'true', '-1h', '-999999999999d'],
  ...['2026-03-04T05:06:07Z', '0000-01-01T00:00:00Z', '%00', '%ED%A0%80', '%', '%22', 'n%3E%3D0.5', 'a*', '%22a%20b'],
  ...['NEAR(a%2Cb)', 'name%3Aa', '%22%22%22', '*', 'a%20OR%20b', '%E9%80%80%E6%AC%BE', 'x'.repeat(5_000)],
];
const queries = fc.oneof(
  fc.constant(''),
  fc.webQueryParameters().map((query) => `?${query}`),
  fc
    .tuple(fc.constantFrom(...parameters), fc.oneof(fc.webQueryParameters(), fc.constantFrom(...parameterValues)))
    .map((pair) => `?${pair.join('=')}`),
);
const reading = (urls: fc.Arbitrary<string>) =>
  fc.tuple(urls, queries).map(([url, query]): Call => ({ method: 'GET', url: `${url}${query}` }));
const writing = (method: 'POST' | 'PATCH', urls: fc.Arbitrary<string>, bodies: fc.Arbitrary<unknown>) =>
  fc.tuple(urls, textOf(bodies)).map(([url, body]): Call => ({ method, url, body }));
const lists = [
  ...[
    '/api/traces',
    '/api/traces',
    '/api/stats',
    '/api/stats/counts',
    '/api/stats/timeseries',
    '/api/sessions',
    '/api/users',
    '/api/export',
  ],
  ...['/api/me', '/health'],
];
/** Any call of the API, mostly one that is nearly right. */
export const calls = fc.oneof(
  { weight: 4, arbitrary: writing('POST', fc.constant('/api/ingest'), batches) },
  { weight: 1, arbitrary: writing('POST', fc.constant('/v1/traces'), otlpExports) },
  { weight: 2, arbitrary: writing('POST', fc.constant('/api/traces'), records) },
  {
    weight: 2,
    arbitrary: writing(
      'POST',
      ids.map((id) => `/api/traces/${id}/spans`),
      records,
    ),
  },
  {
    weight: 2,
    arbitrary: writing(
      'PATCH',
      ids.map((id) => `/api/traces/${id}/complete`),
      records,
    ),
  },
  {
    weight: 2,
    arbitrary: writing(
      'PATCH',
      ids.map((id) => `/api/spans/${id}/complete`),
      records,
    ),
  },
  { weight: 2, arbitrary: reading(ids.map((id) => `/api/traces/${id}`)) },
  { weight: 2, arbitrary: reading(ids.map((id) => `/api/spans/${id}`)) },
  { weight: 1, arbitrary: reading(ids.map((id) => `/api/sessions/${id}`)) },
  {
    weight: 1,
    arbitrary: writing(
      'POST',
      ids.map((id) => `/api/traces/${id}/scores`),
      records,
    ),
  },
  { weight: 1, arbitrary: deletedIds.map((id): Call => ({ method: 'DELETE', url: `/api/users/${id}` })) },
  { weight: 2, arbitrary: reading(fc.constantFrom(...lists)) },
  { weight: 1, arbitrary: deletedIds.map((id): Call => ({ method: 'DELETE', url: `/api/traces/${id}` })) },
);
