/** Microseconds since 1970 of a canonical time (`2026-01-02T03:04:05.678901Z`). Exact for the years 1684 to 2255. */
export const microsOf = (canonical: string): number =>
  Date.parse(`${canonical.slice(0, 23)}Z`) * 1000 + Number(canonical.slice(23, 26));

/** The canonical time of microseconds since 1970. */
export const timeOf = (micros: number): string => {
  const millis = Math.floor(micros / 1000);
  return `${new Date(millis).toISOString().slice(0, -1)}${String(micros - millis * 1000).padStart(3, '0')}Z`;
};

/** Microseconds from one canonical time to another, at least 0: clocks of two processes may disagree. */
export const microsBetween = (start: string, end: string): number =>
  Math.max(
    0,
    (Date.parse(`${end.slice(0, 23)}Z`) - Date.parse(`${start.slice(0, 23)}Z`)) * 1000 +
      (Number(end.slice(23, 26)) - Number(start.slice(23, 26))),
  );

export const microsPerHour = 3_600_000_000;
export const microsPerDay = 24 * microsPerHour;
