import { ChevronDown } from 'lucide-react';
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
} from 'react';
import { columnStepPx, withColumnWidth } from '../../model/column-widths.ts';
import { fullList, mostRows } from '../../model/full-list.ts';
import { setPreferences, usePreferences } from '../../preferences.ts';
import { useShortcuts } from '../../shortcuts.ts';
import { Button } from './button.tsx';
import { ColumnEdge } from './column-edge.tsx';
import styles from './data-table.module.css';
import { Menu, type MenuAction } from './menu.tsx';
import { useElementSize } from './use-element-size.ts';
import { useFixedRows } from './use-fixed-rows.ts';
import { useCoarsePointer, usePhone } from './use-media.ts';

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  /** In pixels; `flex` takes what is left, at least 220. */
  readonly width: number | 'flex';
  /** Too narrow for its header, which is said and not shown. */
  readonly isHeaderHidden?: true;
  readonly align?: 'end';
  readonly cell: (row: Row) => ReactNode;
  /** What the header's menu offers. Without, the header is a text. */
  readonly menu?: readonly MenuAction[] | undefined;
  /** How the whole result is sorted by this column, where it is. */
  readonly sorted?: 'ascending' | 'descending' | undefined;
  /** Where there is no room, the column with the greatest number goes first; without one it always stays. */
  readonly dropsAt?: number;
}

export interface DataTableProps<Row, Released = never> {
  /** What the rows are: "Traces". */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly (Row | Released)[];
  readonly keyOf: (row: Row | Released) => string;
  /** Whether of a row only its place is there: what it says has been let go, and is on its way again. */
  readonly isReleased?: (row: Row | Released) => row is Released;
  /** One sentence that names a row to those who do not see it. */
  readonly nameOf: (row: Row) => string;
  /** What a row is on a phone: two lines. */
  readonly card: (row: Row) => ReactNode;
  readonly selectedKey: string | undefined;
  readonly onSelect: (key: string | undefined) => void;
  readonly onOpen: (row: Row) => void;
  readonly onHover?: (row: Row) => void;
  readonly classOf?: (row: Row) => string | undefined;
  /** Called with the first and the last row that are seen, as they change. */
  readonly onSeen?: (first: number, last: number) => void;
  /** Called when the reader comes near the last row. */
  readonly onNearEnd?: () => void;
  /** Stands below the last row: what follows, or why nothing does. */
  readonly end?: ReactNode;
  /** Stands above the first row and stays there while the rest scrolls: "12 new traces". */
  readonly notice?: ReactNode;
  /** How many rows there are in all; undefined where that is not known. */
  readonly total?: number | undefined;
  readonly onScrollTop?: (isAtTop: boolean) => void;
  /** Where to begin, for a page that is come back to. */
  readonly initialOffset?: number;
  readonly onScroll?: (offset: number) => void;
}

const nearEndRows = 30;
const isNeverReleased = (_: unknown): _ is never => false;

