import { childOf, childPath, countOfChildren, isContainer, labelsOf } from './json-value.ts';

/** A line of a JSON value that is opened in part. */
export interface JsonRow {
  /** `$.messages[3].content`. */
  readonly path: string;
  readonly depth: number;
  /** The key or index before the value; undefined for the value itself. */
  readonly label: string | undefined;
  readonly value: unknown;
  /** How many children it has; undefined for what can have none. */
  readonly size: number | undefined;
  readonly isOpen: boolean;
  /** Stands for children of its path that are not shown: how many, before or after those that are. */
  readonly rest?: { readonly side: 'before' | 'after'; readonly count: number };
}

export const pageOfChildren = 100;
/** Opened by Alt-click at most. */
const mostOpened = 1_000;

/** Which of the children of something open are shown: a stretch, as there may be a hundred thousand. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What is opened, by path. */
export type OpenPaths = ReadonlyMap<string, Stretch>;

const firstPage: Stretch = { from: 0, to: pageOfChildren };
export const nothingOpen: OpenPaths = new Map();

/** The rows of a value. What is folded costs nothing. An explicit stack: values may be deep. */
export function jsonRows(value: unknown, open: OpenPaths): readonly JsonRow[] {
  const rows: JsonRow[] = [];
  const rowOf = (path: string, depth: number, label: string | undefined, shown: unknown): JsonRow => {
    const size = isContainer(shown) ? countOfChildren(shown) : undefined;
    return { path, depth, label, value: shown, size, isOpen: size !== undefined && size > 0 && open.has(path) };
  };
  const stack = [rowOf('$', 0, undefined, value)];
  for (let row = stack.pop(); row !== undefined; row = stack.pop()) {
    rows.push(row);
    const { path, depth, value: container, size = 0, isOpen } = row;
    const stretch = open.get(path);
    if (!isOpen || stretch === undefined || !isContainer(container)) continue;
    const [from, to] = [Math.min(stretch.from, size), Math.min(stretch.to, size)];
    const restOf = (side: 'before' | 'after', count: number): JsonRow => ({
      ...{ path, depth: depth + 1, label: undefined, value: undefined, size: undefined, isOpen: false },
      rest: { side, count },
    });
    // The last goes onto the stack first.
    if (to < size) stack.push(restOf('after', size - to));
    const labels = labelsOf(container, from, to);
    for (let index = labels.length - 1; index >= 0; index--) {
      const label = labels[index] as string | number;
      stack.push(rowOf(childPath(path, label), depth + 1, String(label), childOf(container, label)));
    }
    if (from > 0) stack.push(restOf('before', from));
  }
  return rows;
}

/** The row that a row stands under; the first is its own. */
export function parentOf(rows: readonly JsonRow[], index: number): number {
  const depth = rows[index]?.depth ?? 0;
  for (let at = index - 1; at >= 0; at--) if ((rows[at]?.depth ?? 0) < depth) return at;
  return 0;
}

/** Opens what is folded, and folds what is open. */
export function toggled(open: OpenPaths, path: string): OpenPaths {
  const next = new Map(open);
  if (!next.delete(path)) next.set(path, firstPage);
  return next;
}

/** Shows the next page of the children that a row stands for. */
export function showMore(open: OpenPaths, { path, rest }: JsonRow): OpenPaths {
  const { from, to } = open.get(path) ?? firstPage;
  const stretch =
    rest?.side === 'before' ? { from: Math.max(0, from - pageOfChildren), to } : { from, to: to + pageOfChildren };
  return new Map(open).set(path, stretch);
}

/** Opens a value down to a few rows: what a reader sees first. */
export function initiallyOpen(value: unknown, mostRows = 40): OpenPaths {
  return opened(nothingOpen, '$', value, (rows, children, path) => path === '$' || rows + children <= mostRows);
}

/** Opens all under a path, up to {@link mostOpened} rows. */
export function openUnder(open: OpenPaths, path: string, value: unknown): OpenPaths {
  return opened(open, path, value, (rows, children) => rows + children <= mostOpened);
}

/** Opens level by level what may be: asked with the rows so far, and those that it would bring. */
function opened(
  open: OpenPaths,
  path: string,
  value: unknown,
  mayOpen: (rows: number, children: number, path: string) => boolean,
): OpenPaths {
  const next = new Map(open);
  const queue = [{ path, value }];
  let rows = 1;
  for (const at of queue) {
    if (!isContainer(at.value)) continue;
    const { from, to } = next.get(at.path) ?? firstPage;
    const size = countOfChildren(at.value);
    // Where a page is not all, a row says so.
    const children = Math.min(size, to - from) + (size > to ? 1 : 0);
    if (!mayOpen(rows, children, at.path)) continue;
    rows += children;
    next.set(at.path, { from, to });
    for (const label of labelsOf(at.value, from, to))
      queue.push({ path: childPath(at.path, label), value: childOf(at.value, label) });
  }
  return next;
}

/** Opens what leads to a path, and of long lists on the way the page that it is on. */
export function openTo(open: OpenPaths, value: unknown, path: string): OpenPaths {
  const next = new Map(open);
  let at: unknown = value;
  let atPath = '$';
  while (isContainer(at) && atPath !== path) {
    const step = stepTowards(at, atPath, path);
    if (step === undefined) break;
    const { index, label } = step;
    const stretch = next.get(atPath) ?? firstPage;
    if (index < stretch.from || index >= stretch.to) {
      const from = index - (index % pageOfChildren);
      next.set(atPath, { from, to: from + pageOfChildren });
    } else next.set(atPath, stretch);
    atPath = childPath(atPath, label);
    at = childOf(at, label);
  }
  return next;
}

/** Which child of a container a path leads through. */
function stepTowards(
  container: object,
  containerPath: string,
  path: string,
): { readonly index: number; readonly label: string | number } | undefined {
  if (Array.isArray(container)) {
    const [, digits] = /^\[(\d+)\]/.exec(path.slice(containerPath.length)) ?? [];
    return digits === undefined ? undefined : { index: Number(digits), label: Number(digits) };
  }
  const labels = labelsOf(container, 0, Number.POSITIVE_INFINITY);
  const index = labels.findIndex((label) => {
    const child = childPath(containerPath, label);
    return path === child || path.startsWith(`${child}.`) || path.startsWith(`${child}[`);
  });
  const label = labels[index];
  return label === undefined ? undefined : { index, label };
}
