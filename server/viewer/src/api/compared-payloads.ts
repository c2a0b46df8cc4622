import { queryOptions } from '@tanstack/react-query';
import { SpanRecord, TraceAnswer, type TraceRecord } from 'llm-tracer/schema';
import type { AcceptedKey } from './keys.ts';
import { projectQueryKey } from './queries.ts';
import { request } from './request.ts';

/** What is compared of a step: what went in, what came out, and what it was told to be. */
export interface ComparedPayloads {
  readonly input: unknown;
  readonly output: unknown;
  readonly metadata: unknown;
  readonly parameters: unknown;
  readonly error: string | undefined;
  readonly model: string | undefined;
}

/** The payloads of a span. */
export const spanPayloadsQuery = (key: AcceptedKey, spanId: string) =>
  queryOptions({
    queryKey: projectQueryKey(key, 'span payloads', spanId),
    queryFn: async ({ signal }): Promise<ComparedPayloads> => {
      const span = await request(`/api/spans/${encodeURIComponent(spanId)}`, SpanRecord, { key: key.key, signal });
      const { input_data, output_data, metadata, model_parameters, error, model } = span;
      return { input: input_data, output: output_data, metadata, parameters: model_parameters, error, model };
    },
    gcTime: 60_000,
  });

/** The payloads of a trace itself. */
export const tracePayloadsQuery = (key: AcceptedKey, traceId: string) =>
  queryOptions({
    queryKey: projectQueryKey(key, 'trace payloads', traceId),
    queryFn: async ({ signal }): Promise<ComparedPayloads> => {
      const { trace } = await request(`/api/traces/${encodeURIComponent(traceId)}`, TraceAnswer, {
        key: key.key,
        query: { limit: 1 },
        signal,
      });
      return ofTrace(trace);
    },
    gcTime: 60_000,
  });

const ofTrace = ({ input, output, metadata, tags, user_id, session_id, environment, release, error }: TraceRecord) => ({
  input,
  output,
  metadata,
  parameters: { tags, user_id, session_id, environment, release },
  error,
  model: undefined,
});
