import { queryOptions } from '@tanstack/react-query';
import { SpanRecord, TraceAnswer, type TraceRecord } from 'llm-tracer/schema';
import { conversationCalls, saidText } from '../model/turns.ts';
import type { AcceptedKey } from './keys.ts';
import { limited } from './limited.ts';
import { projectQueryKey } from './queries.ts';
import { request } from './request.ts';

/** What was said on one side of a turn. */
export interface Said {
  readonly text: string | undefined;
  /** The payload that the text is from, or that has none to show. */
  readonly payload: unknown;
  /** Where the trace itself did not say, the model call that did. */
  readonly from?: Pick<SpanRecord, 'name' | 'span_id'>;
}

export interface Turn {
  readonly trace: TraceRecord;
  readonly asked: Said;
  readonly answered: Said;
  /** The first spans, without payloads. */
  readonly spans: readonly SpanRecord[];
  /** How many spans there are. */
  readonly spanCount: number;
}

const mostSpans = 1_000;
/** Turns that are read at a time. */
const atOnce = limited(4);

/** A turn of a conversation: what was said, and the steps in between. */
export const turnQuery = (key: AcceptedKey, traceId: string) =>
  queryOptions({
    queryKey: projectQueryKey(key, 'turn', traceId),
    queryFn: ({ signal }) => atOnce(() => readTurn(key, traceId, signal)),
  });

async function readTurn(key: AcceptedKey, traceId: string, signal: AbortSignal): Promise<Turn> {
  const path = `/api/traces/${encodeURIComponent(traceId)}`;
  const ask = (payloads: boolean, limit: number) =>
    request(path, TraceAnswer, { key: key.key, query: { payloads, limit }, signal });
  // The trace's own payloads, and the steps without theirs: a step may hold megabytes that nobody looks at here.
  const [{ trace }, { spans, span_count }] = await Promise.all([ask(true, 1), ask(false, mostSpans)]);
  const { asks, answers } = conversationCalls(spans);
  const [asked, answered] = await Promise.all([
    said(trace.input, 'user', asks),
    said(trace.output, 'assistant', answers),
  ]);
  return { trace, asked, answered, spans, spanCount: span_count };

  async function said(payload: unknown, role: 'user' | 'assistant', call: SpanRecord | undefined): Promise<Said> {
    if (payload !== undefined || call === undefined) return { text: saidText(payload, role), payload };
    const span = await request(`/api/spans/${encodeURIComponent(call.span_id)}`, SpanRecord, {
      key: key.key,
      signal,
    });
    const own = role === 'user' ? span.input_data : span.output_data;
    return { text: saidText(own, role), payload: own, from: { name: span.name, span_id: span.span_id } };
  }
}
