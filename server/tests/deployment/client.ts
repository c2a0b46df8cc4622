import { randomBytes } from 'node:crypto';
import { afterAll } from 'vitest';
import { deploymentOf } from './deployment.ts';

export const deployment = deploymentOf(process.env);

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The answer read as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers; the routes' own tests hold them to the schema.
  readonly body: any;
}

export interface CallOptions {
  /** Sent as JSON; bytes and text as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The key to send; null sends none. @default the deployment's */
  readonly key?: string | null;
}

export async function call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const { body, headers = {}, key = deployment.key } = options;
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(deployment.url + path, {
    method,
    headers: {
      ...(key === null ? {} : { 'x-api-key': key }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isRaw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    get body() {
      return JSON.parse(text);
    },
  };
}

export const get = (path: string, options?: CallOptions) => call('GET', path, options);
export const post = (path: string, body: unknown, options?: CallOptions) => call('POST', path, { body, ...options });
export const patch = (path: string, body: unknown, options?: CallOptions) => call('PATCH', path, { body, ...options });

/** Random ids, so that a run meets neither another one's records nor its own tombstones. */
export const newTraceId = (): string => randomBytes(16).toString('hex');
const newSpanId = (): string => randomBytes(8).toString('hex');

/** A user of this file's own: its traces are told from all others, and deleted when the file is done. */
export function aUserOfItsOwn(): string {
  const userId = `deployment-test-${randomBytes(6).toString('hex')}`;
  afterAll(async () => {
    const { status, text } = await call('DELETE', `/api/users/${userId}`);
    if (status !== 204) throw new Error(`what the tests made could not be deleted: ${status} ${text}`);
  });
  return userId;
}

/** A moment some seconds ago, as ISO 8601. */
export const secondsAgo = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString();

/** A finished trace as a batch holds it. */
export const aTrace = <T extends object>(fields: T) => ({
  trace_id: newTraceId(),
  name: 'deployment-test',
  tags: ['deployment-test'],
  start_time: secondsAgo(10),
  end_time: secondsAgo(8),
  ...fields,
});

/** A finished model call as a batch holds it. */
export const aSpan = <T extends object>(fields: T) => ({
  span_id: newSpanId(),
  name: 'chat',
  span_type: 'llm',
  start_time: secondsAgo(10),
  end_time: secondsAgo(9),
  ...fields,
});

/** What has been ingested must be accepted whole. */
export async function ingest(batch: Readonly<Record<string, unknown>>): Promise<void> {
  const { status, text, body } = await post('/api/ingest', {
    sdk: { name: 'deployment-test', version: '1' },
    ...batch,
  });
  if (status !== 200 || body.rejected.length > 0) throw new Error(`ingest answered ${status}: ${text}`);
}
