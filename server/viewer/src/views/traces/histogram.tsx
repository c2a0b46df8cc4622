import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { countOf, formatExact, formatMoment, type TimeZone } from '../../model/format.ts';
import type { Bar } from '../../model/histogram.ts';
import styles from './histogram.module.css';

interface HistogramProps {
  readonly bars: readonly Bar[];
  readonly zone: TimeZone;
  /** Narrows the page to a part of the range. */
  readonly onBrush: (fromMs: number, toMs: number) => void;
}

/** A part of the bars, by index: from the first to before the last. */
interface Brush {
  readonly from: number;
  readonly to: number;
}

/** Traces over time. Dragging over it, or moving its two edges by the arrow keys, narrows the range. */
export function Histogram({ bars, zone, onBrush }: HistogramProps) {
  const plot = useRef<HTMLDivElement>(null);
  const [brush, setBrush] = useState<Brush>();
  const anchor = useRef(0);
  const most = Math.max(1, ...bars.map(({ ok, errors, running }) => ok + errors + running));
  const shown = brush ?? { from: 0, to: bars.length };

  const edgeAt = ({ clientX }: PointerEvent) => {
    const box = plot.current?.getBoundingClientRect();
    if (box === undefined) return 0;
    return Math.max(0, Math.min(bars.length, ((clientX - box.left) / box.width) * bars.length));
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    anchor.current = edgeAt(event);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const edge = edgeAt(event);
    setBrush({
      from: Math.floor(Math.min(anchor.current, edge)),
      to: Math.max(Math.floor(Math.min(anchor.current, edge)) + 1, Math.ceil(Math.max(anchor.current, edge))),
    });
  };
  const commit = () => {
    const [first, last] = [bars[shown.from], bars[shown.to - 1]];
    setBrush(undefined);
    if (brush !== undefined && first !== undefined && last !== undefined) onBrush(first.startMs, last.endMs);
  };
  const moveEdge = (edge: 'from' | 'to') => (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === 'Enter') commit();
    if (event.key === 'Escape') setBrush(undefined);
    if (step === undefined) return;
    event.preventDefault();
    const moved = { ...shown, [edge]: shown[edge] + step };
    if (moved.from >= 0 && moved.to <= bars.length && moved.from < moved.to) setBrush(moved);
  };
  const edgeText = (index: number) => {
    const bar = bars[Math.min(index, bars.length - 1)];
    return bar === undefined ? '' : formatMoment(index === bars.length ? bar.endMs : bar.startMs, zone).slice(0, -7);
  };
  const middle = Math.floor(bars.length / 2);

  return (
    <figure className={styles.histogram} aria-label="Traces over time">
      <span className={styles.scale} aria-hidden>
        {formatExact(most)}
      </span>
      <div
        ref={plot}
        className={styles.plot}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={commit}
        onPointerCancel={() => setBrush(undefined)}
      >
        {bars.map((bar) => {
          const total = bar.ok + bar.errors + bar.running;
          return (
            <div
              key={bar.startMs}
              className={styles.slot}
              title={`${formatMoment(bar.startMs, zone).slice(0, -7)}: ${countOf(total, 'trace')}, ${countOf(bar.errors, 'error')}`}
            >
              <div className={styles.errors} style={{ height: `${(bar.errors / most) * 100}%` }} />
              <div className={styles.running} style={{ height: `${(bar.running / most) * 100}%` }} />
              <div className={styles.ok} style={{ height: `${(bar.ok / most) * 100}%` }} />
            </div>
          );
        })}
        {brush !== undefined && (
          <div
            className={styles.brush}
            style={{
              left: `${(brush.from / bars.length) * 100}%`,
              right: `${(1 - brush.to / bars.length) * 100}%`,
            }}
          />
        )}
        {(['from', 'to'] as const).map((edge) => (
          <div
            key={edge}
            role="slider"
            tabIndex={0}
            aria-label={edge === 'from' ? 'Start of the range' : 'End of the range'}
            aria-valuemin={0}
            aria-valuemax={bars.length}
            aria-valuenow={shown[edge]}
            aria-valuetext={`${edgeText(shown[edge])}, Enter applies`}
            className={styles.edge}
            style={{ left: `${(shown[edge] / bars.length) * 100}%` }}
            onKeyDown={moveEdge(edge)}
            onBlur={(event) => {
              if (!plot.current?.contains(event.relatedTarget)) setBrush(undefined);
            }}
          />
        ))}
      </div>
      <figcaption className={styles.axis} aria-hidden>
        <span>{edgeText(0)}</span>
        <span>{edgeText(middle)}</span>
        <span>{edgeText(bars.length)}</span>
      </figcaption>
    </figure>
  );
}
