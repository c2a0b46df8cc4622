let lastSecond = '';
let lastSecondMs = 0;

/**
 * Milliseconds since 1970 of a time of the wire, with its microseconds as the fraction: `Date.parse` would drop them. Spans
 * of a trace mostly share their second, so that is read once.
 */
export function msOf(time: string): number {
  const second = time.slice(0, 19);
  if (second !== lastSecond) {
    lastSecondMs = Date.parse(`${second}Z`);
    lastSecond = second;
  }
  return time.length <= 20 ? lastSecondMs : lastSecondMs + Number(`0.${time.slice(20, -1)}`) * 1000;
}
