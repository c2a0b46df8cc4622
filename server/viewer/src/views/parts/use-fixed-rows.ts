import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { mountedRows, offsetFor, type RowAlign, type RowWindow, seenRows } from '../../model/fixed-rows.ts';

interface FixedRowsOptions {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly count: number;
  readonly rowHeight: number;
  /** Rows beyond those that are seen, at both ends. @default 10 */
  readonly overscan?: number;
  /** A row that stays mounted wherever it is: what points at it would point at nothing. @default none */
  readonly kept?: number;
  /** What stands above the rows while they scroll, in pixels. @default 0 */
  readonly headHeight?: number;
  /** Where it is scrolled to at first. @default 0 */
  readonly initialOffset?: number;
}

export interface FixedRows {
  /** The rows to draw, and where. */
  readonly mounted: readonly { readonly index: number; readonly start: number }[];
  /** Of all rows, drawn or not. */
  readonly height: number;
  /** The last row that is seen. */
  readonly lastSeen: number;
  readonly scrollTo: (row: number, align?: RowAlign) => void;
}

/**
 * Draws only the rows that are seen of a list whose rows are all of one height. Our own: the library also measures rows, which
 * takes 9 kB of the first load of every page with a list.
 */
export function useFixedRows(options: FixedRowsOptions): FixedRows {
  const { scroller, count, rowHeight, overscan = 10, kept = -1, headHeight = 0, initialOffset = 0 } = options;
  const [window, setWindow] = useState<RowWindow>({ top: initialOffset, height: 0 });
  // To the pixel, where the state is to the row. Asking the element would make the browser lay out the page at each key.
  const exact = useRef(window);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only at first.
  useLayoutEffect(() => {
    if (scroller.current !== null && initialOffset > 0) scroller.current.scrollTop = initialOffset;
  }, []);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const look = () => {
      const now = { top: element.scrollTop, height: element.clientHeight };
      exact.current = now;
      setWindow((before) => {
        const [were, are] = [seenRows({ count, rowHeight }, before), seenRows({ count, rowHeight }, now)];
        // Within a row nothing else is seen, and nothing is drawn anew.
        return were.first === are.first && were.last === are.last ? before : now;
      });
    };
    // At once, or the browser would show what it scrolled to without its rows.
    const onScroll = () => flushSync(look);
    const observer = new ResizeObserver(look);
    look();
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller, count, rowHeight]);

  const seen = seenRows({ count, rowHeight }, window);
  return {
    mounted:
      seen.last < 0
        ? []
        : mountedRows(seen, { count, overscan, kept }).map((index) => ({ index, start: index * rowHeight })),
    height: count * rowHeight,
    lastSeen: seen.last,
    scrollTo: (row, align = 'auto') => {
      const top = offsetFor(row, align, rowHeight, { ...exact.current, headHeight });
      if (scroller.current === null || top === exact.current.top) return;
      exact.current = { ...exact.current, top };
      scroller.current.scrollTop = top;
    },
  };
}
