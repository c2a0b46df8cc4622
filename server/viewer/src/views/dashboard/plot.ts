import UPlot from 'uplot';
import type { TimeZone } from '../../model/format.ts';

export interface PlotLayer {
  readonly label: string;
  /** The name of a colour in tokens.css. */
  readonly colour: string;
  readonly dash?: readonly number[];
  readonly values: readonly (number | null)[];
}

export interface PlotOptions {
  readonly kind: 'bars' | 'lines';
  readonly starts: readonly number[];
  readonly bucketMs: number;
  readonly layers: readonly PlotLayer[];
  readonly format: (value: number) => string;
  readonly zone: TimeZone;
  /** Whether the last bucket is not over yet. */
  readonly isUnfinished: boolean;
  readonly onHover: (index: number | undefined) => void;
  readonly onZoom: (fromMs: number, toMs: number) => void;
  readonly onOpen: (index: number, layer: number | undefined) => void;
}

const height = 180;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Draws a chart into an element, in the colours that the element has now. */
export function drawPlot(element: HTMLElement, width: number, options: PlotOptions): UPlot {
  const { kind, starts, bucketMs, layers, format, onHover, onZoom, onOpen } = options;
  // Days are those of UTC, so their axis is too.
  const zone = bucketMs >= 86_400_000 ? 'utc' : options.zone;
  const styles = getComputedStyle(element);
  const colour = (name: string) => styles.getPropertyValue(name).trim();
  const font = `11px ${styles.fontFamily}`;
  const stacks = kind === 'bars' ? stacked(layers) : layers.map(({ values }) => [...values]);
  // The tallest stack is drawn first, the lower ones over it: each shows where it ends.
  const order = layers.map((_, index) => index);
  if (kind === 'bars') order.reverse();
  const axis = {
    stroke: colour('--fg-muted'),
    font,
    grid: { stroke: colour('--border'), width: 1 },
    ticks: { stroke: colour('--border'), width: 1, size: 4 },
  };

  const plot = new UPlot(
    {
      width,
      height,
      padding: [8, 24, 0, 0],
      legend: { show: false },
      cursor: {
        sync: { key: 'dashboard', setSeries: false },
        drag: { x: true, y: false, setScale: false },
        points: { show: kind === 'lines', size: 6 },
        y: false,
      },
      tzDate: (seconds) =>
        zone === 'utc' ? UPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') : new Date(seconds * 1000),
      scales: {
        x: {
          range: () => [(starts[0] ?? 0) / 1000, ((starts.at(-1) ?? 0) + bucketMs) / 1000],
        },
        y: { range: (_, __, most) => [0, most > 0 ? most * 1.08 : 1] },
      },
      axes: [
        {
          ...axis,
          size: 28,
          gap: 4,
          space: 72,
          values: (_, splits, __, ___, step) => splits.map((at) => tick(at * 1000, step, zone)),
        },
        { ...axis, size: 60, space: 36, values: (_, splits) => splits.map((value) => format(value)) },
      ],
      series: [
        {},
        ...order.map((layer) => {
          const own = layers[layer] as PlotLayer;
          const ink = colour(own.colour);
          return kind === 'bars'
            ? {
                label: own.label,
                fill: ink,
                width: 0,
                points: { show: false },
                paths: UPlot.paths.bars?.({ size: [0.8, 48] }) as UPlot.Series.PathBuilder,
              }
            : {
                label: own.label,
                stroke: ink,
                width: 2,
                dash: [...(own.dash ?? [])],
                spanGaps: false,
                points: { show: lonePoints, size: 5, fill: ink, stroke: ink },
              };
        }),
      ],
      hooks: {
        draw: [(u) => options.isUnfinished && hatch(u, starts, colour, font)],
        setCursor: [(u) => onHover(u.cursor.idx ?? undefined)],
        setSelect: [
          (u) => {
            if (u.select.width < 4) return;
            const [from, to] = [u.select.left, u.select.left + u.select.width].map((x) => u.posToVal(x, 'x') * 1000);
            u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            if (from !== undefined && to !== undefined) onZoom(from, to);
          },
        ],
      },
    },
    // Values stand in the middle of their bucket: the nearest one is then that of the bucket pointed at.
    [starts.map((ms) => (ms + bucketMs / 2) / 1000), ...order.map((layer) => stacks[layer] ?? [])] as UPlot.AlignedData,
    element,
  );
  for (const canvas of element.querySelectorAll('canvas')) canvas.setAttribute('aria-hidden', 'true');

  let pressedAt = 0;
  plot.over.addEventListener('mousedown', (event) => {
    pressedAt = event.clientX;
  });
  plot.over.addEventListener('click', (event) => {
    // The end of a drag is no click.
    if (Math.abs(event.clientX - pressedAt) >= 4) return;
    const { left = 0, top = 0 } = plot.cursor;
    const at = plot.posToVal(left, 'x') * 1000;
    const index = Math.floor((at - (starts[0] ?? 0)) / bucketMs);
    if (starts[index] === undefined) return;
    onOpen(index, layerAt(stacks, index, plot.posToVal(top, 'y'), kind));
  });
  return plot;
}

