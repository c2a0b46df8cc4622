import type { TimeseriesPoint } from 'llm-tracer/schema';

const dayMs = 86_400_000;
export const sparkDays = 14;

/** The start of the first of the last days, today included: UTC days, as the series counts them. */
export const sparkFrom = (nowMs: number): string =>
  new Date(Math.floor(nowMs / dayMs) * dayMs - (sparkDays - 1) * dayMs).toISOString();

/**
 * Traces a day by group, oldest first. A group that the series has not told apart has none here, which is unknown and not
 * zero, unless the series told all apart.
 */
export function dailyCounts(
  points: readonly Pick<TimeseriesPoint, 'bucket' | 'group' | 'is_rest' | 'trace_count'>[],
  nowMs: number,
): (group: string) => readonly number[] | undefined {
  const firstMs = Date.parse(sparkFrom(nowMs));
  const counts = new Map<string, number[]>();
  for (const { bucket, group, trace_count } of points) {
    if (group === undefined) continue;
    const days = counts.get(group) ?? Array.from({ length: sparkDays }, () => 0);
    const day = Math.round((Date.parse(bucket) - firstMs) / dayMs);
    if (day >= 0 && day < sparkDays) days[day] = (days[day] ?? 0) + trace_count;
    counts.set(group, days);
  }
  const isComplete = points.every(({ is_rest }) => is_rest !== true);
  return (group) => counts.get(group) ?? (isComplete ? Array.from({ length: sparkDays }, () => 0) : undefined);
}
