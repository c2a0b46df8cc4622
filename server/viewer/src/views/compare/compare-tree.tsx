import { type CSSProperties, useEffect, useId, useRef } from 'react';
import type { AlignedRow } from '../../model/compare/align.ts';
import { describeCost, describeDuration, describeTokens, rowDeltas } from '../../model/compare/delta.ts';
import { formatDuration } from '../../model/format.ts';
import { PayloadText } from '../parts/payload-text.tsx';
import { SpanIcon } from '../parts/span-icon.tsx';
import { StatusMark } from '../parts/status-mark.tsx';
import { useFixedRows } from '../parts/use-fixed-rows.ts';
import { usePhone } from '../parts/use-media.ts';
import styles from './compare-tree.module.css';
import { DeltaText } from './delta-text.tsx';

interface CompareTreeProps {
  readonly rows: readonly AlignedRow[];
  readonly selected: number;
  readonly startA: string;
  readonly startB: string;
  /** The longer of the two: both are drawn to one scale. */
  readonly lengthMs: number;
  readonly onSelect: (path: string) => void;
}

const rowHeight = 40;
/** Deeper steps share the last indent, or nothing would be left for their names. */
const mostIndents = 12;

/** The steps of both traces as one tree, with two bars a row: A above B, each from its own trace's start. */
export function CompareTree({ rows, selected, startA, startB, lengthMs, onSelect }: CompareTreeProps) {
  const treeId = useId();
  const isPhone = usePhone();
  const scroller = useRef<HTMLDivElement>(null);
  const { mounted, height, scrollTo } = useFixedRows({ scroller, count: rows.length, rowHeight });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another is selected.
  useEffect(() => {
    if (selected >= 0) scrollTo(selected);
  }, [selected]);
  const scale = { startA: Date.parse(startA), startB: Date.parse(startB), lengthMs: Math.max(lengthMs, 0.001) };
  const rowId = (index: number) => `${treeId}-${index}`;

  return (
    <div
      ref={scroller}
      role="treegrid"
      tabIndex={0}
      aria-label="Steps of both traces"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={selected < 0 ? undefined : rowId(selected)}
      className={styles.scroller}
    >
      <div role="row" aria-rowindex={1} className={`${styles.row} ${styles.head}`}>
        <div role="columnheader">Step</div>
        {!isPhone && (
          <div role="columnheader" className={styles.scale}>
            A above B<span className="visually-hidden">, 0 to </span>
            <span>{formatDuration(lengthMs)}</span>
          </div>
        )}
        <div role="columnheader">Δ duration</div>
        {!isPhone && <div role="columnheader">Δ tokens</div>}
        {!isPhone && <div role="columnheader">Δ cost</div>}
      </div>
      <div className={styles.rows} style={{ height }} role="rowgroup">
        {mounted.map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keyboard, and moves it by the active row.
            <div
              key={row.path}
              id={rowId(index)}
              role="row"
              aria-rowindex={index + 2}
              aria-level={row.depth + 1}
              aria-selected={index === selected}
              aria-label={nameOf(row)}
              className={`${styles.row} ${styles.item} ${index === selected ? styles.selected : ''} ${row.kind.startsWith('only') ? styles.only : ''}`}
              style={{ transform: `translateY(${start}px)`, height: rowHeight }}
              onClick={() => onSelect(row.path)}
            >
              <RowCells row={row} scale={scale} isPhone={isPhone} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface Scale {
  readonly startA: number;
  readonly startB: number;
  readonly lengthMs: number;
}

const tags = { same: '', moved: 'moved', renamed: 'renamed', 'only-a': 'only in A', 'only-b': 'only in B' } as const;

function RowCells({
  row,
  scale,
  isPhone,
}: {
  readonly row: AlignedRow;
  readonly scale: Scale;
  readonly isPhone: boolean;
}) {
  const { a, b, kind, depth } = row;
  const span = a ?? b;
  if (span === undefined) return null;
  const { duration, tokens, cost } = rowDeltas(row);
  const only = kind === 'only-a' ? a : kind === 'only-b' ? b : undefined;
  return (
    <>
      <div role="gridcell" className={styles.name} style={{ paddingLeft: Math.min(depth, mostIndents) * 14 + 8 }}>
        <SpanIcon type={span.span_type} />
        {(a?.status === 'error' || b?.status === 'error') && <StatusMark status="error" />}
        <span className={styles.text}>
          <PayloadText text={span.name} />
          {kind === 'renamed' && b !== undefined && (
            <>
              {' → '}
              <PayloadText text={b.name} />
            </>
          )}
        </span>
        {kind !== 'same' && <span className={styles.tag}>{tags[kind]}</span>}
        {kind === 'same' && a?.model !== b?.model && <span className={styles.tag}>other model</span>}
        {a !== undefined && b !== undefined && a.status !== b.status && (
          <span className={styles.tag}>
            A {a.status}, B {b.status}
          </span>
        )}
      </div>
      {!isPhone && (
        <div role="gridcell" className={styles.lane}>
          <Bar span={a} side="A" start={scale.startA} lengthMs={scale.lengthMs} />
          <Bar span={b} side="B" start={scale.startB} lengthMs={scale.lengthMs} />
        </div>
      )}
      <div role="gridcell" className={styles.number}>
        {only === undefined ? (
          <DeltaText delta={duration} text={describeDuration(duration)} />
        ) : (
          formatDuration(only.duration_ms)
        )}
      </div>
      {!isPhone && (
        <div role="gridcell" className={styles.number}>
          <DeltaText delta={tokens} text={describeTokens(tokens)} />
        </div>
      )}
      {!isPhone && (
        <div role="gridcell" className={styles.number}>
          <DeltaText delta={cost} text={describeCost(cost)} />
        </div>
      )}
    </>
  );
}

interface BarProps {
  readonly span: AlignedRow['a'];
  readonly side: 'A' | 'B';
  readonly start: number;
  readonly lengthMs: number;
}

function Bar({ span, side, start, lengthMs }: BarProps) {
  if (span === undefined) return <span className={styles.track} aria-hidden />;
  const at = (Date.parse(span.start_time) - start) / lengthMs;
  const style: CSSProperties = {
    left: `${Math.max(0, Math.min(1, at)) * 100}%`,
    width: `max(3px, ${Math.min(1, (span.duration_ms ?? 0) / lengthMs) * 100}%)`,
    background: side === 'A' ? `var(--span-${span.span_type})` : undefined,
    borderColor: `var(--span-${span.span_type})`,
  };
  return (
    <span className={styles.track} aria-hidden>
      <span className={side === 'A' ? styles.barA : styles.barB} style={style} />
    </span>
  );
}

function nameOf(row: AlignedRow): string {
  const span = row.a ?? row.b;
  const { duration, cost } = rowDeltas(row);
  return [
    span?.span_type,
    span?.name,
    row.kind === 'same' ? '' : tags[row.kind],
    duration === undefined ? '' : `duration ${describeDuration(duration)}`,
    cost === undefined ? '' : `cost ${describeCost(cost)}`,
    row.a?.status === 'error' ? 'failed in A' : '',
    row.b?.status === 'error' ? 'failed in B' : '',
  ]
    .filter((part) => part !== '' && part !== undefined)
    .join(', ');
}
