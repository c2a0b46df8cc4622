import type { SpanTree } from './span-tree.ts';

/** How a tree is opened: down to a depth, but for nodes that are opened or closed by themselves. */
export interface Openness {
  readonly depth: number;
  readonly overrides: ReadonlyMap<string, boolean>;
}

const mostErrorsOpened = 50;

/** How deep a tree is open at first: a small one wholly. */
export function standardDepth(spanCount: number): number {
  if (spanCount <= 300) return Number.POSITIVE_INFINITY;
  return spanCount <= 3_000 ? 3 : 2;
}

/** Which nodes are closed, by index. Folds are closed unless opened. Paths to errors, running spans and `keepOpen` are open. */
export function closedNodes(tree: SpanTree, { depth, overrides }: Openness, keepOpen: readonly string[]): Uint8Array {
  const closed = new Uint8Array(tree.size);
  for (let index = 0; index < tree.size; index++) {
    const hasChildren = (tree.subtreeEnds[index] as number) > index + 1;
    if (hasChildren && ((tree.depths[index] as number) >= depth || tree.kinds[index] === 'fold')) closed[index] = 1;
  }
  const openPath = (index: number, opensFolds: boolean) => {
    for (let at = tree.parents[index] as number; at >= 0; at = tree.parents[at] as number)
      if (opensFolds || tree.kinds[at] !== 'fold') closed[at] = 0;
  };
  if (Number.isFinite(depth)) {
    let errors = 0;
    for (let index = 0; index < tree.size && errors < mostErrorsOpened; index++) {
      if (tree.errorCounts[index] === 0 && !Number.isNaN(tree.ends[index])) continue;
      const status = tree.spans[index]?.status;
      if (status === 'error') errors++;
      if (status === 'error' || status === 'running') openPath(index, false);
    }
  }
  for (const [id, isOpen] of overrides) {
    const index = tree.indexOf.get(id);
    if (index !== undefined && (tree.subtreeEnds[index] as number) > index + 1) closed[index] = isOpen ? 0 : 1;
  }
  for (const id of keepOpen) {
    const index = tree.indexOf.get(id);
    if (index !== undefined) openPath(index, true);
  }
  return closed;
}

/** The nodes that have a row, in order: one pass that jumps over what is closed. `only` leaves out those it does not hold. */
export function visibleRows(tree: SpanTree, closed: Uint8Array, only?: Uint8Array): Int32Array {
  const rows = new Int32Array(tree.size);
  let count = 0;
  for (let index = 0; index < tree.size; ) {
    if (only === undefined || only[index] === 1) rows[count++] = index;
    index = closed[index] === 1 ? (tree.subtreeEnds[index] as number) : index + 1;
  }
  return rows.slice(0, count);
}

/** Marks the nodes and all that lead to them. */
export function withAncestors(tree: SpanTree, nodes: Iterable<number>): Uint8Array {
  const kept = new Uint8Array(tree.size);
  for (const node of nodes)
    for (let at = node; at >= 0 && kept[at] !== 1; at = tree.parents[at] as number) kept[at] = 1;
  return kept;
}