/** Rows and columns, drawn only where they are seen. One stop of the Tab key: arrows move within. */
export function DataTable<Row, Released = never>(props: DataTableProps<Row, Released>) {
  const { label, columns, keyOf, nameOf, card, selectedKey, onSelect, onOpen, notice, total } = props;
  const { onSeen, onNearEnd, onHover, classOf, onScrollTop, onScroll, initialOffset = 0 } = props;
  const isReleased = props.isReleased ?? isNeverReleased;
  const gridId = useId();
  const isPhone = usePhone();
  const isCoarse = useCoarsePointer();
  const rowHeight = isPhone ? 60 : isCoarse ? 44 : 32;
  const most = mostRows(rowHeight);
  const isFull = props.rows.length >= most;
  const rows = useMemo(() => (isFull ? props.rows.slice(0, most) : props.rows), [props.rows, isFull, most]);
  const end = isFull ? fullList(most) : props.end;

  const scroller = useRef<HTMLDivElement>(null);
  const [measure, { width }] = useElementSize<HTMLDivElement>();
  const setScroller = useCallback(
    (element: HTMLDivElement | null) => {
      scroller.current = element;
      return measure(element) as (() => void) | undefined;
    },
    [measure],
  );
  const { columnWidths } = usePreferences();
  const shown = useMemo(
    () =>
      fitting(
        columns.map((column) => sized(column, columnWidths[`${label}.${column.id}`])),
        width,
      ),
    [columns, columnWidths, label, width],
  );
  const widthOf = (id: string): ColumnWidth => ({
    drag: (px) => scroller.current?.style.setProperty('--columns', templateOf(shown, id, px)),
    keep: (px) => setPreferences({ columnWidths: withColumnWidth(columnWidths, `${label}.${id}`, px) }),
  });

  const selectedIndex = useMemo(
    () => (selectedKey === undefined ? -1 : rows.findIndex((row) => keyOf(row) === selectedKey)),
    [rows, selectedKey, keyOf],
  );
  const { mounted, height, lastSeen, scrollTo } = useFixedRows({
    scroller,
    count: rows.length,
    rowHeight,
    kept: selectedIndex,
    headHeight: rowHeight,
    initialOffset,
  });
  const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight) - 1);
  useEffect(() => {
    if (rows.length > 0 && !isFull && lastSeen >= rows.length - nearEndRows) onNearEnd?.();
  }, [lastSeen, rows.length, isFull, onNearEnd]);
  useEffect(() => {
    if (rows.length > 0) onSeen?.(lastSeen - pageRows, lastSeen);
  }, [lastSeen, pageRows, rows, onSeen]);

  const goTo = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    onSelect(keyOf(row));
    scrollTo(rows.indexOf(row));
  };
  const open = () => {
    const row = rows[selectedIndex];
    if (row !== undefined && !isReleased(row)) onOpen(row);
  };
  const moves: Readonly<Record<string, () => void>> = {
    ArrowDown: () => goTo(selectedIndex + 1),
    ArrowUp: () => goTo(selectedIndex - 1),
    PageDown: () => goTo(selectedIndex + pageRows),
    PageUp: () => goTo(selectedIndex - pageRows),
    Home: () => goTo(0),
    End: () => goTo(rows.length - 1),
    Enter: open,
  };
  useShortcuts(label, [
    { keys: 'j', label: 'Next row', run: moves['ArrowDown'] as () => void },
    { keys: 'k', label: 'Previous row', run: moves['ArrowUp'] as () => void },
    ...['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End'].map((keys) => ({
      keys,
      label: '',
      isAlias: true,
      run: moves[keys] as () => void,
    })),
    {
      keys: 'Enter',
      label: 'Open',
      // A focused button or link takes the key for itself.
      run: () => {
        const focused = document.activeElement;
        if (focused instanceof HTMLElement && focused.matches('button, a, [role=menuitem]')) focused.click();
        else open();
      },
    },
  ]);
  const onKeyDown = (event: KeyboardEvent) => {
    const move = moves[event.key];
    if (event.target !== event.currentTarget || move === undefined) return;
    event.preventDefault();
    move();
  };

  const rowId = (index: number) => `${gridId}-${index}`;
  return (
    <div
      ref={setScroller}
      className={styles.scroller}
      style={{ '--columns': isPhone ? '1fr' : templateOf(shown) } as CSSProperties}
      role="grid"
      aria-label={label}
      aria-rowcount={total === undefined ? -1 : total + 1}
      aria-colcount={isPhone ? 1 : shown.length}
      aria-activedescendant={selectedIndex < 0 ? undefined : rowId(selectedIndex)}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onScroll={(event) => {
        onScroll?.(event.currentTarget.scrollTop);
        onScrollTop?.(event.currentTarget.scrollTop < rowHeight);
      }}
    >
      <div role="rowgroup" className={styles.head}>
        <div role="row" aria-rowindex={1} className={isPhone ? 'visually-hidden' : styles.headRow}>
          {isPhone ? (
            <div role="columnheader">{label}</div>
          ) : (
            shown.map((column) => (
              <div
                key={column.id}
                role="columnheader"
                aria-sort={column.sorted}
                className={column.align === 'end' ? styles.end : styles.headCell}
              >
                <HeaderCell column={column} width={widthOf(column.id)} />
              </div>
            ))
          )}
        </div>
      </div>
      {notice !== undefined && notice !== null && (
        <div role="row" className={styles.notice}>
          <div role="gridcell">{notice}</div>
        </div>
      )}
      <div role="rowgroup" className={styles.body} style={{ height }}>
        {mounted.map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const isSelected = index === selectedIndex;
          const place = { height: rowHeight, transform: `translateY(${start}px)` };
          if (isReleased(row))
            return (
              <div
                key={keyOf(row)}
                id={rowId(index)}
                role="row"
                aria-rowindex={index + 2}
                aria-selected={isSelected}
                aria-busy
                className={`${styles.row} ${isSelected ? styles.selected : ''}`}
                style={place}
              >
                <div role="gridcell" className={styles.cell}>
                  Loading…
                </div>
              </div>
            );
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keyboard, and moves it by the active row.
            <div
              key={keyOf(row)}
              id={rowId(index)}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={isSelected}
              aria-label={nameOf(row)}
              className={`${styles.row} ${isPhone ? styles.card : ''} ${isSelected ? styles.selected : ''} ${classOf?.(row) ?? ''}`}
              style={place}
              onClick={() => onOpen(row)}
              onPointerEnter={onHover && (() => onHover(row))}
            >
              {isPhone ? (
                <div role="gridcell" className={styles.cardCell}>
                  {card(row)}
                </div>
              ) : (
                shown.map((column) => (
                  <div key={column.id} role="gridcell" className={column.align === 'end' ? styles.end : styles.cell}>
                    {column.cell(row)}
                  </div>
                ))
              )}
            </div>
          );
        })}
      </div>
      {end !== undefined && (
        <div role="row" className={styles.foot}>
          <div role="gridcell">{end}</div>
        </div>
      )}
    </div>
  );
}

