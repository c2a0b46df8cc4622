import { diffSequence } from './diff-sequence.ts';

/** A value that is not the same on both sides. */
export interface JsonChange {
  /** As `$.messages[3].content`. */
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** Absent where it was added. */
  readonly before?: unknown;
  /** Absent where it was removed. */
  readonly after?: unknown;
}

export interface JsonDiff {
  readonly changes: readonly JsonChange[];
  /** Whether there are more than are listed. */
  readonly hasMore: boolean;
}

export const mostChanges = 500;

/** Where two JSON values differ, by path. Lists are lined up, so that one element more is one change. */
export function diffJson(a: unknown, b: unknown): JsonDiff {
  const changes: JsonChange[] = [];
  // A stack, for values nested deeper than calls may be.
  const open: { readonly path: string; readonly a: unknown; readonly b: unknown }[] = [{ path: '$', a, b }];
  for (let pair = open.pop(); pair !== undefined && changes.length <= mostChanges; pair = open.pop()) {
    const { path, a: one, b: other } = pair;
    if (one === other) continue;
    if (one === undefined) changes.push({ path, kind: 'added', after: other });
    else if (other === undefined) changes.push({ path, kind: 'removed', before: one });
    else if (Array.isArray(one) && Array.isArray(other)) open.push(...linedUp(path, one, other).reverse());
    else if (isObject(one) && isObject(other)) {
      const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
      open.push(...names.map((name) => ({ path: `${path}${step(name)}`, a: one[name], b: other[name] })).reverse());
    } else changes.push({ path, kind: 'changed', before: one, after: other });
  }
  return { changes: changes.slice(0, mostChanges), hasMore: changes.length > mostChanges };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const step = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`);

/** Elements that are equal are lined up; what stands between, one by one. */
function linedUp(path: string, a: readonly unknown[], b: readonly unknown[]) {
  const [textsA, textsB] = [a.map(canonical), b.map(canonical)];
  // Of several ways to line up one is found, the same whichever list is called A.
  const isSwapped = textsA.join('\n') > textsB.join('\n');
  const stretches = isSwapped
    ? diffSequence(textsB, textsA, (x, y) => x === y)
    : diffSequence(textsA, textsB, (x, y) => x === y);
  const pairs: { path: string; a: unknown; b: unknown }[] = [];
  let [atA, atB] = [0, 0];
  for (let index = 0; index < stretches.length; ) {
    const lengthOf = (kind: 'removed' | 'added') => {
      const stretch = stretches[index];
      if (stretch?.kind !== kind) return 0;
      index += 1;
      return stretch.items.length;
    };
    const stretch = stretches[index];
    if (stretch?.kind === 'same') {
      atA += stretch.items.length;
      atB += stretch.items.length;
      index += 1;
      continue;
    }
    const [first, second] = [lengthOf('removed'), lengthOf('added')];
    const [goes, comes] = isSwapped ? [second, first] : [first, second];
    for (let offset = 0; offset < Math.max(goes, comes); offset += 1) {
      const [one, other] = [offset < goes ? a[atA + offset] : undefined, offset < comes ? b[atB + offset] : undefined];
      pairs.push({ path: `${path}[${(offset < goes ? atA : atB) + offset}]`, a: one, b: other });
    }
    atA += goes;
    atB += comes;
  }
  return pairs;
}

/** The same text for equal values, whatever the order of their names. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      isObject(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0)))
        : inner,
    ) ?? 'undefined'
  );
}
