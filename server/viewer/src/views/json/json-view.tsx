import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react';
import {
  initiallyOpen,
  type JsonRow,
  jsonRows,
  type OpenPaths,
  openTo,
  openUnder,
  parentOf,
  showMore,
  toggled,
} from '../../model/json-rows.ts';
import { useFixedRows } from '../parts/use-fixed-rows.ts';
import { JsonRowView } from './json-row.tsx';
import { JsonSearchBar } from './json-search.tsx';
import styles from './json-view.module.css';
import { type OpenedText, StringLayer } from './string-layer.tsx';
import { useJsonSearch } from './use-json-search.ts';

export interface JsonViewProps {
  readonly value: unknown;
  /** What it is, for its name: "Input". */
  readonly label: string;
  /** How high it may grow before it scrolls. @default 480 */
  readonly mostHeight?: number;
}

const rowHeight = 22;
/** A search field for a handful of lines would only stand in the way. */
const searchFromRows = 12;
const layerHeight = 640;

/** Any JSON value, opened in part: only what is seen is drawn, only what is open is walked. */
export function JsonView({ value, label, mostHeight = 480 }: JsonViewProps) {
  const treeId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<OpenPaths>(() => initiallyOpen(value));
  const [active, setActive] = useState<string>();
  const [openedText, setOpenedText] = useState<OpenedText>();
  const rows = useMemo(() => jsonRows(value, open), [value, open]);
  const search = useJsonSearch(value);
  const fixed = useFixedRows({ scroller, count: rows.length, rowHeight, overscan: 12 });
  const activeRow = rows.findIndex((row) => keyOf(row) === active);

  const press = (row: JsonRow, isDeep: boolean) => {
    if (row.rest !== undefined) setOpen(showMore(open, row));
    else if (row.size !== undefined) setOpen(isDeep ? openUnder(open, row.path, row.value) : toggled(open, row.path));
  };
  const goTo = (index: number) => {
    const at = Math.max(0, Math.min(rows.length - 1, index));
    const row = rows[at];
    if (row === undefined) return;
    setActive(keyOf(row));
    fixed.scrollTo(at);
  };
  const goToMatch = (by: 1 | -1) => {
    const path = search.step(by);
    if (path === undefined) return;
    const next = openTo(open, value, path);
    setOpen(next);
    setActive(path);
    const at = jsonRows(value, next).findIndex((row) => keyOf(row) === path);
    requestAnimationFrame(() => fixed.scrollTo(Math.max(0, at), 'center'));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[Math.max(0, activeRow)];
    if (row === undefined || event.target !== event.currentTarget) return;
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => goTo(activeRow + 1),
      ArrowUp: () => goTo(activeRow - 1),
      Home: () => goTo(0),
      End: () => goTo(rows.length - 1),
      ArrowRight: () => (row.isOpen && !event.altKey ? goTo(activeRow + 1) : press(row, event.altKey)),
      ArrowLeft: () => (row.isOpen ? press(row, false) : goTo(parentOf(rows, activeRow))),
      Enter: () => press(row, false),
      ...(search.asked.needle === '' ? {} : { n: () => goToMatch(1), N: () => goToMatch(-1) }),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  };

  const height = Math.min(mostHeight, rows.length * rowHeight + 2);
  return (
    <div className={styles.view}>
      {(rows.length >= searchFromRows || search.asked.needle !== '') && (
        <JsonSearchBar label={label} search={search} onStep={goToMatch} />
      )}
      <div
        ref={scroller}
        className={styles.scroller}
        style={{ height }}
        role="tree"
        aria-label={label}
        tabIndex={0}
        aria-activedescendant={activeRow < 0 ? undefined : `${treeId}-${activeRow}`}
        onKeyDown={onKeyDown}
      >
        <div className={styles.body} style={{ height: fixed.height }}>
          {fixed.mounted.map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <JsonRowView
                key={keyOf(row)}
                id={`${treeId}-${index}`}
                row={row}
                top={start}
                isActive={index === activeRow}
                isMatch={search.isMatch(row)}
                onPress={(event) => {
                  setActive(keyOf(row));
                  press(row, event.altKey);
                }}
                onOpenText={setOpenedText}
              />
            );
          })}
        </div>
      </div>
      {openedText !== undefined && (
        <StringLayer
          opened={openedText}
          onClose={() => setOpenedText(undefined)}
          renderJson={(inner) => <JsonView value={inner} label="JSON in a text" mostHeight={layerHeight} />}
        />
      )}
    </div>
  );
}

/** A path names one row, but for those that stand for what is not shown of it. */
const keyOf = ({ path, rest }: JsonRow): string => (rest === undefined ? path : `${path} ${rest.side}`);