/** Each layer on top of those before it. */
function stacked(layers: readonly PlotLayer[]): number[][] {
  let below: readonly number[] = [];
  return layers.map(({ values }) => {
    const sums = values.map((value, index) => (value ?? 0) + (below[index] ?? 0));
    below = sums;
    return sums;
  });
}

/** The layer that is at a height: in a stack the one that reaches there first, of lines the nearest. */
function layerAt(
  stacks: readonly (readonly (number | null)[])[],
  index: number,
  value: number,
  kind: PlotOptions['kind'],
): number | undefined {
  if (kind === 'bars') {
    const found = stacks.findIndex((values) => value <= (values[index] ?? 0));
    return found === -1 ? undefined : found;
  }
  let nearest: number | undefined;
  let distance = Number.POSITIVE_INFINITY;
  for (const [layer, values] of stacks.entries()) {
    const own = values[index];
    if (own === null || own === undefined || Math.abs(own - value) >= distance) continue;
    nearest = layer;
    distance = Math.abs(own - value);
  }
  return nearest;
}

/** A value between two gaps is a line of no length: it needs a point to be seen. */
const lonePoints: UPlot.Series.Points.Show = (u, seriesIndex) => {
  const values = u.data[seriesIndex] ?? [];
  return values.some((value, index) => value != null && values[index - 1] == null && values[index + 1] == null);
};

/** Says of the last bucket that more is to come. */
function hatch(u: UPlot, starts: readonly number[], colour: (name: string) => string, font: string): void {
  const last = starts.at(-1);
  if (last === undefined) return;
  const { ctx } = u;
  const from = u.valToPos(last / 1000, 'x', true);
  const to = u.bbox.left + u.bbox.width;
  if (to - from < 2) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(from, u.bbox.top, to - from, u.bbox.height);
  ctx.clip();
  ctx.strokeStyle = colour('--border-strong');
  ctx.globalAlpha = 0.5;
  ctx.lineWidth = 1;
  const step = 7 * devicePixelRatio;
  for (let x = from - u.bbox.height; x < to; x += step) {
    ctx.beginPath();
    ctx.moveTo(x, u.bbox.top + u.bbox.height);
    ctx.lineTo(x + u.bbox.height, u.bbox.top);
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
  if (to - from > 40 * devicePixelRatio) {
    ctx.fillStyle = colour('--fg-muted');
    ctx.font = font.replace('11px', `${11 * devicePixelRatio}px`);
    ctx.textAlign = 'right';
    ctx.textBaseline = 'top';
    ctx.fillText('so far', to - 4 * devicePixelRatio, u.bbox.top + 2 * devicePixelRatio);
  }
  ctx.restore();
}

function tick(ms: number, stepSeconds: number, zone: TimeZone): string {
  const date = new Date(ms);
  const [month, day, hour, minute] =
    zone === 'utc'
      ? [date.getUTCMonth(), date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes()]
      : [date.getMonth(), date.getDate(), date.getHours(), date.getMinutes()];
  if (stepSeconds >= 86_400 || (hour === 0 && minute === 0)) return `${day} ${months[month]}`;
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}
