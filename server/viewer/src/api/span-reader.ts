import type { SpanRecord, TraceRecord } from 'llm-tracer/schema';
import { unpackTree } from '../model/packed-tree.ts';
import type { SpanTree } from '../model/span-tree.ts';
import type { FromReader, ToReader } from './span-reader.worker.ts';

type Answer = Exclude<FromReader, { readonly kind: 'spans' }>;
type AnswerOf<Kind extends Answer['kind']> = Extract<Answer, { readonly kind: Kind }>;

export interface SpanReader {
  /** All spans that were read, in the order in which they came. */
  readonly spans: readonly SpanRecord[];
  /** Reads a page, or says why it cannot be read. Its spans come a little later than its head. */
  readonly read: (body: ArrayBuffer) => Promise<AnswerOf<'page' | 'unreadable'>>;
  /** The tree of all spans. */
  readonly build: (trace: TraceRecord, nowMs: number) => Promise<SpanTree>;
}

/** So many at a time are given to the worker, so that the page can do something else in between. */
const spansAtOnce = 500;

/**
 * Reads pages of spans in a worker, which parses and checks them and puts them in order: 50,000 would hold the page up for half
 * a second. The worker lives while `use` runs, and ends with `signal`.
 */
export async function withSpanReader<T>(
  known: readonly SpanRecord[],
  signal: AbortSignal,
  use: (reader: SpanReader) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const worker = new Worker(new URL('./span-reader.worker.ts', import.meta.url), { type: 'module' });
  const spans = [...known];
  let onAnswer: (answer: Answer) => void = () => {};
  worker.onmessage = ({ data }: MessageEvent<FromReader>) => {
    if (data.kind === 'spans') spans.push(...data.spans);
    else onAnswer(data);
  };
  const ended = new Promise<never>((_, reject) => {
    worker.onerror = () => reject(new Error('The spans of this trace could not be read.'));
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  const tell = (message: ToReader, moved: ArrayBuffer[] = []) => worker.postMessage(message, moved);
  const ask = <Kind extends Answer['kind']>(message: ToReader, moved?: ArrayBuffer[]) => {
    const answer = new Promise<AnswerOf<Kind>>((resolve) => {
      onAnswer = resolve as (answer: Answer) => void;
    });
    tell(message, moved);
    return Promise.race([answer, ended]);
  };
  const give = async () => {
    for (let from = 0; from < known.length; from += spansAtOnce) {
      tell({ kind: 'spans', spans: known.slice(from, from + spansAtOnce) });
      await new Promise((resolve) => setTimeout(resolve));
    }
  };
  try {
    await Promise.race([give(), ended]);
    return await use({
      spans,
      read: (body) => ask<'page' | 'unreadable'>({ kind: 'page', body }, [body]),
      build: async (trace, nowMs) => unpackTree((await ask<'tree'>({ kind: 'tree', trace, nowMs })).tree, spans),
    });
  } finally {
    worker.terminate();
  }
}
