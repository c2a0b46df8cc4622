import type { SpanType } from 'llm-tracer/schema';
import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from 'react';
import { formatOffset } from '../../model/format.ts';
import { minimapPixels } from '../../model/minimap-pixels.ts';
import type { SpanTree } from '../../model/span-tree.ts';
import { spanTypes } from '../../model/span-types.ts';
import { type TimeWindow, within } from '../../model/time-scale.ts';
import { useDrawnTheme } from '../../preferences.ts';
import { useElementSize } from '../parts/use-element-size.ts';
import styles from './minimap.module.css';

interface MinimapProps {
  readonly tree: SpanTree;
  readonly nowMs: number;
  readonly window: TimeWindow;
  readonly whole: TimeWindow;
  readonly onWindowMove: (window: TimeWindow, isNewStep: boolean) => void;
}

/** The whole trace, a line a span, and the window that the tree shows. */
export function Minimap({ tree, nowMs, window, whole, onWindowMove }: MinimapProps) {
  const theme = useDrawnTheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [measure, { width }] = useElementSize<HTMLDivElement>();
  const anchor = useRef<number>(undefined);
  const hasMoved = useRef(false);
  const length = whole.toMs - whole.fromMs;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours.
  useEffect(() => {
    if (canvas.current !== null && width > 0) draw(canvas.current, tree, nowMs, whole);
  }, [tree, whole, width, theme]);

  // Some browsers keep the pixels of a canvas until it is collected, long after it was removed.
  useEffect(() => {
    const drawn = canvas.current;
    return () => {
      if (drawn !== null) drawn.width = 0;
    };
  }, []);

  const timeAt = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return whole.fromMs + Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * length;
  };
  const moveEdge = (edge: 'fromMs' | 'toMs') => (event: KeyboardEvent) => {
    const step = { ArrowLeft: -0.01, ArrowRight: 0.01 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const moved = { ...window, [edge]: window[edge] + step * length };
    if (moved.toMs - moved.fromMs > length / 1e6) onWindowMove(within(moved, whole), true);
  };
  const share = (ms: number) => `${Math.max(0, Math.min(1, (ms - whole.fromMs) / length)) * 100}%`;

  return (
    <div
      ref={measure}
      className={styles.minimap}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        anchor.current = timeAt(event);
        hasMoved.current = false;
      }}
      onPointerMove={(event) => {
        if (anchor.current === undefined) return;
        const at = timeAt(event);
        const moved = { fromMs: Math.min(anchor.current, at), toMs: Math.max(anchor.current, at) };
        if (moved.toMs - moved.fromMs <= length / 200) return;
        onWindowMove(moved, !hasMoved.current);
        hasMoved.current = true;
      }}
      onPointerUp={() => {
        anchor.current = undefined;
      }}
    >
      <canvas ref={canvas} className={styles.canvas} aria-hidden />
      <div
        className={styles.window}
        style={{ left: share(window.fromMs), right: `calc(100% - ${share(window.toMs)})` }}
        aria-hidden
      />
      {(['fromMs', 'toMs'] as const).map((edge) => (
        <div
          key={edge}
          role="slider"
          tabIndex={0}
          aria-label={edge === 'fromMs' ? 'Start of the window' : 'End of the window'}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(((window[edge] - whole.fromMs) / length) * 100)}
          aria-valuetext={formatOffset(window[edge])}
          className={styles.handle}
          style={{ left: share(window[edge]) }}
          onKeyDown={moveEdge(edge)}
        />
      ))}
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, tree: SpanTree, nowMs: number, whole: TimeWindow): void {
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(canvas.clientWidth * ratio);
  canvas.height = Math.round(canvas.clientHeight * ratio);
  const context = canvas.getContext('2d');
  if (context === null || canvas.width === 0) return;
  const style = getComputedStyle(canvas);
  const colourOf = (token: string): number => {
    // A canvas tells any opaque colour as `#rrggbb`.
    context.fillStyle = style.getPropertyValue(token).trim();
    const [, red = '0', green = '0', blue = '0'] = /^#(..)(..)(..)$/.exec(String(context.fillStyle)) ?? [];
    return Number.parseInt(`ff${blue}${green}${red}`, 16);
  };
  const colours = {
    types: Object.fromEntries(spanTypes.map((type) => [type, colourOf(`--span-${type}`)])) as Record<SpanType, number>,
    error: colourOf('--danger-bar'),
  };
  const { width, height } = canvas;
  const pixels = minimapPixels(tree, nowMs, whole, { width, height, ratio }, colours);
  context.putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), width, height), 0, 0);
}
