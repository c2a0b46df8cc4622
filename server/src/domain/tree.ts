import type { LedgerEntry } from './ledger.ts';

/** The parent of each span as an index into the same list, or -1: absent, not stored (yet), or reached by a cycle's link. */
export interface Tree {
  readonly parents: Int32Array;
  /** Whether the span itself lies on a cycle of parent links. */
  readonly onCycle: Uint8Array;
}

/** Resolves parent links. Links on a cycle are ignored; a span that hangs off a cycle keeps its link. */
export function treeOf(entries: readonly LedgerEntry[]): Tree {
  // Loops: this is done for each trace of a series, and for each write of a trace.
  const indexOf = new Map<string, number>();
  for (let index = 0; index < entries.length; index += 1) indexOf.set((entries[index] as LedgerEntry).spanId, index);
  const parents = new Int32Array(entries.length);
  for (let index = 0; index < entries.length; index += 1) {
    const { parentSpanId } = entries[index] as LedgerEntry;
    parents[index] = parentSpanId === null ? -1 : (indexOf.get(parentSpanId) ?? -1);
  }
  const onCycle = new Uint8Array(entries.length);

  // Every span has at most one parent, so walking up from each unvisited span meets a cycle iff it meets its own walk.
  const walkOf = new Int32Array(entries.length);
  for (let start = 0; start < entries.length; start += 1) {
    const walk = start + 1;
    let index = start;
    while (index !== -1 && walkOf[index] === 0) {
      walkOf[index] = walk;
      index = parents[index] as number;
    }
    if (index === -1 || walkOf[index] !== walk) continue;
    while (onCycle[index] === 0) {
      onCycle[index] = 1;
      index = parents[index] as number;
    }
  }
  for (let index = 0; index < entries.length; index += 1) if (onCycle[index] === 1) parents[index] = -1;
  return { parents, onCycle };
}

/**
 * Where the root of the trace is (wire.md, Roots): among spans whose parent is absent, not stored or on a cycle, the one
 * without parent first, then the earliest, then the smallest id. -1 without spans.
 */
export function rootIndex(entries: readonly LedgerEntry[], { parents, onCycle }: Tree): number {
  let best = -1;
  for (let index = 0; index < entries.length; index += 1) {
    const parent = parents[index] as number;
    const isCandidate = parent === -1 || onCycle[parent] === 1;
    if (isCandidate && (best === -1 || precedes(entries[index] as LedgerEntry, entries[best] as LedgerEntry)))
      best = index;
  }
  return best;
}

function precedes(a: LedgerEntry, b: LedgerEntry): boolean {
  if ((a.parentSpanId === null) !== (b.parentSpanId === null)) return a.parentSpanId === null;
  if (a.startMicros !== b.startMicros) return a.startMicros < b.startMicros;
  return a.spanId < b.spanId;
}
