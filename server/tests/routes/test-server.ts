import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest, InjectOptions } from 'fastify';
import { Problem } from 'llm-tracer/schema';
import { onTestFinished } from 'vitest';
import * as z from 'zod/mini';
import { type AppOptions, buildApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { microsOf } from '../../src/domain/time.ts';
import { openSqliteStore } from '../../src/stores/sqlite/index.ts';
import type { Store } from '../../src/stores/store.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly text: string;
  /** The reply read as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into replies; the schema was checked before.
  readonly body: any;
}

export interface CallOptions {
  /** Sent as JSON; a string or buffer as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The key to send; null sends none. @default 'project-dev' */
  readonly key?: string | null;
}

export interface TestServer {
  readonly app: FastifyInstance;
  readonly store: Store;
  call(method: NonNullable<InjectOptions['method']>, url: string, options?: CallOptions): Promise<Reply>;
  get(url: string, options?: CallOptions): Promise<Reply>;
  post(url: string, body: unknown, options?: CallOptions): Promise<Reply>;
  patch(url: string, body: unknown, options?: CallOptions): Promise<Reply>;
  delete(url: string, options?: CallOptions): Promise<Reply>;
}

export interface TestServerOptions {
  /** Variables of the server. */
  readonly env?: Readonly<Record<string, string>>;
  /** Methods of the store that fail or answer otherwise. */
  readonly store?: Partial<Store>;
  /** Where the app logs to. @default nowhere */
  readonly logger?: AppOptions['logger'];
  /** The folder of a built viewer. @default none */
  readonly viewerFolder?: string;
  /** Microseconds since 1970. @default always {@link now} */
  readonly clock?: () => number;
}

/** The moment at which the test server lives. */
export const now = '2026-03-04T05:06:07.000000Z';

/**
 * The app on a real store in a folder of its own, closed with the test.
 *
 * Every reply is checked against the schema that its route documents, so that the two cannot drift: a reply that differs,
 * or whose status is not documented, fails the test.
 */
export async function startTestServer({
  env = {},
  store: changed = {},
  clock = () => microsOf(now),
  logger = false,
  viewerFolder,
}: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-routes-'));
  const config = parseConfig({ DATA_DIR: dataDir, ...env });
  const opened = await openSqliteStore({
    dataDir,
    clock,
    retentionDays: config.retentionDays,
    synchronous: 'NORMAL',
    // A thread more for each server: only where a test asks for it.
    ...(env['SEARCH_INDEX'] === undefined ? {} : { searchIndex: config.searchIndex }),
  });
  const store = { ...opened, ...changed };
  const app = buildApp({ config, store, clock, logger, viewerFolder });
  onTestFinished(async () => {
    await app.close();
    await opened.close();
    await rm(dataDir, { recursive: true });
  });

  const drift: string[] = [];
  app.addHook('onSend', async (request, reply, payload) => {
    const text = payload instanceof Uint8Array ? Buffer.from(payload).toString() : payload;
    if (typeof text === 'string') drift.push(...driftOf(request, reply, text));
  });

  const call: TestServer['call'] = async (method, url, { body, headers = {}, key = 'project-dev' } = {}) => {
    const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
    const response = await app.inject({
      method,
      url,
      headers: {
        ...(key === null ? {} : { 'x-api-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: isRaw ? body : JSON.stringify(body) }),
    });
    if (drift.length > 0) throw new Error(drift.join('\n'));
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.body,
      get body() {
        return JSON.parse(response.body);
      },
    };
  };
  return {
    app,
    store,
    call,
    get: (url, options) => call('GET', url, options),
    post: (url, body, options) => call('POST', url, { body, ...options }),
    patch: (url, body, options) => call('PATCH', url, { body, ...options }),
    delete: (url, options) => call('DELETE', url, options),
  };
}

function driftOf({ method, is404, routeOptions }: FastifyRequest, reply: FastifyReply, payload: string): string[] {
  const type = String(reply.getHeader('content-type') ?? '').replace(/;.*/, '');
  if (!type.endsWith('json') || routeOptions.url === '/openapi.json') return [];
  const place = `${method} ${routeOptions.url} ${reply.statusCode}`;
  const documented = (routeOptions.schema?.response as Record<string, unknown> | undefined)?.[reply.statusCode];
  const isError = reply.statusCode >= 400 && routeOptions.config.answerError === undefined;
  if (isError && type !== 'application/problem+json') return [`${place}: an error as ${type}`];

  // What is no route's own: unknown addresses, and defects.
  if (documented === undefined && !is404 && reply.statusCode !== 500) return [`${place} is not documented`];
  const result = z.safeParse(schemaOf(documented, type) ?? Problem, JSON.parse(payload));
  return result.success ? [] : [`${place}: ${z.prettifyError(result.error)}`];
}

function schemaOf(documented: unknown, type: string): z.core.$ZodType | undefined {
  if (documented === undefined || documented instanceof z.core.$ZodType) return documented;
  return (documented as { content: Record<string, { schema: z.core.$ZodType }> }).content[type]?.schema;
}

/** A span as a batch holds it. */
export const aSpan = (fields: Readonly<Record<string, unknown>> = {}) => ({
  trace_id: 't1',
  span_id: 's1',
  name: 'chat',
  span_type: 'llm',
  start_time: '2026-03-04T05:00:00Z',
  end_time: '2026-03-04T05:00:01.5Z',
  ...fields,
});

/** A trace as a batch holds it. */
export const aTrace = (fields: Readonly<Record<string, unknown>> = {}) => ({
  trace_id: 't1',
  name: 'answer',
  start_time: '2026-03-04T05:00:00Z',
  end_time: '2026-03-04T05:00:02Z',
  ...fields,
});
