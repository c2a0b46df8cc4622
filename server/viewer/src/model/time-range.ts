/** How the API writes a time back from now. */
const relativeForm = /^-(\d{1,6})([mhdw])$/;
const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const unitNames = { m: 'minute', h: 'hour', d: 'day', w: 'week' } as const;

/** A time range as an address has it: relative (`-24h`) or ISO 8601; without `to` it ends now. */
export interface TimeRange {
  readonly from: string;
  readonly to?: string | undefined;
}

export const defaultRange: TimeRange = { from: '-24h' };

export const rangePresets: readonly string[] = ['-1h', '-6h', '-24h', '-7d', '-30d', '-90d'];

/** The moment of a bound, in milliseconds, or undefined where it is none. */
function momentOf(bound: string | undefined, nowMs: number): number | undefined {
  if (bound === undefined) return undefined;
  const [, count, unit] = relativeForm.exec(bound) ?? [];
  if (count !== undefined && unit !== undefined) return nowMs - Number(count) * unitMs[unit as keyof typeof unitMs];
  const moment = Date.parse(bound);
  return Number.isNaN(moment) ? undefined : moment;
}

export const isTimeBound = (text: string): boolean => momentOf(text, 0) !== undefined;

/** The range in milliseconds. */
export function boundsOf(range: TimeRange, nowMs: number): { readonly fromMs: number; readonly toMs: number } {
  return {
    fromMs: momentOf(range.from, nowMs) ?? nowMs - unitMs.d,
    toMs: momentOf(range.to, nowMs) ?? nowMs,
  };
}

/** "the last 24 hours", "3 Jan 14:00 to 4 Jan 09:30". `describe` writes a moment. */
export function describeRange({ from, to }: TimeRange, describe: (moment: string) => string): string {
  const [, count, unit] = relativeForm.exec(from) ?? [];
  if (count !== undefined && unit !== undefined && to === undefined) {
    const noun = unitNames[unit as keyof typeof unitNames];
    return Number(count) === 1 ? `the last ${noun}` : `the last ${count} ${noun}s`;
  }
  return `${describe(from)} to ${to === undefined ? 'now' : describe(to)}`;
}

/** "Last 24 h", for a button. */
export function labelRange(range: TimeRange, describe: (moment: string) => string): string {
  const [, count, unit] = relativeForm.exec(range.from) ?? [];
  if (count !== undefined && range.to === undefined) return `Last ${count} ${unit}`;
  return describeRange(range, describe);
}

/** The range with both its ends fixed, for a link that shows the same tomorrow. */
export function fixedRange(range: TimeRange, nowMs: number): { readonly from: string; readonly to: string } {
  const { fromMs, toMs } = boundsOf(range, nowMs);
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}
