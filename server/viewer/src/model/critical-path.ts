import type { SpanTree } from './span-tree.ts';

/** A stretch of the critical path: the time in which this node was what everything waited for. */
export interface PathSegment {
  readonly node: number;
  readonly fromMs: number;
  readonly toMs: number;
}

interface Frame {
  readonly node: number;
  /** Clipped to the parent. */
  readonly fromMs: number;
  /** Up to where the path of this node is not told yet; moves towards `fromMs`. */
  pointMs: number;
  /** Children that overlap the node, the last to end first. */
  readonly children: readonly { readonly node: number; readonly fromMs: number; readonly toMs: number }[];
  next: number;
}

/**
 * The critical path by the last-finishing child (Zhang et al., CRISP, USENIX ATC 2022): from the end of the root backwards,
 * into the child that ended last before that point, at whose start the parent goes on. It presumes that parents wait for
 * their children. Segments are in order of time, do not overlap, and sum up to the length of the root.
 */
export function criticalPath(tree: SpanTree, nowMs: number): readonly PathSegment[] {
  const nowOffset = nowMs - tree.originMs;
  const endOf = (node: number) => (Number.isNaN(tree.ends[node]) ? nowOffset : (tree.ends[node] as number));
  const segments: PathSegment[] = [];
  const add = (node: number, fromMs: number, toMs: number) => {
    if (toMs > fromMs) segments.push({ node, fromMs, toMs });
  };

  const enter = (node: number, fromMs: number, toMs: number): Frame => {
    const children: { node: number; fromMs: number; toMs: number }[] = [];
    const add = (parent: number) => {
      for (
        let child = parent + 1;
        child < (tree.subtreeEnds[parent] as number);
        child = tree.subtreeEnds[child] as number
      ) {
        // A fold or a missing parent is a row and no work: its children are the parent's.
        if (tree.kinds[child] !== 'span') add(child);
        else {
          const from = Math.max(tree.starts[child] as number, fromMs);
          const to = Math.min(endOf(child), toMs);
          if (to > from) children.push({ node: child, fromMs: from, toMs: to });
        }
      }
    };
    add(node);
    children.sort(
      (a, b) =>
        b.toMs - a.toMs ||
        b.fromMs - a.fromMs ||
        ((tree.ids[b.node] as string) < (tree.ids[a.node] as string) ? -1 : 1),
    );
    return { node, fromMs, pointMs: toMs, children, next: 0 };
  };

  const stack: Frame[] = [enter(0, tree.starts[0] as number, Math.max(endOf(0), tree.starts[0] as number))];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const child = frame.children[frame.next];
    if (child === undefined) {
      add(frame.node, frame.fromMs, frame.pointMs);
      stack.pop();
      continue;
    }
    frame.next++;
    // One that ends after the point ran beside what is already told.
    if (child.toMs > frame.pointMs) continue;
    add(frame.node, child.toMs, frame.pointMs);
    frame.pointMs = child.fromMs;
    stack.push(enter(child.node, child.fromMs, child.toMs));
  }
  return segments.sort((a, b) => a.fromMs - b.fromMs);
}
