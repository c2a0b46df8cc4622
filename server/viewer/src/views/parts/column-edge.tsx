import { type PointerEvent, useRef } from 'react';
import { withinColumn } from '../../model/column-widths.ts';
import styles from './column-edge.module.css';

interface ColumnEdgeProps {
  readonly width: number;
  /** While it is dragged: nothing is drawn anew for each step of the pointer. */
  readonly onDrag: (px: number) => void;
  readonly onKeep: (px: number) => void;
}

/** The end of a header, to be dragged. Not said: the header's menu does the same. */
export function ColumnEdge({ width, onDrag, onKeep }: ColumnEdgeProps) {
  const start = useRef<{ readonly x: number; px: number }>(undefined);
  const onPointerMove = ({ clientX }: PointerEvent) => {
    if (start.current === undefined) return;
    start.current.px = withinColumn(width + clientX - start.current.x);
    onDrag(start.current.px);
  };
  return (
    <div
      aria-hidden
      className={styles.edge}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, px: width };
      }}
      onPointerMove={onPointerMove}
      onLostPointerCapture={() => {
        if (start.current !== undefined && start.current.px !== width) onKeep(start.current.px);
        start.current = undefined;
      }}
    />
  );
}
