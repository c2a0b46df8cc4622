import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { type TraceTree, traceTreeQuery } from '../../api/trace-tree.ts';
import { buildSpanTree, type SpanTree } from '../../model/span-tree.ts';
import { usePageSession } from '../../session-context.ts';

const leastPollMs = 2_000;
const mostPollMs = 10_000;
/** Of a large trace, reading it again and again must not be what the page does. */
const pollsAfterReading = 10;
/** Late spans come after the end of their trace. */
const pollsAfterEnd = 2;

/** A trace and its tree; asked for again while it runs, ever more rarely while nothing changes. */
export function useTrace(traceId: string) {
  const { key } = usePageSession();
  const poll = useRef({ ms: leastPollMs, seen: '', afterEnd: 0 });
  const query = useQuery({
    ...traceTreeQuery(key, traceId),
    refetchInterval: ({ state }) => {
      const data = state.data;
      if (data === undefined) return false;
      const isRunning = data.trace.status === 'running' || data.runningCount > 0;
      const seen = fingerprint(data);
      const current = poll.current;
      if (seen !== current.seen) {
        const wasRunning = current.seen !== '' && isRunning;
        poll.current = { ms: leastPollMs, seen, afterEnd: isRunning || wasRunning ? pollsAfterEnd : current.afterEnd };
      }
      if (isRunning) return Math.max(poll.current.ms, data.readMs * pollsAfterReading);
      return poll.current.afterEnd > 0 ? leastPollMs : false;
    },
    refetchIntervalInBackground: false,
  });
  const { dataUpdatedAt } = query;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it counts answers.
  useEffect(() => {
    const current = poll.current;
    current.ms = Math.min(mostPollMs, current.ms * 1.5);
    current.afterEnd = Math.max(0, current.afterEnd - 1);
  }, [dataUpdatedAt]);

  const { now, isTicking } = useNow(query.data, dataUpdatedAt);
  const tree: SpanTree | undefined = useMemo(() => {
    if (query.data === undefined) return undefined;
    const { trace, spans, tree: built } = query.data;
    return built === undefined || isTicking ? buildSpanTree(trace, spans, now) : built;
  }, [query.data, now, isTicking]);
  return { query, data: query.data, tree, now };
}

const fingerprint = ({ trace, spans, runningCount }: TraceTree): string =>
  `${trace.status} ${spans.length} ${runningCount}`;

/** More than the page builds anew each second without being felt. */
const mostTicking = 5_000;

/** Now, once a second while the trace runs and is not large; else the moment at which it was read. */
function useNow(data: TraceTree | undefined, readAt: number): { readonly now: number; readonly isTicking: boolean } {
  const [now, setNow] = useState(Date.now);
  const isTicking = data?.trace.status === 'running' && data.spans.length <= mostTicking;
  useEffect(() => {
    if (!isTicking) return;
    const timer = setInterval(() => document.visibilityState === 'visible' && setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isTicking]);
  return { now: isTicking || data === undefined ? now : readAt, isTicking };
}
