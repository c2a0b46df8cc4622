import 'uplot/dist/uPlot.min.css';
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useRef } from 'react';
import type UPlot from 'uplot';
import { sumOf } from '../../model/dashboard/series.ts';
import type { TimeZone } from '../../model/format.ts';
import { useDrawnTheme } from '../../preferences.ts';
import { Button } from '../parts/button.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { useElementSize } from '../parts/use-element-size.ts';
import { bucketLabel } from './bucket-label.ts';
import styles from './chart.module.css';
import { ChartTable } from './chart-table.tsx';
import { drawPlot, type PlotLayer } from './plot.ts';

export interface ChartLayer extends PlotLayer {
  /** What it comes to over the range; undefined where that is no sum, as of percentiles. */
  readonly total?: string | undefined;
  /** Shows the traces of the layer: in a bucket, or of the range. */
  readonly onOpen?: ((index: number | undefined) => void) | undefined;
}

interface ChartProps {
  readonly title: string;
  /** One sentence that says what is to be seen. */
  readonly finding: string;
  readonly kind: 'bars' | 'lines';
  readonly starts: readonly number[];
  readonly bucketMs: number;
  readonly layers: readonly ChartLayer[];
  readonly format: (value: number) => string;
  /** For the axis, where that needs fewer digits. */
  readonly formatAxis?: (value: number) => string;
  readonly zone: TimeZone;
  readonly isUnfinished: boolean;
  /** Shows the traces of a bucket. */
  readonly onOpen: (index: number) => void;
  readonly onZoom: (fromMs: number, toMs: number) => void;
  /** Whether the numbers stand there instead of the picture. */
  readonly isTable: boolean;
  readonly onTable: (isTable: boolean) => void;
  readonly note?: string | undefined;
  /** Stands below: what else can be shown here. */
  readonly footer?: ReactNode;
}

/** A figure: what it shows, drawn or as a table, each of its layers by name, and the traces behind every part of it. */
export function Chart(props: ChartProps) {
  const { title, finding, layers, isTable, onTable, note, footer } = props;
  return (
    <figure className={styles.figure} aria-label={title}>
      <header className={styles.header}>
        <h2>{title}</h2>
        <Button
          look="quiet"
          isPressed={isTable}
          onClick={() => onTable(!isTable)}
          aria-label={`${isTable ? 'Chart' : 'Table'}: ${title}`}
        >
          {isTable ? 'Chart' : 'Table'}
        </Button>
      </header>
      <figcaption className={styles.finding}>
        {finding}
        {note !== undefined && <span className={styles.note}> {note}</span>}
      </figcaption>
      {layers.length === 0 ? (
        <p className={styles.empty}>Nothing was measured in this time range.</p>
      ) : isTable ? (
        <ChartTable {...props} />
      ) : (
        <DrawnChart {...props} />
      )}
      {footer}
    </figure>
  );
}

