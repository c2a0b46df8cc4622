import { type QueryClient, queryOptions, replaceEqualDeep } from '@tanstack/react-query';
import { type SpanRecord, TraceAnswer } from 'llm-tracer/schema';
import type { SpanTree } from '../model/span-tree.ts';
import type { AcceptedKey } from './keys.ts';
import { projectQueryKey } from './queries.ts';
import { type RequestOptions, request, send, unreadable } from './request.ts';
import type { TraceHead } from './span-reader.worker.ts';

/** A trace with the spans of it that were read, without payloads. */
export interface TraceTree extends Pick<TraceAnswer, 'trace' | 'scores'> {
  readonly spans: readonly SpanRecord[];
  /** How many spans the trace has. */
  readonly spanCount: number;
  /** How many of those that were read have not ended. */
  readonly runningCount: number;
  /** How many of them are to be read. */
  readonly wantedSpans: number;
  /** Where the spans go on that were not read. */
  readonly cursor: string | undefined;
  /** The tree of the spans, where a worker has built it: of a trace of more than one page. */
  readonly tree: SpanTree | undefined;
  /** How long the pages after the first took. */
  readonly readMs: number;
}

/** The first page is small: what a screen holds is there soon. It is all there is of most traces. */
const firstPageSize = 2_000;
const pageSize = 5_000;
/** So many spans are read at once; the next when somebody asks for them. Totals cover all. */
const spansAtOnce = 50_000;

/** The tree of a trace: its spans page by page, without inputs and outputs. */
export const traceTreeQuery = (key: AcceptedKey, traceId: string) =>
  queryOptions({
    queryKey: projectQueryKey(key, 'tree', traceId),
    queryFn: async ({ signal, client, queryKey }) => {
      const known = client.getQueryData<TraceTree>(queryKey);
      // Read on where more is wanted than was; else all is read anew, as it may have changed.
      if (known?.cursor !== undefined && known.spans.length < known.wantedSpans)
        return readOn(known, known.cursor, key, signal);
      const first = await readFirst(key, traceId, known?.wantedSpans ?? spansAtOnce, signal);
      if (first.cursor === undefined) return first;
      // The first page is shown as soon as it is there.
      if (known === undefined) client.setQueryData(queryKey, first);
      return readOn(first, first.cursor, key, signal);
    },
    // What is read again and equal stays the same object, so that nothing is drawn anew; of a large tree, comparing costs more.
    structuralSharing: (known, read) =>
      (read as TraceTree).tree === undefined ? replaceEqualDeep(known, read) : (read as TraceTree),
    gcTime: 120_000,
    staleTime: 10_000,
  });

/** Reads the next spans of a trace that has more than are read at once. */
export function readMoreSpans(client: QueryClient, key: AcceptedKey, traceId: string): void {
  const { queryKey } = traceTreeQuery(key, traceId);
  client.setQueryData<TraceTree>(queryKey, (tree) => tree && { ...tree, wantedSpans: tree.spans.length + spansAtOnce });
  void client.refetchQueries({ queryKey });
}

const pathOf = (traceId: string) => `/api/traces/${encodeURIComponent(traceId)}`;

async function readFirst(
  key: AcceptedKey,
  traceId: string,
  wantedSpans: number,
  signal: AbortSignal,
): Promise<TraceTree> {
  const { spans, ...head } = await request(pathOf(traceId), TraceAnswer, {
    key: key.key,
    query: { payloads: false, limit: firstPageSize },
    signal,
  });
  return { ...treeOf(head, spans), wantedSpans, tree: undefined, readMs: 0 };
}

/** Reads the pages after those that are there, in a worker. */
async function readOn(known: TraceTree, cursor: string, key: AcceptedKey, signal: AbortSignal): Promise<TraceTree> {
  // No part of the first load: most traces have one page.
  const { withSpanReader } = await import('./span-reader.ts');
  const startedAt = performance.now();
  return withSpanReader(known.spans, signal, async ({ spans, read, build }) => {
    const { wantedSpans, trace } = known;
    let head: TraceHead | undefined;
    let next: string | undefined = cursor;
    for (let count = known.spans.length; next !== undefined && count < wantedSpans; ) {
      const options: RequestOptions = {
        key: key.key,
        query: { payloads: false, limit: Math.min(pageSize, wantedSpans - count), cursor: next },
        signal,
      };
      const response = await send(pathOf(trace.trace_id), options);
      const answer = await read(await response.arrayBuffer());
      if ('detail' in answer) throw unreadable(answer.detail, pathOf(trace.trace_id), options, response);
      head = answer.head;
      next = cursorOf(head);
      count += answer.count;
    }
    const tree = await build(head?.trace ?? trace, Date.now());
    return { ...known, ...(head && treeOf(head, spans)), tree, readMs: performance.now() - startedAt };
  });
}

const cursorOf = ({ has_more, next_cursor }: TraceHead): string | undefined =>
  has_more ? (next_cursor ?? undefined) : undefined;

const treeOf = (head: TraceHead, spans: readonly SpanRecord[]) => ({
  trace: head.trace,
  scores: head.scores,
  spans,
  spanCount: head.span_count,
  runningCount: spans.reduce((count, { status }) => count + (status === 'running' ? 1 : 0), 0),
  cursor: cursorOf(head),
});

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
