import type { KeyboardEvent, PointerEvent } from 'react';
import styles from './splitter.module.css';
import type { Width } from './use-width.ts';

interface SplitterProps {
  readonly label: string;
  readonly width: Width;
  readonly least: number;
  readonly most: number;
  /** What an arrow key moves it by. */
  readonly step: number;
  /** What the pointer asks for, at a place of the box in which the splitter stands. */
  readonly valueAt: (box: DOMRect, clientX: number) => number;
  /** Whether a key to the right makes what it is about narrower. */
  readonly isReversed?: boolean;
  readonly text: string;
  /** Where it stands, where that is not between two boxes. */
  readonly left?: number;
}

/** Between two parts of the page: drags, and moves by the keyboard. */
export function Splitter(props: SplitterProps) {
  const { label, width, least, most, step, valueAt, isReversed = false, text, left } = props;
  const within = (value: number) => Math.max(least, Math.min(most, value));
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const box = event.currentTarget.parentElement?.getBoundingClientRect();
    if (box !== undefined) width.drag(within(valueAt(box, event.clientX)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const byKey: Readonly<Record<string, number>> = {
      ArrowLeft: width.value + (isReversed ? step : -step),
      ArrowRight: width.value + (isReversed ? -step : step),
      Home: least,
      End: most,
    };
    const next = byKey[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    width.keep(within(next));
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-orientation="horizontal"
      aria-valuemin={Math.round(least)}
      aria-valuemax={Math.round(most)}
      aria-valuenow={Math.round(width.value)}
      aria-valuetext={text}
      className={`${styles.splitter} ${left === undefined ? '' : styles.over}`}
      style={left === undefined ? undefined : { left }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
      onLostPointerCapture={() => width.keep(width.value)}
      onKeyDown={onKeyDown}
    />
  );
}
