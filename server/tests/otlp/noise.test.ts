import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { microsOf } from '../../src/domain/time.ts';
import { type NoisePattern, noiseFilter } from '../../src/otlp/noise.ts';
import { type OtlpSpan, readRequest } from '../../src/otlp/request.ts';
import type { Store } from '../../src/stores/store.ts';
import { startTestServer, type TestServer } from '../routes/test-server.ts';
import { type Attributes, anExport, aSpan, nanosAt, spanId, timeAt, traceId } from './builders.ts';

const http = { kind: 'http' } as const;

async function start(noise_filter: readonly NoisePattern[], store?: Store): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'llm-tracer-settings-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'settings.json');
  await writeFile(file, JSON.stringify({ dev: { noise_filter } }));
  return startTestServer({
    env: { PROJECT_SETTINGS: file },
    clock: () => microsOf(timeAt(60_000)),
    ...(store === undefined ? {} : { store }),
  });
}

async function send(server: TestServer, ...spans: readonly unknown[]): Promise<void> {
  const { status, text } = await server.post('/v1/traces', anExport(spans));
  expect([status, text]).toEqual([200, '{}']);
}

const read = async (server: TestServer) => (await server.get(`/api/traces/${traceId()}`)).body;

/** Names with those of their parents. */
async function tree(server: TestServer): Promise<Record<string, string | null>> {
  const { spans } = (await read(server)) as { spans: { span_id: string; name: string; parent_span_id?: string }[] };
  const nameOf = new Map(spans.map((span) => [span.span_id, span.name]));
  return Object.fromEntries(
    spans.map(({ name, parent_span_id: parent }) => [
      name,
      parent === undefined ? null : (nameOf.get(parent) ?? 'missing'),
    ]),
  );
}

const tokens = (input: number, attributes: Attributes = {}) => ({
  'gen_ai.usage.input_tokens': input,
  'gen_ai.operation.name': 'chat',
  ...attributes,
});

// agent ← GET (noise) ← POST (noise) ← chat; the agent repeats the usage of the call below it.
const agent = aSpan({
  spanId: spanId(1),
  name: 'agent',
  attributes: tokens(10, { 'gen_ai.operation.name': 'invoke_agent' }),
});
const get = aSpan({
  spanId: spanId(2),
  parentSpanId: spanId(1),
  name: 'GET',
  attributes: { 'http.request.method': 'GET' },
});
const post = aSpan({
  spanId: spanId(3),
  parentSpanId: spanId(2),
  name: 'POST',
  attributes: { 'http.request.method': 'POST' },
});
const chat = aSpan({
  spanId: spanId(4),
  parentSpanId: spanId(3),
  name: 'chat',
  startTimeUnixNano: nanosAt(10),
  attributes: tokens(10),
});

describe('noise filter', () => {
  it('is off by default', async () => {
    const server = await start([]);

    await send(server, agent, get, post, chat);

    expect(await tree(server)).toEqual({ agent: null, GET: 'agent', POST: 'GET', chat: 'POST' });
  });

  it('leaves spans out and gives their children to who stays', async () => {
    const server = await start([http]);

    await send(server, agent, get, post, chat);

    expect(await tree(server)).toEqual({ agent: null, chat: 'agent' });
    expect((await read(server)).trace).toMatchObject({ span_count: 2, tokens_input: 10 });
  });

  it('makes a root of the child of a root that is left out', async () => {
    const server = await start([http]);
    const root = aSpan({ spanId: spanId(1), name: 'POST /chat', attributes: { 'http.request.method': 'POST' } });

    await send(server, root, aSpan({ spanId: spanId(2), parentSpanId: spanId(1), name: 'agent' }));

    expect(await tree(server)).toEqual({ agent: null });
    expect((await read(server)).trace).toMatchObject({ name: 'agent', status: 'ok' });
  });

  it('does so too when the root comes later', async () => {
    const server = await start([http]);
    const root = aSpan({ spanId: spanId(1), name: 'POST /chat', attributes: { 'http.request.method': 'POST' } });
    const child = aSpan({ spanId: spanId(2), parentSpanId: spanId(1), name: 'agent' });
    await send(server, child);

    await send(server, root);
    const once = await read(server);
    await send(server, child, root);

    expect(await tree(server)).toEqual({ agent: null });
    expect(await read(server)).toEqual(once);
  });

  it('makes no trace of noise alone', async () => {
    const server = await start([http]);

    await send(server, get, post);

    expect((await server.get('/api/traces')).body.traces).toEqual([]);
    expect((await server.get('/api/stats')).body).toMatchObject({ total_traces: 0, total_spans: 0 });
  });

  it('ends in the same tree and totals in whatever order and requests spans come', { timeout: 60_000 }, async () => {
    const orders = fc.tuple(
      fc.shuffledSubarray([agent, get, post, chat], { minLength: 4 }),
      fc.array(fc.nat(3), { maxLength: 3 }),
      fc.array(fc.constantFrom(agent, get, post, chat), { maxLength: 3 }),
    );
    await fc.assert(
      fc.asyncProperty(orders, async ([spans, cuts, again]) => {
        const server = await start([http]);
        try {
          const ends = [...new Set(cuts), spans.length].sort((a, b) => a - b);
          for (const [index, end] of ends.entries()) {
            const part = spans.slice(index === 0 ? 0 : ends[index - 1], end);
            if (part.length > 0) await send(server, ...part);
          }
          for (const span of again) await send(server, span);

          expect(await tree(server)).toEqual({ agent: null, chat: 'agent' });
          expect((await read(server)).trace).toMatchObject({ span_count: 2, tokens_input: 10, name: 'agent' });
        } finally {
          await server.app.close();
        }
      }),
      { numRuns: 25 },
    );
  });

  it('finds its way when another process had left the span out', async () => {
    const server = await start([http]);
    await send(server, agent, get, post);
    // Another app on the same data remembers nothing of it.
    const other = await start([http], server.store);

    await send(other, chat);

    expect(await tree(server)).toEqual({ agent: null, chat: 'agent' });
    expect((await read(server)).trace.tokens_input).toBe(10);
  });
});

