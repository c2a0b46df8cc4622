/** Where the time comes from. {@link systemClock} in production, a fixed clock in tests. */
export interface Clock {
  /** Microseconds since the epoch (a whole number); never less than it said before. */
  now(): number;
  /** Milliseconds since an arbitrary moment, whatever happens to the wall clock: for deadlines. */
  elapsed(): number;
}

// Below this the two clocks merely disagree about rounding and slewing.
const driftToleranceMicros = 100_000;

// A server rejects what starts more than 24 h ahead. A machine that booted with a clock further ahead than this half
// day and was then corrected would have every record rejected, for ever.
const greatestLeadMicros = 12 * 3_600_000_000;

/**
 * The wall clock at the resolution of the monotonic one.
 *
 * Durations come from the monotonic clock. When the wall clock runs ahead of it (the machine slept, or its clock was
 * set forward), time jumps forward with it. When the wall clock is set back, time goes on as before, ahead of the wall
 * by that much: what this process has written stays in order. The one exception is a step back of more than 12 hours.
 */
export function systemClock(
  wallMs: () => number = () => Date.now(),
  monotonicMs: () => number = () => performance.now(),
): Clock {
  let anchor = wallMs() * 1000 - monotonicMs() * 1000;
  let latest = 0;

  return {
    now() {
      const monotonic = monotonicMs() * 1000;
      const wall = wallMs() * 1000;
      let micros = Math.floor(anchor + monotonic);
      const lead = micros - wall;
      if (lead < -driftToleranceMicros || lead > greatestLeadMicros) {
        anchor = wall - monotonic;
        micros = Math.floor(wall);
        if (lead > greatestLeadMicros) latest = 0;
      }
      if (micros < latest) return latest;
      latest = micros;
      return micros;
    },
    elapsed: monotonicMs,
  };
}

// Padding numbers costs several times as much as looking them up.
const threeDigits = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));

let cachedSecond = Number.NaN;
let cachedPrefix = '';

/** Microseconds since the epoch in the wire's one form, `2026-01-02T03:04:05.678901Z`. Years 0000 to 9999 only. */
export function formatTime(micros: number): string {
  const second = Math.floor(micros / 1_000_000);
  // Neighbouring records share their second: formatting a Date costs ten times what the rest does.
  if (second !== cachedSecond) {
    cachedPrefix = new Date(second * 1000).toISOString().slice(0, 20);
    cachedSecond = second;
  }
  const rest = Math.floor(micros - second * 1_000_000);
  const millis = Math.floor(rest / 1000);
  return `${cachedPrefix}${threeDigits[millis]}${threeDigits[rest - millis * 1000]}Z`;
}

/** A caller's Date in microseconds, or undefined if it is not a date that the wire can say. */
export function microsOf(date: unknown): number | undefined {
  try {
    const micros = date instanceof Date ? date.getTime() * 1000 : Number.NaN;
    return micros >= -62_167_219_200_000_000 && micros < 253_402_300_800_000_000 ? micros : undefined;
  } catch {
    // Not even that can be asked of a revoked proxy.
    return undefined;
  }
}
