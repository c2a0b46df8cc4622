import { queryOptions } from '@tanstack/react-query';
import { type SpanRecord, TraceAnswer } from 'llm-tracer/schema';
import type { AcceptedKey } from './keys.ts';
import { projectQueryKey } from './queries.ts';
import { request } from './request.ts';

/** A trace with all its spans that were fetched, without payloads. */
export interface TraceTree extends Pick<TraceAnswer, 'trace' | 'scores'> {
  readonly spans: readonly SpanRecord[];
  /** How many spans the trace has. */
  readonly spanCount: number;
}

const pageSize = 5_000;
/** Beyond that a tree helps nobody; totals cover all spans. */
export const mostSpans = 50_000;

/** The tree of a trace: all spans up to {@link mostSpans}, page by page, without inputs and outputs. */
export const traceTreeQuery = (key: AcceptedKey, traceId: string) =>
  queryOptions({
    queryKey: projectQueryKey(key, 'tree', traceId),
    queryFn: ({ signal }) => readTree(key, traceId, signal),
    gcTime: 120_000,
    staleTime: 10_000,
  });

async function readTree(key: AcceptedKey, traceId: string, signal: AbortSignal): Promise<TraceTree> {
  const spans: SpanRecord[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await request(`/api/traces/${encodeURIComponent(traceId)}`, TraceAnswer, {
      key: key.key,
      query: { payloads: false, limit: pageSize, cursor },
      signal,
    });
    spans.push(...page.spans);
    if (!page.has_more || page.next_cursor === null || spans.length >= mostSpans)
      return { trace: page.trace, scores: page.scores, spans, spanCount: page.span_count };
    cursor = page.next_cursor;
  }
}
