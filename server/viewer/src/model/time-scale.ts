/** A part of the time of a trace, in milliseconds from its start. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** From time to place and back. */
export interface TimeScale {
  readonly window: TimeWindow;
  readonly width: number;
  readonly toX: (ms: number) => number;
  readonly toMs: (x: number) => number;
  /** Idle times that are folded, with where their bands stand. */
  readonly bands: readonly { readonly gap: TimeWindow; readonly x: number; readonly width: number }[];
}

const bandWidth = 28;

/** A scale over a window; gaps take a narrow band each, whatever their length. */
export function timeScale(window: TimeWindow, width: number, gaps: readonly TimeWindow[] = []): TimeScale {
  const length = Math.max(window.toMs - window.fromMs, 1e-6);
  const inside = gaps.filter(({ fromMs, toMs }) => fromMs >= window.fromMs && toMs <= window.toMs);
  if (inside.length === 0) {
    return {
      window,
      width,
      toX: (ms) => ((ms - window.fromMs) / length) * width,
      toMs: (x) => window.fromMs + (x / width) * length,
      bands: [],
    };
  }
  const idleMs = inside.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const busyWidth = Math.max(width - inside.length * bandWidth, width / 4);
  const band = (width - busyWidth) / inside.length;
  const pixelsPerMs = busyWidth / Math.max(length - idleMs, 1e-6);
  // Corner points, between which the scale is straight.
  const points: { ms: number; x: number }[] = [{ ms: window.fromMs, x: 0 }];
  const bands: { gap: TimeWindow; x: number; width: number }[] = [];
  for (const gap of inside) {
    const last = points[points.length - 1] as { ms: number; x: number };
    const x = last.x + (gap.fromMs - last.ms) * pixelsPerMs;
    bands.push({ gap, x, width: band });
    points.push({ ms: gap.fromMs, x }, { ms: gap.toMs, x: x + band });
  }
  points.push({ ms: window.toMs, x: width });
  const between = (value: number, from: 'ms' | 'x', to: 'ms' | 'x') => {
    let at = 1;
    while (at < points.length - 1 && (points[at] as { ms: number; x: number })[from] < value) at++;
    const [a, b] = [points[at - 1], points[at]] as [{ ms: number; x: number }, { ms: number; x: number }];
    const share = (value - a[from]) / Math.max(b[from] - a[from], 1e-9);
    return a[to] + share * (b[to] - a[to]);
  };
  return { window, width, toX: (ms) => between(ms, 'ms', 'x'), toMs: (x) => between(x, 'x', 'ms'), bands };
}

/** Times to mark, at 1, 2 or 5 of a power of ten, about `apartPx` from each other. */
export function ticksOf({ window, width }: TimeScale, apartPx = 100): readonly number[] {
  const length = window.toMs - window.fromMs;
  const wanted = (length * apartPx) / Math.max(width, 1);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= wanted) ?? power * 10;
  const ticks: number[] = [];
  for (let tick = Math.ceil(window.fromMs / step) * step; tick <= window.toMs; tick += step) ticks.push(tick);
  return ticks;
}

const leastWindowMs = 0.05;

/** Zooms about a time: `factor` below 1 shows less. It stays within `whole`. */
export function zoomed(window: TimeWindow, whole: TimeWindow, aboutMs: number, factor: number): TimeWindow {
  const wholeLength = whole.toMs - whole.fromMs;
  const least = Math.min(Math.max(leastWindowMs, wholeLength / 1e6), wholeLength);
  const length = Math.min(wholeLength, Math.max(least, (window.toMs - window.fromMs) * factor));
  const share = (aboutMs - window.fromMs) / Math.max(window.toMs - window.fromMs, 1e-9);
  return within({ fromMs: aboutMs - share * length, toMs: aboutMs + (1 - share) * length }, whole);
}

/** Moves the window by a share of its length; at an end it stops and keeps its length. */
export function panned(window: TimeWindow, whole: TimeWindow, share: number): TimeWindow {
  const by = (window.toMs - window.fromMs) * share;
  return within({ fromMs: window.fromMs + by, toMs: window.toMs + by }, whole);
}

/** The window moved so that it lies within the whole. */
export function within({ fromMs, toMs }: TimeWindow, whole: TimeWindow): TimeWindow {
  const length = Math.min(toMs - fromMs, whole.toMs - whole.fromMs);
  const from = Math.max(whole.fromMs, Math.min(fromMs, whole.toMs - length));
  return { fromMs: from, toMs: from + length };
}

const roundingMs = 1e-3;

/** Whether a window lies within the whole, but for the rounding of an address. */
export const isWithin = ({ fromMs, toMs }: TimeWindow, whole: TimeWindow): boolean =>
  fromMs >= whole.fromMs - roundingMs && toMs <= whole.toMs + roundingMs;

/** Whether two windows show the same, but for the rounding of an address. */
export const isAlike = (a: TimeWindow, b: TimeWindow): boolean => isWithin(a, b) && isWithin(b, a);

const windowForm = /^(-?\d+(?:\.\d+)?)s\.\.(-?\d+(?:\.\d+)?)s$/;

/** Reads `1.25s..3.5s`. */
export function windowFromText(text: string | undefined): TimeWindow | undefined {
  const [, from, to] = windowForm.exec(text ?? '') ?? [];
  if (from === undefined || to === undefined) return undefined;
  const window = { fromMs: Number(from) * 1000, toMs: Number(to) * 1000 };
  return window.toMs > window.fromMs ? window : undefined;
}

export const windowToText = ({ fromMs, toMs }: TimeWindow): string => {
  const seconds = (ms: number) => String(Number((ms / 1000).toFixed(6)));
  return `${seconds(fromMs)}s..${seconds(toMs)}s`;
};
