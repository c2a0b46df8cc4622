import type { SpanTree } from './span-tree.ts';
import type { TimeWindow } from './time-scale.ts';

export interface IdleTime {
  readonly idleMs: number;
  readonly lengthMs: number;
  /** The gaps that are long enough to fold. */
  readonly gaps: readonly TimeWindow[];
  /** Whether so much is idle that folding it helps. */
  readonly isMost: boolean;
}

const leastGapShare = 0.05;

/** When no leaf ran: nothing was done that anybody recorded. */
export function idleTime(tree: SpanTree, nowMs: number): IdleTime {
  const nowOffset = nowMs - tree.originMs;
  const work: TimeWindow[] = [];
  for (const index of tree.inTime) {
    const isLeaf = (tree.subtreeEnds[index] as number) === index + 1;
    if (!isLeaf || tree.kinds[index] !== 'span') continue;
    const fromMs = tree.starts[index] as number;
    const toMs = Number.isNaN(tree.ends[index]) ? nowOffset : (tree.ends[index] as number);
    if (toMs >= tree.fromMs && fromMs <= tree.toMs) work.push({ fromMs, toMs });
  }
  const lengthMs = tree.toMs - tree.fromMs;
  const all: TimeWindow[] = [];
  let busyUntil = tree.fromMs;
  for (const { fromMs, toMs } of work) {
    if (fromMs > busyUntil) all.push({ fromMs: busyUntil, toMs: fromMs });
    busyUntil = Math.max(busyUntil, toMs);
  }
  if (busyUntil < tree.toMs) all.push({ fromMs: busyUntil, toMs: tree.toMs });
  const idleMs = work.length === 0 ? 0 : all.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  return {
    idleMs,
    lengthMs,
    gaps: all.filter(({ fromMs, toMs }) => toMs - fromMs > lengthMs * leastGapShare),
    isMost: work.length > 0 && idleMs > lengthMs / 2,
  };
}
