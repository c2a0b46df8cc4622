import type { TimeseriesPoint } from 'llm-tracer/schema';

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
export const bucketFor = (widthMs: number): 'hour' | 'day' => (widthMs < dayMs ? 'hour' : 'day');

export interface Bar {
  readonly startMs: number;
  readonly endMs: number;
  readonly ok: number;
  readonly errors: number;
  readonly running: number;
}

interface Counted {
  readonly atMs: number;
  readonly ok: number;
  readonly errors: number;
  readonly running: number;
}

/** Bars over a range, empty ones included. Counts may be summed into wider bars; percentiles never. */
export function barsOf(counted: Iterable<Counted>, fromMs: number, toMs: number, widthMs: number): readonly Bar[] {
  const firstMs = Math.floor(fromMs / widthMs) * widthMs;
  const bars = Array.from({ length: Math.max(1, Math.ceil((toMs - firstMs) / widthMs)) }, (_, index) => ({
    startMs: firstMs + index * widthMs,
    endMs: firstMs + (index + 1) * widthMs,
    ok: 0,
    errors: 0,
    running: 0,
  }));
  for (const { atMs, ok, errors, running } of counted) {
    const bar = bars[Math.floor((atMs - firstMs) / widthMs)];
    if (bar === undefined) continue;
    bar.ok += ok;
    bar.errors += errors;
    bar.running += running;
  }
  return bars;
}

export const countedPoint = (point: TimeseriesPoint): Counted => ({
  atMs: Date.parse(point.bucket),
  ok: point.trace_count - point.trace_error_count - point.trace_running_count,
  errors: point.trace_error_count,
  running: point.trace_running_count,
});

export const countedTrace = ({ start_time, status }: { start_time: string; status: string }): Counted => ({
  atMs: Date.parse(start_time),
  ok: status === 'ok' ? 1 : 0,
  errors: status === 'error' ? 1 : 0,
  running: status === 'running' ? 1 : 0,
});
