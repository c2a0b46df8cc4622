import type { CountsPoint, SpanRecord, TimeseriesPoint } from 'llm-tracer/schema';
import type { CountsBucket } from '../../../src/domain/buckets.ts';
import type { SeriesGrouping, SeriesQuery } from '../../../src/domain/series.ts';
import { micros } from './canonical.ts';
import type { Seen } from './reading.ts';
import { compare, dollars, nanoDollars, sum } from './tree.ts';

/** Groups told apart, at the most. */
const mostGroups = 50;

/** What falls into one bucket and group. */
interface Heap {
  readonly bucket: string;
  readonly group: string | null;
  readonly isRest: boolean;
  readonly traces: Set<Seen>;
  readonly spans: { readonly span: SpanRecord; readonly seen: Seen }[];
}

/**
 * docs/decisions/0008: traces by their start, spans by theirs; every trace and finished span in each of its groups; groups
 * beyond the fifty with the most traces as one.
 */
export const seriesOf = (all: readonly Seen[], { bucket, groupBy }: SeriesQuery): TimeseriesPoint[] => {
  const toldApart = largest(all, groupBy);
  const heaps = new Map<string, Heap>();
  const heapAt = (time: string, group: string | null): Heap => {
    const isRest = group !== null && !toldApart.has(group);
    const heap = { bucket: startOf(time, bucket), group: isRest ? null : group, isRest };
    const key = JSON.stringify(heap);
    const found = heaps.get(key) ?? { ...heap, traces: new Set(), spans: [] };
    heaps.set(key, found);
    return found;
  };

  for (const seen of all) {
    for (const group of groupsOfTrace(seen, groupBy)) heapAt(seen.trace.start_time, group).traces.add(seen);
    for (const span of seen.spans.filter(({ end_time }) => end_time !== undefined)) {
      const into = new Set(groupsOfSpan(seen, span, groupBy).map((group) => heapAt(span.start_time, group)));
      for (const heap of into) heap.spans.push({ span, seen });
    }
  }
  const rank = ({ group, isRest }: Heap) => (isRest ? 2 : group === null ? 1 : 0);
  return [...heaps.values()]
    .sort((a, b) => compare(a.bucket, b.bucket) || rank(a) - rank(b) || compare(a.group ?? '', b.group ?? ''))
    .map(pointOf);
};

/** Traces by the bucket of their start and their status. */
export const countsOf = (all: readonly Seen[], bucket: CountsBucket): CountsPoint[] => {
  const starts = all.map(({ trace }) => startOf(trace.start_time, bucket));
  return [...new Set(starts)].sort(compare).map((start) => {
    const statuses = all.filter((_, index) => starts[index] === start).map(({ trace }) => trace.status);
    return {
      bucket: start,
      trace_count: statuses.length,
      trace_running_count: statuses.filter((status) => status === 'running').length,
      trace_error_count: statuses.filter((status) => status === 'error').length,
    };
  });
};

const startOf = (time: string, bucket: CountsBucket): string => {
  const kept = { minute: 16, hour: 13, day: 10 }[bucket];
  return time.slice(0, kept) + 'T00:00:00.000000Z'.slice(kept - 10);
};

const groupsOfSpan = (seen: Seen, span: SpanRecord, groupBy: SeriesGrouping | undefined): (string | null)[] => {
  if (groupBy === 'model') return [span.model ?? span.requested_model ?? null];
  if (groupBy === 'span_type') return [span.span_type];
  return groupsOfTrace(seen, groupBy);
};

const groupsOfTrace = (seen: Seen, groupBy: SeriesGrouping | undefined): (string | null)[] => {
  const { trace, spans } = seen;
  switch (groupBy) {
    case undefined:
      return [null];
    case 'name':
      return [trace.name];
    case 'user':
      return [trace.user_id ?? null];
    case 'tag':
      return trace.tags.length === 0 ? [null] : trace.tags;
    default: {
      const groups = new Set(spans.flatMap((span) => groupsOfSpan(seen, span, groupBy)));
      return groups.size === 0 ? [null] : [...groups];
    }
  }
};

const largest = (all: readonly Seen[], groupBy: SeriesGrouping | undefined): ReadonlySet<string> => {
  const counts = new Map<string, number>();
  for (const seen of all)
    for (const group of new Set(groupsOfTrace(seen, groupBy)))
      if (group !== null) counts.set(group, (counts.get(group) ?? 0) + 1);
  const order = [...counts].sort(([a, m], [b, n]) => n - m || compare(a, b)).map(([group]) => group);
  return new Set(order.slice(0, mostGroups));
};

const pointOf = ({ bucket, group, isRest, traces, spans }: Heap): TimeseriesPoint => {
  const records = [...traces].map(({ trace }) => trace);
  const counted = (kind: 'tokens' | 'cost' | 'unpriced') =>
    spans.filter(({ span, seen }) => seen.counted[kind].has(span.span_id)).map(({ span }) => span);
  return {
    bucket,
    ...(group === null ? {} : { group }),
    ...(isRest ? { is_rest: true } : {}),
    trace_count: records.length,
    trace_running_count: records.filter(({ status }) => status === 'running').length,
    trace_error_count: records.filter(({ status }) => status === 'error').length,
    trace_latency_ms: percentiles(records.map(({ duration_ms }) => duration_ms)),
    span_count: spans.length,
    error_count: spans.filter(({ span }) => span.status === 'error').length,
    tokens_input: Number(sum(counted('tokens').map(({ tokens_input = 0 }) => BigInt(tokens_input)))),
    tokens_output: Number(sum(counted('tokens').map(({ tokens_output = 0 }) => BigInt(tokens_output)))),
    total_cost: dollars(sum(counted('cost').map(({ cost_usd }) => nanoDollars(cost_usd as number)))),
    unpriced_count: counted('unpriced').length,
    latency_ms: percentiles(spans.map(({ span }) => span.duration_ms)),
    time_to_first_token_ms: percentiles(spans.map(({ span }) => timeToFirstToken(span))),
  };
};

const timeToFirstToken = ({ start_time, first_token_time }: SpanRecord): number | undefined =>
  first_token_time === undefined ? undefined : Math.max(0, micros(first_token_time) - micros(start_time)) / 1000;

/** Nearest rank: the least value that so many percent of all do not exceed. */
const percentiles = (values: readonly (number | undefined)[]): TimeseriesPoint['latency_ms'] => {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  const at = (percent: number) => known.find((_, index) => (index + 1) * 100 >= percent * known.length) as number;
  return known.length === 0 ? {} : { p50: at(50), p95: at(95), p99: at(99) };
};
