import { canonicalTime } from 'llm-tracer/schema';
import { microsPerDay, microsPerHour, timeOf } from '../domain/time.ts';

const unitMicros: Readonly<Record<string, number>> = {
  m: microsPerHour / 60,
  h: microsPerHour,
  d: microsPerDay,
  w: 7 * microsPerDay,
};

/** The canonical time that a checked `from` or `to` names: itself, or so long before now (`-24h`). */
export function resolveTimeBound(bound: string | undefined, nowMicros: number): string | undefined {
  if (bound === undefined) return undefined;
  const [, count, unit] = /^-(\d+)([mhdw])$/.exec(bound) ?? [];
  if (count === undefined || unit === undefined) return canonicalTime(bound);
  // A million weeks lead before the year 0, which has no canonical form.
  return timeOf(Math.max(0, nowMicros - Number(count) * (unitMicros[unit] ?? 0)));
}
