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
  /** Stands for children that are not shown yet: how many of how many are. */
  readonly rest?: { readonly shown: number; readonly of: number };
}

export const pageOfChildren = 100;
/** Opened by Alt-click at most. */
const mostOpened = 1_000;

/** What is opened: the path, and how many of its children are shown. */
export type OpenPaths = ReadonlyMap<string, number>;

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;
const plainName = /^[A-Za-z_$][\w$]*$/;

const childPath = (path: string, key: string | number): string =>
  typeof key === 'number'
    ? `${path}[${key}]`
    : plainName.test(key)
      ? `${path}.${key}`
      : `${path}[${JSON.stringify(key)}]`;

/** The rows of a value. What is folded costs nothing. An explicit stack: values may be deep. */
export function jsonRows(value: unknown, open: OpenPaths): readonly JsonRow[] {
  const rows: JsonRow[] = [];
  type Todo =
    | JsonRow
    | { readonly path: string; readonly depth: number; readonly label: string | undefined; readonly value: unknown };
  const stack: Todo[] = [{ path: '$', depth: 0, label: undefined, value }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if ('rest' in next) {
      rows.push(next);
      continue;
    }
    const keys = isContainer(next.value)
      ? Array.isArray(next.value)
        ? next.value.length
        : Object.keys(next.value).length
      : undefined;
    const shown = keys === undefined ? undefined : open.get(next.path);
    rows.push({ ...next, size: keys, isOpen: shown !== undefined && keys !== 0 });
    if (shown === undefined || !isContainer(next.value) || keys === undefined) continue;
    const { path, depth, value: container } = next;
    const children: Todo[] = [];
    const count = Math.min(shown, keys);
    if (Array.isArray(container))
      for (let index = 0; index < count; index++)
        children.push({
          path: childPath(path, index),
          depth: depth + 1,
          label: String(index),
          value: container[index],
        });
    else
      for (const key of Object.keys(container).slice(0, count))
        children.push({
          path: childPath(path, key),
          depth: depth + 1,
          label: key,
          value: (container as Record<string, unknown>)[key],
        });
    if (count < keys)
      children.push({
        path,
        depth: depth + 1,
        label: undefined,
        value: undefined,
        size: undefined,
        isOpen: false,
        rest: { shown: count, of: keys },
      });
    for (let index = children.length - 1; index >= 0; index--) stack.push(children[index] as Todo);
  }
  return rows;
}

/** Opens a value down to a few rows: what a reader sees first. */
export function initiallyOpen(value: unknown, mostRows = 40): OpenPaths {
  const open = new Map<string, number>();
  const queue: { path: string; value: unknown }[] = [{ path: '$', value }];
  let rows = 1;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (!isContainer(next.value)) continue;
    const entries = Object.entries(next.value);
    if (next.path !== '$' && rows + entries.length > mostRows) continue;
    rows += Math.min(entries.length, pageOfChildren);
    open.set(next.path, pageOfChildren);
    for (const [key, child] of entries.slice(0, pageOfChildren))
      queue.push({ path: childPath(next.path, Array.isArray(next.value) ? Number(key) : key), value: child });
  }
  return open;
}

/** Opens all under a path, up to {@link mostOpened} rows. */
export function openUnder(open: OpenPaths, path: string, value: unknown): OpenPaths {
  const next = new Map(open);
  const queue: { path: string; value: unknown }[] = [{ path, value }];
  let rows = 0;
  for (let at = queue.shift(); at !== undefined && rows < mostOpened; at = queue.shift()) {
    if (!isContainer(at.value)) continue;
    const entries = Object.entries(at.value);
    rows += entries.length;
    next.set(at.path, Math.max(next.get(at.path) ?? 0, pageOfChildren));
    for (const [key, child] of entries.slice(0, pageOfChildren))
      queue.push({ path: childPath(at.path, Array.isArray(at.value) ? Number(key) : key), value: child });
  }
  return next;
}

export interface JsonMatches {
  /** Paths of what matches, in order. */
  readonly paths: readonly string[];
  readonly isCut: boolean;
}

export const mostMatches = 5_000;
const stepsAtOnce = 20_000;

/** Searches keys and values. It gives way every few thousand steps, so that a page stays alive under a large payload. */
export async function searchJson(
  value: unknown,
  needle: string,
  isCaseSensitive: boolean,
  signal: AbortSignal,
): Promise<JsonMatches> {
  const fold = (text: string) => (isCaseSensitive ? text : text.toLowerCase());
  const wanted = fold(needle);
  const paths: string[] = [];
  const stack: { path: string; label: string; value: unknown }[] = [{ path: '$', label: '', value }];
  let steps = 0;
  for (let at = stack.pop(); at !== undefined && paths.length < mostMatches; at = stack.pop()) {
    const { path, label, value: found } = at;
    if (++steps % stepsAtOnce === 0) {
      await new Promise((resolve) => setTimeout(resolve));
      if (signal.aborted) break;
    }
    const isMatch = fold(label).includes(wanted) || (!isContainer(found) && fold(String(found)).includes(wanted));
    if (isMatch) paths.push(path);
    if (!isContainer(found)) continue;
    const entries = Object.entries(found);
    for (let index = entries.length - 1; index >= 0; index--) {
      const [key, child] = entries[index] as [string, unknown];
      const isIndex = Array.isArray(found);
      stack.push({ path: childPath(path, isIndex ? Number(key) : key), label: isIndex ? '' : key, value: child });
    }
  }
  return { paths, isCut: stack.length > 0 && paths.length >= mostMatches };
}

/** Opens what leads to a path, far enough that it is shown. */
export function openTo(open: OpenPaths, value: unknown, path: string): OpenPaths {
  const next = new Map(open);
  let at: unknown = value;
  let atPath = '$';
  while (isContainer(at) && atPath !== path) {
    const keys = Object.keys(at);
    const isArray = Array.isArray(at);
    const container = at as Record<string, unknown>;
    const index = keys.findIndex((key) => {
      const child = childPath(atPath, isArray ? Number(key) : key);
      return path === child || path.startsWith(`${child}.`) || path.startsWith(`${child}[`);
    });
    if (index < 0) break;
    next.set(
      atPath,
      Math.max(next.get(atPath) ?? pageOfChildren, Math.ceil((index + 1) / pageOfChildren) * pageOfChildren),
    );
    const key = keys[index] as string;
    atPath = childPath(atPath, isArray ? Number(key) : key);
    at = container[key];
  }
  return next;
}

export type JsonKind = 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object' | 'absent';

export function jsonKind(value: unknown): JsonKind {
  if (value === null) return 'null';
  if (value === undefined) return 'absent';
  if (Array.isArray(value)) return 'array';
  return typeof value as JsonKind;
}
