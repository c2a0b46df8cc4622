import { useEffect } from 'react';
import type { TraceTree } from '../../api/trace-tree.ts';

/** A link to a span that is not there must not load a trace of any size. */
const mostSpansForLink = 200_000;

/** Reads on until the span of the address is there. Answers whether it is not, and will not come. */
export function useLinkedSpan(isThere: boolean, data: TraceTree, isReading: boolean, onReadMore: () => void): boolean {
  const { spans, wantedSpans, cursor } = data;
  const mayCome = cursor !== undefined && spans.length < mostSpansForLink;
  // Where reading failed, less is there than was wanted: to try again is up to the reader.
  const isRead = spans.length >= wantedSpans;
  useEffect(() => {
    if (!isThere && mayCome && isRead && !isReading) onReadMore();
  }, [isThere, mayCome, isRead, isReading, onReadMore]);
  return !isThere && !mayCome;
}
