import { useEffect, useMemo, useState } from 'react';
import type { criticalPath, PathSegment } from '../../model/critical-path.ts';
import type { SpanTree } from '../../model/span-tree.ts';

/** The critical path by node; undefined while it is not shown. What finds it is no part of the first load. */
export function useCriticalPath(
  tree: SpanTree,
  nowMs: number,
  isShown: boolean,
): ReadonlyMap<number, readonly PathSegment[]> | undefined {
  const [find, setFind] = useState<typeof criticalPath>();
  useEffect(() => {
    if (isShown) void import('../../model/critical-path.ts').then((part) => setFind(() => part.criticalPath));
  }, [isShown]);
  return useMemo(
    () => (isShown && find !== undefined ? byNode(find(tree, nowMs)) : undefined),
    [isShown, find, tree, nowMs],
  );
}

function byNode(path: readonly PathSegment[]): ReadonlyMap<number, readonly PathSegment[]> {
  const segments = new Map<number, PathSegment[]>();
  for (const segment of path) {
    const own = segments.get(segment.node);
    if (own === undefined) segments.set(segment.node, [segment]);
    else own.push(segment);
  }
  return segments;
}
