import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { formatDuration, formatOffset } from '../../model/format.ts';
import type { SpanTree } from '../../model/span-tree.ts';
import { panned, type TimeWindow, ticksOf, zoomed } from '../../model/time-scale.ts';
import { useFixedRows } from '../parts/use-fixed-rows.ts';
import { type RowLook, rowName, TreeRow } from './tree-row.tsx';
import styles from './tree-view.module.css';

interface TreeViewProps {
  readonly look: RowLook;
  readonly rows: Int32Array;
  readonly closed: Uint8Array;
  readonly matches: ReadonlySet<number> | undefined;
  readonly selectedIndex: number;
  readonly onSelect: (index: number) => void;
  readonly onToggle: (index: number) => void;
  readonly onFit: (index: number) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly window: TimeWindow;
  readonly whole: TimeWindow;
  readonly onWindow: (window: TimeWindow) => void;
  /** For what changes it many times in a row. */
  readonly onWindowMove: (window: TimeWindow, isNewStep: boolean) => void;
  readonly template: string;
  readonly treeWidth: number;
  readonly rowHeight: number;
  readonly laneRef: (element: HTMLDivElement | null) => void;
  readonly gridRef: RefObject<HTMLDivElement | null>;
  /** What stands above the rows: the edge between names and bars. */
  readonly children: ReactNode;
}

/** The ruler stays above the rows while they scroll. */
const rulerHeight = 24;

