import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { type TraceTree, traceTreeQuery } from '../../api/trace-tree.ts';
import { buildSpanTree, type SpanTree } from '../../model/span-tree.ts';
import { usePageSession } from '../../session-context.ts';

const leastPollMs = 2_000;
const mostPollMs = 10_000;
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
      const isRunning = data.trace.status === 'running' || data.spans.some(({ status }) => status === 'running');
      const seen = fingerprint(data);
      const current = poll.current;
      if (seen !== current.seen) {
        const wasRunning = current.seen !== '' && isRunning;
        poll.current = { ms: leastPollMs, seen, afterEnd: isRunning || wasRunning ? pollsAfterEnd : current.afterEnd };
      }
      if (isRunning) return poll.current.ms;
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

  const now = useNow(query.data);
  const tree: SpanTree | undefined = useMemo(
    () => query.data && buildSpanTree(query.data.trace, query.data.spans, now),
    [query.data, now],
  );
  return { query, data: query.data, tree, now };
}

const fingerprint = ({ trace, spans }: TraceTree): string =>
  `${trace.status} ${spans.length} ${spans.reduce((count, { end_time }) => count + (end_time === undefined ? 0 : 1), 0)}`;

/** Now, once a second while the trace runs; else the moment at which it was read. */
function useNow(data: TraceTree | undefined): number {
  const [now, setNow] = useState(Date.now);
  const isRunning = data?.trace.status === 'running' && data.spans.length <= 5_000;
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => document.visibilityState === 'visible' && setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}
