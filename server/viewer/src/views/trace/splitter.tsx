import type { KeyboardEvent, PointerEvent } from 'react';
import styles from './splitter.module.css';

interface SplitterProps {
  /** How much of the width the panel on the right has. */
  readonly share: number;
  readonly onShare: (share: number) => void;
}

const least = 0.2;
const most = 0.7;
const stepShare = 0.02;

/** Between tree and panel: drags, and moves by the arrow keys. */
export function Splitter({ share, onShare }: SplitterProps) {
  const set = (next: number) => onShare(Math.max(least, Math.min(most, next)));
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const box = event.currentTarget.parentElement?.getBoundingClientRect();
    if (box !== undefined) set((box.right - event.clientX) / box.width);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: stepShare, ArrowRight: -stepShare }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    set(share + step);
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label="Width of the panel"
      aria-orientation="horizontal"
      aria-valuemin={least * 100}
      aria-valuemax={most * 100}
      aria-valuenow={Math.round(share * 100)}
      aria-valuetext={`${Math.round(share * 100)} percent`}
      className={styles.splitter}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    />
  );
}
