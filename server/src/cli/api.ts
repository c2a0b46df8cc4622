import { buildApp } from '../app.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { openStore } from '../open-store.ts';
import { CommandError, exitCodes } from './terminal.ts';

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** How long the answer may take to begin. @default 60 s */
  readonly timeoutMs?: number;
}

export interface ApiReply {
  readonly status: number;
  header(name: string): string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/** The server's HTTP API: of one that is running, or of one that is made for a folder of data and listens to nobody else. */
export interface Api {
  /** What it is, for messages. */
  readonly name: string;
  call(path: string, request?: ApiRequest): Promise<ApiReply>;
  close(): Promise<void>;
}

/** @throws CommandError when the server cannot be reached. */
export function serverApi(url: string, key: string | undefined): Api {
  const base = baseOf(url);
  return {
    name: base,
    async call(path, { method = 'GET', headers = {}, body, timeoutMs = 60_000 } = {}) {
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
      try {
        const response = await fetch(base + path, {
          method,
          headers: { ...(key === undefined ? {} : { 'x-api-key': key }), ...headers },
          ...(body === undefined ? {} : { body: body as NonNullable<RequestInit['body']> }),
          signal: abort.signal,
        });
        return {
          status: response.status,
          header: (name) => response.headers.get(name) ?? undefined,
          body: response.body ?? empty(),
        };
      } catch (error) {
        throw new CommandError(exitCodes.undone, `${base} cannot be reached: ${reasonOf(error)}.`, { cause: error });
      } finally {
        clearTimeout(timer);
      }
    },
    async close() {},
  };
}

function baseOf(url: string): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new CommandError(exitCodes.asked, `"${url}" is not the URL of a server, like http://127.0.0.1:8001.`);
  return url.replace(/\/+$/, '');
}

/** The innermost message: fetch itself only ever says that it failed. */
function reasonOf(error: unknown): string {
  const { message, code, cause, errors } = error as Error & { code?: string; errors?: unknown[] };
  if (errors?.[0] !== undefined) return reasonOf(errors[0]);
  if (cause !== undefined) return reasonOf(cause);
  return message || code || 'unknown';
}

async function* empty(): AsyncGenerator<Uint8Array> {}

/** The same API on a folder of data. Other processes may have it open too. */
export async function folderApi(config: Config): Promise<Api> {
  const store = await openStore(config, { keepsIndex: false });
  const app = buildApp({ config, store, clock: systemClock });
  return {
    name: config.dataDir,
    async call(path, { method = 'GET', headers = {}, body } = {}) {
      const response = await app.inject({
        method,
        url: path,
        headers: { ...headers },
        ...(body === undefined ? {} : { payload: Buffer.from(body) }),
        payloadAsStream: true,
      });
      return {
        status: response.statusCode,
        header: (name) => response.headers[name.toLowerCase()]?.toString(),
        body: response.stream(),
      };
    },
    async close() {
      await app.close();
      await store.close();
    },
  };
}

/** The whole body as text. */
export async function textOf({ body }: ApiReply): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** What an answer that is an error says. */
export async function problemOf(reply: ApiReply): Promise<string> {
  const text = await textOf(reply);
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    if (typeof detail === 'string') return `${reply.status}, ${detail}`;
  } catch {
    // Not of this server: of a proxy, say.
  }
  return `${reply.status}`;
}