/** What a person does to the width of a column. */
interface ColumnWidth {
  /** Shows it, while it is dragged. */
  readonly drag: (px: number) => void;
  /** Remembers it, in this browser; undefined is the standard one. */
  readonly keep: (px: number | undefined) => void;
}

function HeaderCell<Row>({ column, width }: { readonly column: Column<Row>; readonly width: ColumnWidth }) {
  const mark = column.sorted === 'descending' ? ' ↓' : column.sorted === 'ascending' ? ' ↑' : '';
  if (column.isHeaderHidden === true) return <span className="visually-hidden">{column.header}</span>;
  const px = column.width;
  const actions = [...(column.menu ?? []), ...(px === 'flex' ? [] : widthActions(px, width))];
  if (actions.length === 0) return <>{column.header}</>;
  const menu = (
    <Menu
      align={column.align === 'end' ? 'end' : 'start'}
      actions={actions}
      trigger={
        <Button look="quiet" className={styles.headButton ?? ''}>
          {column.header}
          {mark}
          <ChevronDown size={12} className={styles.headMark} aria-hidden />
        </Button>
      }
    />
  );
  if (px === 'flex') return menu;
  return (
    <>
      {menu}
      <ColumnEdge width={px} onDrag={width.drag} onKeep={width.keep} />
    </>
  );
}

const widthActions = (px: number, width: ColumnWidth): readonly MenuAction[] => [
  { label: 'Wider', run: () => width.keep(px + columnStepPx) },
  { label: 'Narrower', run: () => width.keep(px - columnStepPx) },
  { label: 'Standard width', run: () => width.keep(undefined) },
];

const sized = <Row,>(column: Column<Row>, px: number | undefined): Column<Row> =>
  px === undefined || column.width === 'flex' ? column : { ...column, width: px };

/** The columns as CSS has them, one perhaps of another width. */
const templateOf = (columns: readonly Column<never>[], id?: string, px?: number): string =>
  columns
    .map((column) => (column.width === 'flex' ? 'minmax(160px, 1fr)' : `${column.id === id ? px : column.width}px`))
    .join(' ');

/** The columns that there is room for. */
function fitting<Row>(columns: readonly Column<Row>[], width: number): readonly Column<Row>[] {
  const shown = [...columns];
  const needed = () => shown.reduce((sum, column) => sum + (column.width === 'flex' ? 220 : column.width), 0);
  while (width > 0 && needed() > width) {
    const next = Math.max(...shown.map((column) => column.dropsAt ?? 0));
    if (next === 0) break;
    shown.splice(
      shown.findIndex((column) => column.dropsAt === next),
      1,
    );
  }
  return shown;
}
