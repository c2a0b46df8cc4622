/** A list whose rows are all of one height, in pixels. */
export interface RowList {
  readonly count: number;
  readonly rowHeight: number;
}

/** What part of a list is looked at, in pixels. */
export interface RowWindow {
  readonly top: number;
  readonly height: number;
}

/** From a row to another, both included. */
export interface RowRange {
  readonly first: number;
  readonly last: number;
}

/** The rows that are seen, wholly or in part; none where nothing is looked at. */
export function seenRows({ count, rowHeight }: RowList, { top, height }: RowWindow): RowRange {
  if (height <= 0) return { first: 0, last: -1 };
  const last = Math.min(count - 1, Math.floor((Math.max(0, top) + height) / rowHeight));
  return { first: Math.max(0, Math.min(last, Math.floor(top / rowHeight))), last };
}

interface MountedOptions {
  readonly count: number;
  /** How many rows more at both ends, for what is scrolled next. */
  readonly overscan: number;
  /** A row that is mounted wherever it is; -1 for none. */
  readonly kept: number;
}

/** The rows that are in the page, in their order. */
export function mountedRows({ first, last }: RowRange, { count, overscan, kept }: MountedOptions): readonly number[] {
  const from = Math.max(0, first - overscan);
  const to = Math.min(count - 1, last + overscan);
  const rows = Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
  if (kept < 0 || kept >= count || (kept >= from && kept <= to)) return rows;
  return kept < from ? [kept, ...rows] : [...rows, kept];
}

export type RowAlign = 'auto' | 'center';

/** Where to scroll so that a row is seen: `auto` as little as it takes. */
export function offsetFor(
  row: number,
  align: RowAlign,
  rowHeight: number,
  { top, height, headHeight }: RowWindow & { /** What stands over the first rows. */ readonly headHeight: number },
): number {
  const rowTop = row * rowHeight;
  const room = height - headHeight;
  if (align === 'center') return Math.max(0, rowTop - (room - rowHeight) / 2);
  if (rowTop < top) return rowTop;
  return Math.max(top, rowTop + rowHeight - room);
}
