import type { TraceRecord } from 'llm-tracer/schema';
import { formatCost, formatTotalCost } from './format.ts';

/** The cost of a trace; without any model call that carries one it is not known rather than nothing. */
export function costOf(trace: TraceRecord): string {
  const hasUse = trace.tokens_input > 0 || trace.tokens_output > 0 || trace.total_cost > 0;
  return hasUse ? formatTotalCost(trace.total_cost, trace.unpriced_count) : formatCost(undefined);
}
