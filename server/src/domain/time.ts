/** Microseconds since 1970 of a canonical time (`2026-01-02T03:04:05.678901Z`). Exact for the years 1684 to 2255. */
export const microsOf = (canonical: string): number =>
  Date.parse(`${canonical.slice(0, 23)}Z`) * 1000 + Number(canonical.slice(23, 26));

/** The canonical time of microseconds since 1970. */
export const timeOf = (micros: number): string => {
  const rest = ((micros % 1000) + 1000) % 1000;
  return `${new Date((micros - rest) / 1000).toISOString().slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
};

/** Microseconds from one canonical time to another; negative where the second is earlier, as two clocks may have it. */
export const microsBetween = (start: string, end: string): number =>
  (Date.parse(`${end.slice(0, 23)}Z`) - Date.parse(`${start.slice(0, 23)}Z`)) * 1000 +
  (Number(end.slice(23, 26)) - Number(start.slice(23, 26)));

/** How long something took, in milliseconds with microsecond fractions: at least 0. */
export const durationMs = (micros: number): number => Math.max(0, micros) / 1000;

export const microsPerHour = 3_600_000_000;
export const microsPerDay = 24 * microsPerHour;
