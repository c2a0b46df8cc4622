import type { CountsPoint } from 'llm-tracer/schema';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How wide a bar may be. */
const widths = [
  minuteMs,
  5 * minuteMs,
  15 * minuteMs,
  hourMs,
  6 * hourMs,
  dayMs,
  7 * dayMs,
  28 * dayMs,
  364 * dayMs,
] as const;
const mostBars = 90;

/** The least width, in milliseconds, that needs no more than 90 bars. */
export function barWidthMs(fromMs: number, toMs: number): number {
  return widths.find((width) => (toMs - fromMs) / width <= mostBars) ?? 364 * dayMs;
}

/** The bucket to ask the server for, from which bars of a width can be summed. */
export const bucketFor = (widthMs: number): 'minute' | 'hour' | 'day' =>
  widthMs < hourMs ? 'minute' : widthMs < dayMs ? 'hour' : 'day';

export interface Bar {
  readonly startMs: number;
  readonly endMs: number;
  readonly ok: number;
  readonly errors: number;
  readonly running: number;
}

/** Bars over a range, empty ones included. Counts may be summed into wider bars; percentiles never. */
export function barsOf(points: Iterable<CountsPoint>, fromMs: number, toMs: number, widthMs: number): readonly Bar[] {
  const firstMs = Math.floor(fromMs / widthMs) * widthMs;
  const bars = Array.from({ length: Math.max(1, Math.ceil((toMs - firstMs) / widthMs)) }, (_, index) => ({
    startMs: firstMs + index * widthMs,
    endMs: firstMs + (index + 1) * widthMs,
    ok: 0,
    errors: 0,
    running: 0,
  }));
  for (const { bucket, trace_count: all, trace_error_count: errors, trace_running_count: running } of points) {
    const bar = bars[Math.floor((Date.parse(bucket) - firstMs) / widthMs)];
    if (bar === undefined) continue;
    bar.ok += all - errors - running;
    bar.errors += errors;
    bar.running += running;
  }
  return bars;
}
