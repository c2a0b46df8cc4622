import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { type SpanRecord, TraceAnswer } from 'llm-tracer/schema';
import type { AcceptedKey } from './keys.ts';
import { projectQueryKey } from './queries.ts';
import { request } from './request.ts';

/** A trace with all its spans that were fetched, without payloads. */
export interface TraceTree extends Pick<TraceAnswer, 'trace' | 'scores'> {
  readonly spans: readonly SpanRecord[];
  /** How many spans the trace has. */
  readonly spanCount: number;
  /** Whether more of it is on its way. */
  readonly isPartial: boolean;
}

/** The first page is small: what a screen holds is there soon. */
const firstPageSize = 2_000;
const pageSize = 5_000;
/** Beyond that a tree helps nobody; totals cover all spans. */
export const mostSpans = 50_000;

/** The tree of a trace: all spans up to {@link mostSpans}, page by page, without inputs and outputs. */
export const traceTreeQuery = (key: AcceptedKey, traceId: string) =>
  queryOptions({
    queryKey: projectQueryKey(key, 'tree', traceId),
    // The first page is shown as soon as it is there.
    queryFn: ({ signal, client, queryKey }) =>
      readTree(key, traceId, signal, (tree) => {
        if (client.getQueryData(queryKey) === undefined) client.setQueryData(queryKey, tree);
      }),
    gcTime: 120_000,
    staleTime: 10_000,
  });

async function readTree(
  key: AcceptedKey,
  traceId: string,
  signal: AbortSignal,
  onPart: (tree: TraceTree) => void,
): Promise<TraceTree> {
  const spans: SpanRecord[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await request(`/api/traces/${encodeURIComponent(traceId)}`, TraceAnswer, {
      key: key.key,
      query: { payloads: false, limit: cursor === undefined ? firstPageSize : pageSize, cursor },
      signal,
    });
    spans.push(...page.spans);
    if (!page.has_more || page.next_cursor === null || spans.length >= mostSpans)
      return { trace: page.trace, scores: page.scores, spans, spanCount: page.span_count, isPartial: false };
    onPart({ trace: page.trace, scores: page.scores, spans: [...spans], spanCount: page.span_count, isPartial: true });
    cursor = page.next_cursor;
  }
}

const mostTreesKept = 3;
/** As many as the few traces that are kept show at once. */
const mostPayloadsKept = 20;

/** Lets go of what was read for traces that were left: all but the newest few trees and payloads. */
export function releaseTraces(client: QueryClient): void {
  const cache = client.getQueryCache();
  const release = (part: string, kept: number) => {
    const idle = cache
      .getAll()
      .filter((query) => query.queryKey[2] === part && !query.isActive())
      .sort((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt);
    for (const query of idle.slice(kept)) cache.remove(query);
  };
  release('tree', mostTreesKept);
  release('span', mostPayloadsKept);
  release('trace-payload', mostTreesKept);
}
