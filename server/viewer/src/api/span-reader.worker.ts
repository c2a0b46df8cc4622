import { type SpanRecord, TraceAnswer, type TraceRecord } from 'llm-tracer/schema';
import { buffersOf, type PackedTree, packTree } from '../model/packed-tree.ts';
import { buildSpanTree } from '../model/span-tree.ts';
import { readAnswer } from './read-answer.ts';

export type ToReader =
  /** Spans that were read before. */
  | { readonly kind: 'spans'; readonly spans: readonly SpanRecord[] }
  /** A page as it came from the server. */
  | { readonly kind: 'page'; readonly body: ArrayBuffer }
  /** Asks for the tree of all spans so far. */
  | { readonly kind: 'tree'; readonly trace: TraceRecord; readonly nowMs: number };

/** What a page says beside its spans. */
export type TraceHead = Omit<TraceAnswer, 'spans'>;

export type FromReader =
  /** A page was read; its spans follow. */
  | { readonly kind: 'page'; readonly head: TraceHead; readonly count: number }
  | { readonly kind: 'unreadable'; readonly detail: string }
  | { readonly kind: 'spans'; readonly spans: readonly SpanRecord[] }
  | { readonly kind: 'tree'; readonly tree: PackedTree };

/** So many at a time take the page a few milliseconds to receive; a whole page of 5,000 would hold it up. */
const spansAtOnce = 500;

const spans: SpanRecord[] = [];

const tell = (message: FromReader, moved: ArrayBufferLike[] = []) =>
  postMessage(message, { transfer: moved as ArrayBuffer[] });

addEventListener('message', ({ data }: MessageEvent<ToReader>) => {
  if (data.kind === 'spans') spans.push(...data.spans);
  else if (data.kind === 'page') readPage(data.body);
  else {
    const tree = packTree(buildSpanTree(data.trace, spans, data.nowMs), spans);
    tell({ kind: 'tree', tree }, buffersOf(tree));
  }
});

function readPage(body: ArrayBuffer): void {
  const answer = readAnswer(JSON.parse(new TextDecoder().decode(body)), TraceAnswer);
  if ('detail' in answer) {
    tell({ kind: 'unreadable', detail: answer.detail });
    return;
  }
  const { spans: read, ...head } = answer.data;
  tell({ kind: 'page', head, count: read.length });
  for (let from = 0; from < read.length; from += spansAtOnce) {
    const part = read.slice(from, from + spansAtOnce);
    spans.push(...part);
    tell({ kind: 'spans', spans: part });
  }
}
