/** A stretch of two sequences: in both, only in the first, or only in the second. */
export interface Stretch<T> {
  readonly kind: 'same' | 'removed' | 'added';
  readonly items: readonly T[];
}

/** Beyond so many differences the rest is said to be replaced: finding more would take longer than reading it. */
const mostDifferences = 3_000;

/**
 * The shortest way from one sequence to another (Myers, "An O(ND) difference algorithm and its variations", 1986), removed
 * before added. Of several that are as short one is found, which the other way round may be another.
 */
export function diffSequence<T>(a: readonly T[], b: readonly T[], isSame: (x: T, y: T) => boolean): Stretch<T>[] {
  let start = 0;
  while (start < a.length && start < b.length && isSame(a[start] as T, b[start] as T)) start += 1;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && isSame(a[endA - 1] as T, b[endB - 1] as T)) {
    endA -= 1;
    endB -= 1;
  }
  const middle = middleOf(a.slice(start, endA), b.slice(start, endB), isSame);
  return tidied([{ kind: 'same', items: a.slice(0, start) }, ...middle, { kind: 'same', items: a.slice(endA) }]);
}

function middleOf<T>(a: readonly T[], b: readonly T[], isSame: (x: T, y: T) => boolean): Stretch<T>[] {
  const replaced: Stretch<T>[] = [
    { kind: 'removed', items: a },
    { kind: 'added', items: b },
  ];
  if (a.length === 0 || b.length === 0) return replaced;
  const most = Math.min(a.length + b.length, mostDifferences);
  const furthest = new Int32Array(2 * most + 3);
  const origin = most + 1;
  const trails: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits += 1) {
    trails.push(furthest.slice(origin - edits - 1, origin + edits + 2));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const goesDown =
        diagonal === -edits ||
        (diagonal !== edits && (furthest[origin + diagonal - 1] ?? 0) < (furthest[origin + diagonal + 1] ?? 0));
      let x = goesDown ? (furthest[origin + diagonal + 1] ?? 0) : (furthest[origin + diagonal - 1] ?? 0) + 1;
      let y = x - diagonal;
      while (x < a.length && y < b.length && isSame(a[x] as T, b[y] as T)) {
        x += 1;
        y += 1;
      }
      furthest[origin + diagonal] = x;
      if (x >= a.length && y >= b.length) return retraced(a, b, trails);
    }
  }
  return replaced;
}

/** Walks back from the end along what each number of edits had reached. */
function retraced<T>(a: readonly T[], b: readonly T[], trails: readonly Int32Array[]): Stretch<T>[] {
  const steps: Stretch<T>[] = [];
  let [x, y] = [a.length, b.length];
  for (let edits = trails.length - 1; edits >= 0; edits -= 1) {
    const before = trails[edits] as Int32Array;
    const at = (diagonal: number): number => before[diagonal + edits + 1] ?? 0;
    const diagonal = x - y;
    const goesDown = diagonal === -edits || (diagonal !== edits && at(diagonal - 1) < at(diagonal + 1));
    const from = goesDown ? diagonal + 1 : diagonal - 1;
    const fromX = edits === 0 ? 0 : at(from);
    const fromY = edits === 0 ? 0 : fromX - from;
    while (x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      steps.push({ kind: 'same', items: [a[x] as T] });
    }
    if (edits === 0) break;
    if (goesDown) steps.push({ kind: 'added', items: [b[fromY] as T] });
    else steps.push({ kind: 'removed', items: [a[fromX] as T] });
    [x, y] = [fromX, fromY];
  }
  return steps.reverse();
}

/** Neighbours of one kind are one stretch, and between two that stay, what goes comes before what comes. */
function tidied<T>(stretches: readonly Stretch<T>[]): Stretch<T>[] {
  const result: Stretch<T>[] = [];
  let [removed, added]: [T[], T[]] = [[], []];
  const close = () => {
    if (removed.length > 0) result.push({ kind: 'removed', items: removed });
    if (added.length > 0) result.push({ kind: 'added', items: added });
    [removed, added] = [[], []];
  };
  for (const { kind, items } of stretches) {
    if (items.length === 0) continue;
    if (kind === 'removed') removed.push(...items);
    else if (kind === 'added') added.push(...items);
    else {
      close();
      const last = result.at(-1);
      if (last?.kind === 'same') result[result.length - 1] = { kind: 'same', items: [...last.items, ...items] };
      else result.push({ kind: 'same', items });
    }
  }
  close();
  return result;
}
