/**
 * Microseconds since 1970 of a canonical time (`2026-01-02T03:04:05.678901Z`). Exact for the years 1684 to 2255.
 *
 * By hand, since every span has three of them: `Date.parse` costs a microsecond, this a twentieth. Days are counted from the
 * first of March, so that a leap day ends its year (the civil calendar algorithm of Howard Hinnant).
 */
export function microsOf(canonical: string): number {
  const year = digits(canonical, 0, 4) - (digits(canonical, 5, 2) <= 2 ? 1 : 0);
  const monthFromMarch = (digits(canonical, 5, 2) + 9) % 12;
  const era = Math.floor(year / 400);
  const yearOfEra = year - era * 400;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + digits(canonical, 8, 2) - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  const days = era * daysPerEra + dayOfEra - daysFromEpochEra;
  const seconds = digits(canonical, 11, 2) * 3600 + digits(canonical, 14, 2) * 60 + digits(canonical, 17, 2);
  return (days * 86_400 + seconds) * 1_000_000 + digits(canonical, 20, 6);
}

const daysPerEra = 146_097;
const daysFromEpochEra = 719_468;

function digits(text: string, start: number, count: number): number {
  let value = 0;
  for (let index = start; index < start + count; index += 1) value = value * 10 + text.charCodeAt(index) - 48;
  return value;
}

/** The canonical time of microseconds since 1970. */
export const timeOf = (micros: number): string => {
  const rest = ((micros % 1000) + 1000) % 1000;
  return `${new Date((micros - rest) / 1000).toISOString().slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
};

/** Microseconds from one canonical time to another; negative where the second is earlier, as two clocks may have it. */
export const microsBetween = (start: string, end: string): number => microsOf(end) - microsOf(start);

/** How long something took, in milliseconds with microsecond fractions: at least 0. */
export const durationMs = (start: string, end: string): number => Math.max(0, microsBetween(start, end)) / 1000;

export const microsPerMinute = 60_000_000;
export const microsPerHour = 60 * microsPerMinute;
export const microsPerDay = 24 * microsPerHour;
