import { Problem } from 'llm-tracer/schema';
import type * as z from 'zod/mini';
import { basePath } from '../base-path.ts';
import { askFile, isFile } from '../file/opened-files.ts';
import { ApiProblem, Unreachable } from './api-problem.ts';
import { readAnswer } from './read-answer.ts';

/** What a request may carry besides its path. */
export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** The key to send; undefined sends none. */
  readonly key: string | undefined;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks the API and reads the answer by its schema. Throws {@link ApiProblem} or {@link Unreachable}, or what aborted it. */
export async function request<T>(path: string, schema: z.ZodMiniType<T>, options: RequestOptions): Promise<T> {
  const response = await send(path, options);
  const answer = readAnswer(await response.json(), schema);
  if ('data' in answer) return answer.data;
  throw unreadable(answer.detail, path, options, response);
}

/** The fault of an answer that is a success and not what the wire says. */
export const unreadable = (detail: string, path: string, options: RequestOptions, response: Response): ApiProblem =>
  new ApiProblem({ status: response.status, detail }, askedOf(path, options, response));

/** Asks the API. Resolves with an answer that is a success, its body unread. */
export async function send(path: string, options: RequestOptions): Promise<Response> {
  const { method = 'GET', key, body, signal, headers } = options;
  if (key !== undefined && isFile(key)) return ofFile(await askFile(key, path, options.query ?? {}), path, options);
  let response: Response;
  try {
    response = await fetch(addressOf(path, options.query), {
      method,
      headers: {
        ...(key === undefined ? {} : { 'X-API-Key': key }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable(askedOf(path, options, undefined), error);
  }
  if (response.ok) return response;
  throw await problemOf(response, askedOf(path, options, response));
}

/** An opened file answers as the server does, so that every page works on it; it only cannot be written to. */
async function ofFile(response: Response, path: string, options: RequestOptions): Promise<Response> {
  if (response.ok) return response;
  throw await problemOf(response, askedOf(path, options, response));
}

/** The address of an API path with its query; what is undefined or empty is left out. */
function addressOf(path: string, query: RequestOptions['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  const text = parameters.toString();
  return `${basePath}${path}${text === '' ? '' : `?${text}`}`;
}

function askedOf(path: string, { method = 'GET', query }: RequestOptions, response: Response | undefined) {
  return { method, path: addressOf(path, query), requestId: response?.headers.get('x-request-id') ?? undefined };
}

async function problemOf(response: Response, asked: ReturnType<typeof askedOf>): Promise<ApiProblem> {
  const retryAfterSeconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(retryAfterSeconds) ? retryAfterSeconds * 1000 : undefined;
  const problem = Problem.safeParse(await response.json().catch(() => undefined));
  // A proxy in between answers with pages of its own.
  const { detail, errors } = problem.success
    ? problem.data
    : { detail: `The server answered ${response.status} ${response.statusText}.`, errors: undefined };
  return new ApiProblem({ status: response.status, detail, errors }, asked, retryAfterMs);
}