function DrawnChart(props: ChartProps) {
  const { title, kind, starts, bucketMs, layers, format, zone, isUnfinished } = props;
  const theme = useDrawnTheme();
  const [measure, { width }] = useElementSize<HTMLDivElement>();
  const stage = useRef<HTMLDivElement>(null);
  const slider = useRef<HTMLDivElement>(null);
  const hovered = useRef<HTMLOutputElement>(null);
  const values = useRef<(HTMLElement | null)[]>([]);
  const plot = useRef<UPlot>(undefined);
  const shown = useRef(-1);
  const latest = useRef(props);
  latest.current = props;

  const setStage = useCallback(
    (element: HTMLDivElement | null) => {
      stage.current = element;
      return measure(element) as (() => void) | undefined;
    },
    [measure],
  );

  // Hovering writes to the elements themselves: with a dozen charts in step, state would draw the page at each move.
  const show = useCallback((index: number | undefined) => {
    const { starts: at, layers: own, format: write, bucketMs: width_, zone: inZone } = latest.current;
    const start = index === undefined ? undefined : at[index];
    shown.current = start === undefined ? -1 : (index ?? -1);
    const label = start === undefined ? '' : bucketLabel(start, width_, inZone);
    if (hovered.current !== null) hovered.current.textContent = label;
    const texts = own.map((layer, place) => {
      const value = index === undefined ? undefined : layer.values[index];
      const text = start === undefined ? (layer.total ?? '') : value == null ? '—' : write(value);
      const cell = values.current[place];
      if (cell != null) cell.textContent = text;
      return `${layer.label} ${text}`;
    });
    slider.current?.setAttribute('aria-valuenow', String(Math.max(0, shown.current)));
    slider.current?.setAttribute('aria-valuetext', start === undefined ? 'no bucket' : `${label}: ${texts.join(', ')}`);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read anew when the theme changes.
  useEffect(() => {
    const element = stage.current;
    if (element === null || width === 0) return;
    const drawn = drawPlot(element, width, {
      kind,
      starts,
      bucketMs,
      layers,
      format: latest.current.formatAxis ?? format,
      zone,
      isUnfinished,
      onHover: show,
      onZoom: (from, to) => latest.current.onZoom(from, to),
      onOpen: (index, layer) => {
        const own = layer === undefined ? undefined : latest.current.layers[layer]?.onOpen;
        if (own === undefined) latest.current.onOpen(index);
        else own(index);
      },
    });
    plot.current = drawn;
    return () => {
      plot.current = undefined;
      drawn.destroy();
    };
  }, [width, kind, starts, bucketMs, layers, format, zone, isUnfinished, theme, show]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === 'Enter' && shown.current >= 0) props.onOpen(shown.current);
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = shown.current < 0 ? (step > 0 ? 0 : starts.length - 1) : shown.current + step;
    const start = starts[Math.max(0, Math.min(starts.length - 1, next))];
    if (start === undefined || plot.current === undefined) return;
    const left = plot.current.valToPos((start + bucketMs / 2) / 1000, 'x');
    plot.current.setCursor({ left, top: 20 });
  };

  return (
    <>
      <div
        ref={slider}
        role="slider"
        tabIndex={0}
        aria-label={`${title}, time`}
        aria-valuemin={0}
        aria-valuemax={starts.length - 1}
        aria-valuenow={0}
        aria-valuetext="no bucket"
        className={styles.stage}
        onKeyDown={onKeyDown}
        onBlur={() => plot.current?.setCursor({ left: -10, top: -10 })}
      >
        <div ref={setStage} className={styles.plot} />
      </div>
      <output ref={hovered} className={styles.hovered} />
      <ul className={styles.legend}>
        {layers.map((layer, place) => (
          <li key={`${layer.colour} ${layer.label}`}>
            <Swatch layer={layer} kind={kind} />
            <span className={styles.label}>
              {layer.onOpen === undefined ? (
                <PayloadText text={layer.label} />
              ) : (
                <button type="button" className={styles.open} onClick={() => layer.onOpen?.(undefined)}>
                  <PayloadText text={layer.label} />
                </button>
              )}
            </span>
            <span
              className={styles.value}
              ref={(element) => {
                values.current[place] = element;
              }}
            >
              {layer.total}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Swatch({ layer, kind }: { readonly layer: PlotLayer; readonly kind: ChartProps['kind'] }) {
  return (
    <svg width="16" height="10" aria-hidden="true" className={styles.swatch}>
      {kind === 'bars' ? (
        <rect width="10" height="10" x="3" rx="2" style={{ fill: `var(${layer.colour})` }} />
      ) : (
        <line
          x1="0"
          x2="16"
          y1="5"
          y2="5"
          strokeWidth="2"
          strokeDasharray={(layer.dash ?? []).join(' ')}
          style={{ stroke: `var(${layer.colour})` }}
        />
      )}
    </svg>
  );
}

/** "$0.043, 41 % of it gpt-4o": the sum of layers, and which has most of it. */
export function largestShare(
  layers: readonly { readonly label: string; readonly values: readonly (number | null)[] }[],
) {
  const sums = layers.map(({ label, values }) => ({ label, sum: sumOf(values) }));
  const total = sums.reduce((sum, layer) => sum + layer.sum, 0);
  const [largest] = sums.toSorted((a, b) => b.sum - a.sum);
  return {
    total,
    largest: total > 0 && largest !== undefined ? { ...largest, share: largest.sum / total } : undefined,
  };
}
