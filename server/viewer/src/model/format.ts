const unknown = '—';

/** Three significant digits, as a person writes them: `4.21`, `42.1`, `421`. */
const threeDigits = (value: number): string => {
  if (value >= 99.95) return value.toFixed(0);
  return value.toFixed(value >= 9.995 ? 1 : 2);
};

const trimZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

const two = (value: number): string => String(value).padStart(2, '0');

/** `640 µs`, `4.21 ms`, `421 ms`, `4.21 s`, `3 m 04 s`, `1 h 04 m`, `2 d 03 h`; unknown is `—`. */
export function formatDuration(durationMs: number | undefined): string {
  if (durationMs === undefined || !Number.isFinite(durationMs)) return unknown;
  if (durationMs < 0) return `−${formatDuration(-durationMs)}`;
  if (durationMs < 0.9995) return durationMs === 0 ? '0 ms' : `${threeDigits(durationMs * 1000)} µs`;
  if (durationMs < 999.5) return `${threeDigits(durationMs)} ms`;
  if (durationMs < 59_950) return `${threeDigits(durationMs / 1000)} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} m`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
}

/** The time from a trace's start: `+1.24 s`, `−120 ms`. */
export const formatOffset = (offsetMs: number): string =>
  offsetMs < 0 ? formatDuration(offsetMs) : `+${formatDuration(offsetMs)}`;

const exactCount = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** The whole number: `12,043`. */
export const formatExact = (count: number): string => exactCount.format(count);

/** Exact below 10,000, else three digits: `9,412`, `88.1k`, `1.24M`; unknown is `—`. */
export function formatCount(count: number | undefined): string {
  if (count === undefined) return unknown;
  if (count < 10_000) return formatExact(count);
  if (count < 999_500) return `${threeDigits(count / 1e3)}k`;
  if (count < 999_500_000) return `${threeDigits(count / 1e6)}M`;
  return `${threeDigits(count / 1e9)}G`;
}

/** US dollars: `$12.40`, `$0.043`, `$0.0018`, `<$0.000001`, `$0`; unknown is `—`. */
export function formatCost(usd: number | undefined): string {
  if (usd === undefined) return unknown;
  if (usd === 0) return '$0';
  if (usd < 0) return `−${formatCost(-usd)}`;
  if (usd < 0.000001) return '<$0.000001';
  if (usd >= 0.995) return `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  if (usd >= 0.01) return `$${usd.toFixed(3)}`;
  return `$${trimZeros(Number(usd.toPrecision(2)).toFixed(6))}`;
}

/** The cost of several: `≥ $0.61` where some of them are not known, `—` where none is. */
export function formatTotalCost(usd: number, unpricedCount: number): string {
  if (unpricedCount === 0) return formatCost(usd);
  return usd === 0 ? unknown : `≥ ${formatCost(usd)}`;
}

/** `4.3 %`, `41 %`: one decimal below ten. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  const isSmall = Math.abs(percent) < 9.95 && percent !== 0;
  return `${isSmall ? trimZeros(percent.toFixed(1)) : percent.toFixed(0)} %`.replace('-', '−');
}

/** `8.4 MB`, in decimal units. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB'];
  let value = bytes;
  let unit = 'B';
  for (const next of units) {
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
}

/** The first 8 characters of an id. */
export const shortId = (id: string): string => id.slice(0, 8);

/** "1 span", "3 spans", "1,204 traces". */
export const countOf = (count: number, noun: string, plural = `${noun}s`): string =>
  `${formatExact(count)} ${count === 1 ? noun : plural}`;

export type TimeZone = 'local' | 'utc';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const partsOf = (date: Date, zone: TimeZone) =>
  zone === 'utc'
    ? ([
        date.getUTCFullYear(),
        date.getUTCMonth(),
        date.getUTCDate(),
        date.getUTCHours(),
        date.getUTCMinutes(),
        date.getUTCSeconds(),
        date.getUTCMilliseconds(),
      ] as const)
    : ([
        date.getFullYear(),
        date.getMonth(),
        date.getDate(),
        date.getHours(),
        date.getMinutes(),
        date.getSeconds(),
        date.getMilliseconds(),
      ] as const);

/** For lists: `14:03:21.418` today, `2 Jan 14:03` this year, else `2 Jan 2025`. */
export function formatListTime(time: string, now: Date, zone: TimeZone): string {
  const [year, month, day, hour, minute, second, millisecond] = partsOf(new Date(time), zone);
  const [thisYear, thisMonth, today] = partsOf(now, zone);
  if (year !== thisYear) return `${day} ${months[month]} ${year}`;
  if (month !== thisMonth || day !== today) return `${day} ${months[month]} ${two(hour)}:${two(minute)}`;
  return `${two(hour)}:${two(minute)}:${two(second)}.${String(millisecond).padStart(3, '0')}`;
}

/** The whole moment: `2 Jan 2026 14:03:21.418`. */
export function formatMoment(time: string | number, zone: TimeZone): string {
  const [year, month, day, hour, minute, second, millisecond] = partsOf(new Date(time), zone);
  return `${day} ${months[month]} ${year} ${two(hour)}:${two(minute)}:${two(second)}.${String(millisecond).padStart(3, '0')}`;
}

/** Both zones and how long ago, for tooltips. */
export function formatMomentFully(time: string, now: Date): string {
  const agoMs = now.getTime() - Date.parse(time);
  const ago = agoMs < 0 ? `in ${formatDuration(-agoMs)}` : `${formatDuration(agoMs)} ago`;
  return `${formatMoment(time, 'local')} local · ${formatMoment(time, 'utc')} UTC · ${ago}`;
}

/** A day, `3 Jan`, with the year where that is not this one. */
export function formatDay(time: string, now: Date, zone: TimeZone): string {
  const [year, month, day] = partsOf(new Date(time), zone);
  return year === partsOf(now, zone)[0] ? `${day} ${months[month]}` : `${day} ${months[month]} ${year}`;
}
