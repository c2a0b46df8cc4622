import { SessionAnswer, SpanRecord, TraceAnswer } from 'llm-tracer/schema';
import { ApiProblem } from './api-problem.ts';
import type { AcceptedKey } from './keys.ts';
import { request } from './request.ts';

export interface FoundPage {
  readonly to: string;
  readonly params: Readonly<Record<string, string>>;
}

/** What an id from a log line is: a trace, else a span, else a session of the project. */
export async function resolveId({ key }: AcceptedKey, id: string): Promise<FoundPage | undefined> {
  const encoded = encodeURIComponent(id);
  const isThere = async (ask: Promise<unknown>): Promise<boolean> => {
    try {
      await ask;
      return true;
    } catch (error) {
      if (error instanceof ApiProblem && (error.status === 404 || error.status === 422)) return false;
      throw error;
    }
  };
  if (await isThere(request(`/api/traces/${encoded}`, TraceAnswer, { key, query: { payloads: false, limit: 1 } })))
    return { to: '/traces/$traceId', params: { traceId: id } };
  if (await isThere(request(`/api/spans/${encoded}`, SpanRecord, { key })))
    return { to: '/spans/$spanId', params: { spanId: id } };
  if (await isThere(request(`/api/sessions/${encoded}`, SessionAnswer, { key, query: { limit: 1 } })))
    return { to: '/sessions/$sessionId', params: { sessionId: id } };
  return undefined;
}
