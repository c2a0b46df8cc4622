import type { TimeseriesPoint } from 'llm-tracer/schema';

/** What a chart can tell apart. */
export type Grouping = 'model' | 'name' | 'user' | 'tag';

/** The filter of the traces list that a group stands for. */
export const filterOfGrouping: Readonly<Record<Grouping, string>> = {
  model: 'model',
  name: 'name',
  user: 'user_id',
  tag: 'tags',
};

/** A figure of a point that may be summed over groups and buckets. */
export type Count =
  | 'trace_count'
  | 'trace_error_count'
  | 'span_count'
  | 'tokens_input'
  | 'tokens_output'
  | 'total_cost';

/** One line or layer of a chart: a value a bucket. Null where nothing was measured, which is not zero. */
export interface Layer {
  /** The group's own name; undefined for what is no single group. */
  readonly group: string | undefined;
  readonly label: string;
  readonly values: readonly (number | null)[];
}

/** The groups of a page in the order of their rank: largest first. Their colours go by it, on all charts alike. */
export interface Ranking {
  readonly groups: readonly string[];
  /** Whether there is more than these: the rest is one layer. */
  readonly hasOther: boolean;
}

const mostGroups = 7;

/** The seven groups that cost most; of equals, those with most traces. */
export function rankGroups(points: readonly TimeseriesPoint[]): Ranking {
  const sums = new Map<string, { cost: number; traces: number }>();
  let hasRest = false;
  for (const { group, is_rest, total_cost, trace_count } of points) {
    if (is_rest === true) hasRest = true;
    if (group === undefined) continue;
    const sum = sums.get(group) ?? { cost: 0, traces: 0 };
    sum.cost += total_cost;
    sum.traces += trace_count;
    sums.set(group, sum);
  }
  const ranked = [...sums].sort(
    ([nameA, a], [nameB, b]) => b.cost - a.cost || b.traces - a.traces || (nameA < nameB ? -1 : 1),
  );
  return {
    groups: ranked.slice(0, mostGroups).map(([group]) => group),
    hasOther: hasRest || ranked.length > mostGroups,
  };
}

const noneLabels: Readonly<Record<Grouping, string>> = {
  model: 'no model',
  name: 'no name',
  user: 'no user',
  tag: 'no tag',
};

/** A count by bucket and group: the ranked groups, then all others together, then what has none. Empty layers are left out. */
export function countLayers(
  points: readonly TimeseriesPoint[],
  starts: readonly number[],
  { groups, hasOther }: Ranking,
  by: Grouping,
  count: Count,
): readonly Layer[] {
  const indexOf = new Map(starts.map((start, index) => [start, index]));
  const ranked = new Map<string, number[]>(groups.map((group) => [group, zeros(starts)]));
  const other = zeros(starts);
  const none = zeros(starts);
  for (const point of points) {
    const index = indexOf.get(Date.parse(point.bucket));
    if (index === undefined) continue;
    const values =
      point.is_rest === true ? other : point.group === undefined ? none : (ranked.get(point.group) ?? other);
    values[index] = (values[index] ?? 0) + point[count];
  }
  return [
    ...groups.map((group) => ({ group, label: group, values: ranked.get(group) ?? [] })),
    ...(hasOther ? [{ group: undefined, label: 'Other', values: other }] : []),
    { group: undefined, label: noneLabels[by], values: none },
  ].filter(({ values }) => values.some((value) => value !== 0));
}

/** A count by bucket, over all points. */
export function countValues(
  points: readonly TimeseriesPoint[],
  starts: readonly number[],
  count: Count,
): readonly number[] {
  const indexOf = new Map(starts.map((start, index) => [start, index]));
  const values = zeros(starts);
  for (const point of points) {
    const index = indexOf.get(Date.parse(point.bucket));
    if (index !== undefined) values[index] = (values[index] ?? 0) + point[count];
  }
  return values;
}

export type Percentile = 'p50' | 'p95' | 'p99';
/** A duration of which a point has percentiles. They are read as they are, and never put together. */
export type Latency = 'trace_latency_ms' | 'latency_ms' | 'time_to_first_token_ms';

/** A percentile by bucket, of the points of one group; without one, of what is not grouped. */
export function percentileValues(
  points: readonly TimeseriesPoint[],
  starts: readonly number[],
  latency: Latency,
  percentile: Percentile,
  group?: string,
): readonly (number | null)[] {
  const indexOf = new Map(starts.map((start, index) => [start, index]));
  const values: (number | null)[] = starts.map(() => null);
  for (const point of points) {
    const index = indexOf.get(Date.parse(point.bucket));
    if (index !== undefined && point.group === group && point.is_rest !== true)
      values[index] = point[latency][percentile] ?? null;
  }
  return values;
}

const zeros = (starts: readonly number[]): number[] => starts.map(() => 0);
export const sumOf = (values: readonly (number | null)[]): number =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
