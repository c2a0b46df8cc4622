import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from 'react';
import { formatOffset } from '../../model/format.ts';
import { shownEnd } from '../../model/row-facts.ts';
import type { SpanTree } from '../../model/span-tree.ts';
import { type TimeWindow, within } from '../../model/time-scale.ts';
import { useDrawnTheme } from '../../preferences.ts';
import { useElementSize } from '../parts/use-element-size.ts';
import styles from './minimap.module.css';

interface MinimapProps {
  readonly tree: SpanTree;
  readonly nowMs: number;
  readonly window: TimeWindow;
  readonly whole: TimeWindow;
  readonly onWindow: (window: TimeWindow) => void;
}

const height = 40;

/** The whole trace, a line a span, and the window that the tree shows. */
export function Minimap({ tree, nowMs, window, whole, onWindow }: MinimapProps) {
  const theme = useDrawnTheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [measure, { width }] = useElementSize<HTMLDivElement>();
  const anchor = useRef<number>(undefined);
  const length = whole.toMs - whole.fromMs;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours.
  useEffect(() => {
    if (canvas.current !== null && width > 0) draw(canvas.current, tree, nowMs, whole, width);
  }, [tree, whole, width, theme]);

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
    if (moved.toMs - moved.fromMs > length / 1e6) onWindow(within(moved, whole));
  };
  const share = (ms: number) => `${Math.max(0, Math.min(1, (ms - whole.fromMs) / length)) * 100}%`;

  return (
    <div
      ref={measure}
      className={styles.minimap}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        anchor.current = timeAt(event);
      }}
      onPointerMove={(event) => {
        if (anchor.current === undefined) return;
        const at = timeAt(event);
        const moved = { fromMs: Math.min(anchor.current, at), toMs: Math.max(anchor.current, at) };
        if (moved.toMs - moved.fromMs > length / 200) onWindow(moved);
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

function draw(canvas: HTMLCanvasElement, tree: SpanTree, nowMs: number, whole: TimeWindow, width: number): void {
  const ratio = devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const colors = new Map<string, string>();
  const colorOf = (name: string) => {
    const known = colors.get(name) ?? style.getPropertyValue(name).trim();
    colors.set(name, known);
    return known;
  };
  const scale = width / (whole.toMs - whole.fromMs);
  const rows = tree.size;
  const thickness = Math.max(1, Math.min(4, (height - 2) / rows));
  const line = (index: number, color: string, least: number, thick: number) => {
    const start = tree.starts[index] as number;
    const end = shownEndOf(tree, index, nowMs);
    context.fillStyle = color;
    context.fillRect(
      (start - whole.fromMs) * scale,
      1 + (index / rows) * (height - 2 - thick),
      Math.max(least, (end - start) * scale),
      thick,
    );
  };
  for (let index = 1; index < rows; index++) {
    const type = tree.spans[index]?.span_type;
    if (type !== undefined) line(index, colorOf(`--span-${type}`), 1, thickness);
  }
  for (let index = 1; index < rows; index++)
    if (tree.spans[index]?.status === 'error') line(index, colorOf('--danger-bar'), 2, Math.max(2, thickness));
}

const shownEndOf = (tree: SpanTree, index: number, nowMs: number): number => {
  const end = tree.ends[index] as number;
  return Number.isNaN(end) ? shownEnd(tree, index, nowMs).ms : end;
};
