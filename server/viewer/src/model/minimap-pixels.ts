import type { SpanType } from 'llm-tracer/schema';
import { shownEnd } from './row-facts.ts';
import type { SpanTree } from './span-tree.ts';
import type { TimeWindow } from './time-scale.ts';

/** Colours as a canvas has them in memory: `0xAABBGGRR`. */
export interface MinimapColours {
  readonly types: Readonly<Record<SpanType, number>>;
  readonly error: number;
}

export interface MinimapSize {
  readonly width: number;
  readonly height: number;
  /** Device pixels to a pixel of the page. */
  readonly ratio: number;
}

const mostThick = 4;
const errorThick = 2;

/**
 * The whole trace in small: a line a span at its height in the tree, errors above all. Pixels and no calls of a canvas, of which
 * 50,000 take ten times as long.
 */
export function minimapPixels(
  tree: SpanTree,
  nowMs: number,
  whole: TimeWindow,
  { width, height, ratio }: MinimapSize,
  colours: MinimapColours,
): Uint32Array<ArrayBuffer> {
  const pixels = new Uint32Array(width * height);
  const pixelsPerMs = width / (whole.toMs - whole.fromMs);
  const thickness = Math.max(ratio, Math.min(mostThick * ratio, (height - 2 * ratio) / tree.size));
  const line = (index: number, colour: number, least: number, thick: number) => {
    const from = Math.max(0, Math.floor(((tree.starts[index] as number) - whole.fromMs) * pixelsPerMs));
    const to = Math.min(
      width,
      Math.max(from + least, Math.ceil((endOf(tree, index, nowMs) - whole.fromMs) * pixelsPerMs)),
    );
    const top = Math.round(ratio + (index / tree.size) * (height - 2 * ratio - thick));
    for (let y = top; y < Math.min(height, top + Math.round(thick)); y++) {
      if (to > from) pixels.fill(colour, y * width + from, y * width + to);
    }
  };
  for (let index = 1; index < tree.size; index++) {
    const type = tree.types[index];
    if (type !== undefined) line(index, colours.types[type], ratio, thickness);
  }
  for (let index = 1; index < tree.size; index++)
    if (tree.errorCounts[index] !== 0 && tree.spans[index]?.status === 'error')
      line(index, colours.error, errorThick * ratio, Math.max(errorThick * ratio, thickness));
  return pixels;
}

function endOf(tree: SpanTree, index: number, nowMs: number): number {
  const end = tree.ends[index] as number;
  return Number.isNaN(end) ? shownEnd(tree, index, nowMs).ms : end;
}