/** The spans of a trace: tree and bars are one row of one virtual list. */
export function TreeView(props: TreeViewProps) {
  const { look, rows, closed, matches, selectedIndex, onSelect, onToggle, onFit, onKeyDown, template, rowHeight } =
    props;
  const { tree } = look;
  const gridId = useId();
  const scroller = props.gridRef;
  const selectedRow = useMemo(() => rowOf(rows, selectedIndex), [rows, selectedIndex]);
  const { mounted, height, scrollTo } = useFixedRows({
    scroller,
    count: rows.length,
    rowHeight,
    kept: selectedRow,
    headHeight: rulerHeight,
  });
  // The selected row is brought into view when the selection moves, and on opening; not when rows come and go.
  const selectedId = tree.ids[selectedIndex];
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  useEffect(() => {
    if (selectedRow >= 0) scrollTo(selectedRow);
  }, [selectedId]);
  useAnchor(props, selectedRow);
  const ancestors = useMemo(() => {
    const set = new Set<number>();
    for (let at = selectedIndex; at >= 0; at = tree.parents[at] as number) set.add(at);
    return set;
  }, [tree, selectedIndex]);

  useWheelZoom(props);
  return (
    <div className={styles.view}>
      <div
        ref={scroller}
        className={styles.scroller}
        role="treegrid"
        aria-label="Spans"
        aria-rowcount={rows.length}
        aria-activedescendant={selectedRow < 0 ? undefined : `${gridId}-${selectedRow}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <Ruler {...props} />
        <div role="rowgroup" className={styles.body} style={{ height }}>
          {mounted.map(({ index: row, start }) => {
            const index = rows[row] as number;
            const isSelected = index === selectedIndex;
            const hasChildren = (tree.subtreeEnds[index] as number) > index + 1;
            const isClosed = closed[index] === 1;
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keyboard.
              <div
                key={tree.ids[index]}
                id={`${gridId}-${row}`}
                role="row"
                aria-level={(tree.depths[index] as number) + 1}
                aria-rowindex={row + 1}
                aria-selected={isSelected}
                aria-expanded={hasChildren ? !isClosed : undefined}
                aria-label={rowName(look, index)}
                className={`${styles.row} ${isSelected ? styles.selected : ancestors.has(index) ? styles.ancestor : ''} ${look.isStacked ? styles.stacked : ''}`}
                style={{ height: rowHeight, transform: `translateY(${start}px)`, gridTemplateColumns: template }}
                onClick={() => onSelect(index)}
              >
                <TreeRow
                  index={index}
                  look={look}
                  isClosed={isClosed}
                  isMatch={matches?.has(index) === true}
                  onToggle={onToggle}
                  onFit={onFit}
                />
              </div>
            );
          })}
        </div>
      </div>
      {props.children}
    </div>
  );
}

/**
 * Keeps what is read where it is when spans come above it: the selected row if it is in view, else the first one that is. Rows
 * that the reader opens or closes move what is under them, as always.
 */
function useAnchor({ look: { tree }, rows, rowHeight, gridRef }: TreeViewProps, selectedRow: number): void {
  const former = useRef({ tree, rows, selectedRow });
  useLayoutEffect(() => {
    const { tree: formerTree, rows: formerRows, selectedRow: formerSelected } = former.current;
    former.current = { tree, rows, selectedRow };
    const scroller = gridRef.current;
    if (scroller === null || formerTree === tree) return;
    const first = Math.ceil(scroller.scrollTop / rowHeight);
    const last = Math.floor((scroller.scrollTop + scroller.clientHeight - rulerHeight) / rowHeight) - 1;
    const inView = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
    if (inView.includes(formerSelected)) inView.unshift(formerSelected);
    for (const row of inView) {
      const now = rowOf(rows, tree.indexOf.get(formerTree.ids[formerRows[row] as number] as string) ?? -1);
      if (now < 0) continue;
      if (now !== row) scroller.scrollTop += (now - row) * rowHeight;
      return;
    }
  }, [tree, rows, selectedRow, rowHeight, gridRef]);
}

/** Where a node stands among the rows, by halving: they are in order. */
export function rowOf(rows: Int32Array, index: number): number {
  let from = 0;
  let to = rows.length - 1;
  while (from <= to) {
    const middle = (from + to) >> 1;
    const value = rows[middle] as number;
    if (value === index) return middle;
    if (value < index) from = middle + 1;
    else to = middle - 1;
  }
  return -1;
}

/** Times above the lane. Dragging over it zooms to what was dragged over. */
function Ruler({ look, template, laneRef, window, onWindow }: TreeViewProps) {
  const { scale } = look;
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number }>();
  const place = (event: PointerEvent<HTMLDivElement>) =>
    Math.max(0, Math.min(scale.width, event.clientX - event.currentTarget.getBoundingClientRect().left));
  const ticks = ticksOf(scale);
  return (
    <div className={styles.ruler} style={{ gridTemplateColumns: template }} aria-hidden>
      <div className={styles.heading}>Name</div>
      <div
        ref={laneRef}
        className={styles.ticks}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ from: place(event), to: place(event) });
        }}
        onPointerMove={(event) => drag !== undefined && setDrag({ ...drag, to: place(event) })}
        onPointerUp={() => {
          if (drag !== undefined && Math.abs(drag.to - drag.from) > 4)
            onWindow({
              fromMs: scale.toMs(Math.min(drag.from, drag.to)),
              toMs: scale.toMs(Math.max(drag.from, drag.to)),
            });
          setDrag(undefined);
        }}
      >
        {ticks.map((tick) => {
          const x = scale.toX(tick);
          return (
            x <= scale.width - 30 && (
              <span key={tick} className={styles.tick} style={{ left: x }}>
                {tick === 0 ? '0' : formatTick(tick, window)}
              </span>
            )
          );
        })}
        {scale.bands.map(({ gap, x, width }) => (
          <span
            key={gap.fromMs}
            className={styles.band}
            style={{ left: x, width }}
            title={`${formatDuration(gap.toMs - gap.fromMs)} idle, from ${formatOffset(gap.fromMs)}`}
          />
        ))}
        {drag !== undefined && (
          <span
            className={styles.drag}
            style={{ left: Math.min(drag.from, drag.to), width: Math.abs(drag.to - drag.from) }}
          />
        )}
      </div>
    </div>
  );
}

/** A tick, to as many digits as its neighbours need to differ. */
function formatTick(tick: number, window: TimeWindow): string {
  const length = window.toMs - window.fromMs;
  if (length >= 1_000) return `${Number((tick / 1000).toPrecision(10))} s`;
  if (length >= 1) return `${Number(tick.toPrecision(10))} ms`;
  return `${Number((tick * 1000).toPrecision(12))} µs`;
}

const zoomStep = 1.0025;
/** A wheel that rested so long begins another step of zoom. */
const wheelRestMs = 400;

/** Ctrl and wheel, or pinching, zooms at the pointer; Shift and wheel, or sideways, pans. A plain wheel scrolls. */
function useWheelZoom({ gridRef, look, window, whole, onWindowMove, treeWidth }: TreeViewProps): void {
  const state = useRef({ window, whole, look, onWindowMove, treeWidth });
  state.current = { window, whole, look, onWindowMove, treeWidth };
  useEffect(() => {
    const element = gridRef.current;
    if (element === null) return;
    let frame = 0;
    let next: TimeWindow | undefined;
    let turnedAt = Number.NEGATIVE_INFINITY;
    let isNewStep = false;
    const apply = () => {
      frame = 0;
      if (next !== undefined) state.current.onWindowMove(next, isNewStep);
      next = undefined;
      isNewStep = false;
    };
    const onWheel = (event: WheelEvent) => {
      const { window: shown, whole: all, look: drawn, treeWidth: left } = state.current;
      const isZoom = event.ctrlKey || event.metaKey;
      const isPan = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (!isZoom && !isPan) return;
      event.preventDefault();
      const from = next ?? shown;
      isNewStep ||= event.timeStamp - turnedAt > wheelRestMs;
      turnedAt = event.timeStamp;
      const delta = event.deltaY || event.deltaX;
      if (isZoom) {
        const x = event.clientX - element.getBoundingClientRect().left - left;
        next = zoomed(from, all, drawn.scale.toMs(Math.max(0, x)), zoomStep ** delta);
      } else next = panned(from, all, (event.deltaX || event.deltaY) / drawn.scale.width);
      frame ||= requestAnimationFrame(apply);
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      element.removeEventListener('wheel', onWheel);
      cancelAnimationFrame(frame);
    };
  }, [gridRef]);
}

/** What a tree shows that has no row of its own for it. */
export const isExpandable = (tree: SpanTree, index: number): boolean => (tree.subtreeEnds[index] as number) > index + 1;