describe('what is noise', () => {
  const spanOf = (name: string, scope: string, attributes: Attributes = {}): OtlpSpan =>
    readRequest(anExport([aSpan({ name, attributes })], { scope }))[0] as OtlpSpan;

  it.each<[string, NoisePattern, OtlpSpan, boolean]>([
    ['a name', { name: 'GET /health' }, spanOf('GET /health', 'x'), true],
    ['a name with stars', { name: 'GET */users/*' }, spanOf('GET /api/users/7', 'x'), true],
    ['a name that only begins so', { name: 'GET' }, spanOf('GET /', 'x'), false],
    ['a name whose parts overlap', { name: 'ab*ba' }, spanOf('aba', 'x'), false],
    ['any name', { name: '*' }, spanOf('', 'x'), true],
    ['a scope', { scope: '@opentelemetry/instrumentation-*' }, spanOf('x', '@opentelemetry/instrumentation-fs'), true],
    ['a name and another scope', { name: 'x', scope: 'a' }, spanOf('x', 'b'), false],
    ['HTTP by its method', http, spanOf('GET', 'x', { 'http.request.method': 'GET' }), true],
    ['HTTP by its older method', http, spanOf('GET', 'x', { 'http.method': 'GET' }), true],
    ['HTTP by its library', http, spanOf('GET', '@opentelemetry/instrumentation-undici'), true],
    ['HTTP by a library of Python', http, spanOf('GET', 'opentelemetry.instrumentation.requests'), true],
    ['a database by its system', { kind: 'database' }, spanOf('SELECT', 'x', { 'db.system.name': 'postgresql' }), true],
    [
      'a database by its library',
      { kind: 'database' },
      spanOf('pg.connect', '@opentelemetry/instrumentation-pg'),
      true,
    ],
    [
      'a framework by its library',
      { kind: 'framework' },
      spanOf('middleware', '@opentelemetry/instrumentation-express'),
      true,
    ],
    [
      'a model call that is an HTTP call too',
      http,
      spanOf('messages.create', 'x', { 'http.request.method': 'POST', 'gen_ai.system': 'anthropic' }),
      false,
    ],
    [
      'a vector search in a database',
      { kind: 'database' },
      spanOf('query', 'x', { 'db.system': 'chroma', 'traceloop.span.kind': 'task' }),
      false,
    ],
    ['a span of the application', http, spanOf('step', 'shop'), false],
  ])('%s', (_title, pattern, span, expected) => {
    expect(noiseFilter([pattern])(span)).toBe(expected);
  });

  it('is any of several', () => {
    const isNoise = noiseFilter([{ name: 'a' }, { name: 'b' }]);

    expect(['a', 'b', 'c'].map((name) => isNoise(spanOf(name, 'x')))).toEqual([true, true, false]);
  });
});
