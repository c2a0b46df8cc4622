import { useQueryClient } from '@tanstack/react-query';
import type { TraceRecord } from 'llm-tracer/schema';
import { useCallback, useEffect, useRef } from 'react';
import { traceTreeQuery } from '../../api/trace-tree.ts';
import { usePageSession } from '../../session-context.ts';

const restMs = 150;
/** A tree that is not wanted after all must not cost much. */
const mostSpans = 2_000;

/** Fetches the tree of a trace over which the pointer rests, so that opening it finds it there. */
export function usePrefetch(): (trace: TraceRecord) => void {
  const client = useQueryClient();
  const { key } = usePageSession();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(
    (trace) => {
      clearTimeout(timer.current);
      if (trace.span_count > mostSpans || trace.status === 'running') return;
      timer.current = setTimeout(() => void client.prefetchQuery(traceTreeQuery(key, trace.trace_id)), restMs);
    },
    [client, key],
  );
}
