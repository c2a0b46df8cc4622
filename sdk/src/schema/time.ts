import * as z from 'zod/mini';

const canonicalForm = /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/;
const acceptedForm =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?(?:([Zz])|([+-])(\d\d):?(\d\d))$/;
const daysInMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isCalendarDay = (year: number, month: number, day: number): boolean => {
  if (month < 1 || month > 12 || day < 1 || day > (daysInMonth[month - 1] as number)) return false;
  const isLeapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month !== 2 || day < 29 || isLeapYear;
};

/** A day that exists, `2026-01-02`: neighbouring records share it, and taking it apart costs more than all else. */
let knownDay = '0000-01-01';

/**
 * The one stored form of a time, `2026-01-02T03:04:05.678901Z`: UTC, microseconds, sorts as text.
 *
 * Reads ISO 8601 with any fraction (digits beyond microseconds are cut) and with `Z` or an offset.
 * Returns undefined for anything else, for a day that does not exist, and for years outside 0000..9999.
 */
export function canonicalTime(text: string): string | undefined {
  // Nearly all are canonical already.
  if (canonicalForm.test(text) && text.startsWith(knownDay)) return text;
  const match = acceptedForm.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = '00', fraction = '', utc, sign, offsetHour, offsetMinute] = match;
  if (!isCalendarDay(Number(year), Number(month), Number(day))) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (canonicalForm.test(text)) {
    knownDay = text.slice(0, 10);
    return text;
  }

  const micros = fraction.slice(0, 6).padEnd(6, '0');
  if (utc !== undefined) return `${year}-${month}-${day}T${hour}:${minute}:${second}.${micros}Z`;

  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  const offsetMinutes = (sign === '-' ? -1 : 1) * (Number(offsetHour) * 60 + Number(offsetMinute));
  const local = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const shifted = new Date(local - offsetMinutes * 60_000).toISOString();
  return shifted.length === 24 ? `${shifted.slice(0, 19)}.${micros}Z` : undefined;
}

/** A time as clients may send it; the server stores its {@link canonicalTime}. */
export const Time = z.string().check(
  z.maxLength(64),
  z.refine((text) => canonicalTime(text) !== undefined, {
    error: 'a time is ISO 8601 in UTC, for example 2026-01-02T03:04:05.678901Z',
  }),
);
export type Time = z.infer<typeof Time>;

/** A point in time in a query: ISO 8601, or `-<n>{m,h,d,w}` before now (`-24h`). */
export const TimeBound = z.string().check(
  z.refine((text) => /^-\d{1,6}[mhdw]$/.test(text) || canonicalTime(text) !== undefined, {
    error: 'a time bound is ISO 8601 or -<n> with one of m, h, d, w, for example -24h',
  }),
);
export type TimeBound = z.infer<typeof TimeBound>;
