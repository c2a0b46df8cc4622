import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp, ChevronDown, ChevronRight } from 'lucide-react';
import { type KeyboardEvent, type MouseEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { formatExact } from '../../model/format.ts';
import {
  initiallyOpen,
  type JsonMatches,
  type JsonRow,
  jsonRows,
  mostMatches,
  type OpenPaths,
  openTo,
  openUnder,
  pageOfChildren,
  searchJson,
} from '../../model/json-rows.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { JsonValue } from './json-value.tsx';
import styles from './json-view.module.css';

export interface JsonViewProps {
  readonly value: unknown;
  /** What it is, for its name: "Input". */
  readonly label: string;
  /** How high it may grow before it scrolls. @default 480 */
  readonly mostHeight?: number;
}

const rowHeight = 22;
const searchRestMs = 200;
/** A search field for a handful of lines would only stand in the way. */
const searchFromRows = 12;

/** Any JSON value, opened in part: only what is seen is drawn, only what is open is walked. */
export function JsonView({ value, label, mostHeight = 480 }: JsonViewProps) {
  const treeId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<OpenPaths>(() => initiallyOpen(value));
  const [active, setActive] = useState<string>();
  const rows = useMemo(() => jsonRows(value, open), [value, open]);
  const search = useJsonSearch(value);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const activeRow = rows.findIndex((row) => row.path === active && row.rest === undefined);

  const toggle = (row: JsonRow, isDeep: boolean) => {
    if (row.size === undefined) return;
    if (isDeep) return setOpen(openUnder(open, row.path, row.value));
    const next = new Map(open);
    if (!next.delete(row.path)) next.set(row.path, pageOfChildren);
    setOpen(next);
  };
  const showMore = (row: JsonRow) => setOpen(new Map(open).set(row.path, (row.rest?.shown ?? 0) + pageOfChildren));
  const goTo = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    setActive(row.path);
    virtualizer.scrollToIndex(rows.indexOf(row), { align: 'auto' });
  };
  const goToMatch = (by: 1 | -1) => {
    const path = search.step(by);
    if (path === undefined) return;
    const next = openTo(open, value, path);
    setOpen(next);
    setActive(path);
    const at = jsonRows(value, next).findIndex((row) => row.path === path);
    requestAnimationFrame(() => virtualizer.scrollToIndex(Math.max(0, at), { align: 'center' }));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[Math.max(0, activeRow)];
    if (row === undefined || event.target !== event.currentTarget) return;
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => goTo(activeRow + 1),
      ArrowUp: () => goTo(activeRow - 1),
      Home: () => goTo(0),
      End: () => goTo(rows.length - 1),
      ArrowRight: () => (row.isOpen ? goTo(activeRow + 1) : toggle(row, event.altKey)),
      ArrowLeft: () => (row.isOpen ? toggle(row, false) : goTo(parentOf(rows, activeRow))),
      Enter: () => (row.rest === undefined ? toggle(row, false) : showMore(row)),
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
      {(rows.length >= searchFromRows || search.needle !== '') && (
        <div className={styles.tools}>
          <input
            type="search"
            aria-label={`Search ${label}`}
            placeholder="Search"
            spellCheck={false}
            value={search.needle}
            onChange={(event) => search.setNeedle(event.target.value)}
            onKeyDown={(event) => event.key === 'Enter' && goToMatch(event.shiftKey ? -1 : 1)}
          />
          <Button
            look="quiet"
            isPressed={search.isCaseSensitive}
            aria-label="Match case"
            title="Match case"
            onClick={() => search.setCaseSensitive(!search.isCaseSensitive)}
          >
            Aa
          </Button>
          <span role="status" className={styles.count}>
            {search.status}
          </span>
          {search.needle !== '' && (
            <>
              <IconButton label="Previous match" onClick={() => goToMatch(-1)}>
                <ArrowUp size={14} />
              </IconButton>
              <IconButton label="Next match" onClick={() => goToMatch(1)}>
                <ArrowDown size={14} />
              </IconButton>
            </>
          )}
        </div>
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
        <div className={styles.body} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <Row
                key={`${row.path}${row.rest === undefined ? '' : '…'}`}
                id={`${treeId}-${index}`}
                row={row}
                top={start}
                isActive={index === activeRow}
                isMatch={search.isMatch(row)}
                onToggle={(event) => {
                  setActive(row.path);
                  if (row.rest === undefined) toggle(row, event.altKey);
                  else showMore(row);
                }}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface RowProps {
  readonly id: string;
  readonly row: JsonRow;
  readonly top: number;
  readonly isActive: boolean;
  readonly isMatch: boolean;
  readonly onToggle: (event: MouseEvent) => void;
}

function Row({ id, row, top, isActive, isMatch, onToggle }: RowProps) {
  const { depth, label, value, size, isOpen, rest, path } = row;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keyboard.
    <div
      id={id}
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={isActive}
      aria-expanded={size === undefined || size === 0 ? undefined : isOpen}
      className={`${styles.row} ${isActive ? styles.active : ''} ${isMatch ? styles.match : ''}`}
      style={{ transform: `translateY(${top}px)`, paddingLeft: 4 + depth * 14 }}
      onClick={onToggle}
    >
      {rest !== undefined ? (
        <span className={styles.rest}>
          Show {formatExact(Math.min(pageOfChildren, rest.of - rest.shown))} of {formatExact(rest.of - rest.shown)} more
        </span>
      ) : (
        <>
          <span className={styles.chevron} aria-hidden>
            {size !== undefined && size > 0 && (isOpen ? <ChevronDown size={14} /> : <ChevronRight size={14} />)}
          </span>
          {label !== undefined && <span className={styles.label}>{label}:</span>}
          <JsonValue value={value} size={size} isOpen={isOpen} />
          {isActive && (
            // biome-ignore lint/a11y/noStaticElementInteractions: keeps clicks on the buttons from opening the row.
            // biome-ignore lint/a11y/useKeyWithClickEvents: the buttons have their own keys.
            <span className={styles.actions} onClick={(event) => event.stopPropagation()}>
              <CopyButton
                isIcon
                label="Copy value"
                text={() => (typeof value === 'string' ? value : JSON.stringify(value, undefined, 2))}
              />
              <CopyButton isIcon label="Copy path" text={path} className={styles.path} />
            </span>
          )}
        </>
      )}
    </div>
  );
}

function parentOf(rows: readonly JsonRow[], index: number): number {
  const depth = rows[index]?.depth ?? 0;
  for (let at = index - 1; at >= 0; at--) if ((rows[at]?.depth ?? 0) < depth) return at;
  return 0;
}

function useJsonSearch(value: unknown) {
  const [needle, setNeedle] = useState('');
  const [isCaseSensitive, setCaseSensitive] = useState(false);
  const [matches, setMatches] = useState<JsonMatches>();
  const [at, setAt] = useState(-1);
  useEffect(() => {
    setMatches(undefined);
    setAt(-1);
    if (needle === '') return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      void searchJson(value, needle, isCaseSensitive, abort.signal).then((found) => {
        if (!abort.signal.aborted) setMatches(found);
      });
    }, searchRestMs);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [value, needle, isCaseSensitive]);
  const paths = useMemo(() => new Set(matches?.paths), [matches]);
  const count = matches?.paths.length ?? 0;
  const found = matches?.isCut === true ? `more than ${formatExact(mostMatches)}` : formatExact(count);
  return {
    needle,
    setNeedle,
    isCaseSensitive,
    setCaseSensitive,
    isMatch: (row: JsonRow) => row.rest === undefined && paths.has(row.path),
    status:
      needle === ''
        ? ''
        : matches === undefined
          ? 'searching…'
          : at < 0
            ? `${found} found`
            : `${formatExact(at + 1)} of ${found}`,
    step: (by: 1 | -1) => {
      if (count === 0) return undefined;
      const next = (at + by + count) % count;
      setAt(next);
      return matches?.paths[next];
    },
  };
}
