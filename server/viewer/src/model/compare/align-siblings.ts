import type { SpanNode } from './span-forest.ts';

/** How two steps belong together, or that one has no other. */
export type PairKind = 'same' | 'moved' | 'renamed' | 'only-a' | 'only-b';

export interface NodePair {
  readonly a?: SpanNode;
  readonly b?: SpanNode;
  readonly kind: PairKind;
}

/** Beyond so many children of one parent, the best order would cost more than it tells. */
export const mostAligned = 2_000;

/** Pairs the children of two steps that belong together. The other way round, it is the mirror image. */
export function alignSiblings(a: readonly SpanNode[], b: readonly SpanNode[]): readonly NodePair[] {
  const byOrdinal = pairByOrdinal(a, b);
  const isLong = a.length > mostAligned || b.length > mostAligned;
  const anchors = isLong || (byOrdinal.isComplete && !crosses(byOrdinal.pairs)) ? byOrdinal.pairs : longestCommon(a, b);
  return merged(a, b, isLong ? inOrder(anchors) : anchors);
}

interface IndexPair {
  readonly a: number;
  readonly b: number;
}

/** The first `llm chat` with the first, the second with the second. Complete where every key is there as often on both sides. */
function pairByOrdinal(a: readonly SpanNode[], b: readonly SpanNode[]) {
  const waiting = new Map<string, number[]>();
  for (const [index, { key }] of b.entries()) {
    const indexes = waiting.get(key);
    if (indexes === undefined) waiting.set(key, [index]);
    else indexes.push(index);
  }
  const taken = new Map<string, number>();
  const pairs: IndexPair[] = [];
  for (const [index, { key }] of a.entries()) {
    const ordinal = taken.get(key) ?? 0;
    const other = waiting.get(key)?.[ordinal];
    taken.set(key, ordinal + 1);
    if (other !== undefined) pairs.push({ a: index, b: other });
  }
  return { pairs, isComplete: pairs.length === a.length && pairs.length === b.length };
}

const crosses = (pairs: readonly IndexPair[]): boolean =>
  pairs.some(({ b }, index) => index > 0 && b < (pairs[index - 1]?.b ?? 0));

/** Of pairs that cross, only those that follow each other can be anchors of an order. */
function inOrder(pairs: readonly IndexPair[]): readonly IndexPair[] {
  let last = -1;
  return pairs.filter(({ b }) => {
    if (b <= last) return false;
    last = b;
    return true;
  });
}

// One number in which a pair more outweighs every model, a model every shape, and a shape every distance: 2,000 of each stay
// below 2^53.
const distanceCap = 500;
const shapeWeight = 1e6;
const modelWeight = 2.1e9;
const pairWeight = 4.3e12;

/** The longest sequence of equal keys on both sides; of several, the one with more equal models, shapes, and nearer places. */
function longestCommon(a: readonly SpanNode[], b: readonly SpanNode[]): readonly IndexPair[] {
  const width = b.length + 1;
  const best = new Float64Array((a.length + 1) * width);
  const gain = (i: number, j: number): number => {
    const [one, other] = [a[i] as SpanNode, b[j] as SpanNode];
    if (one.key !== other.key) return 0;
    return (
      pairWeight +
      (one.span.model === other.span.model ? modelWeight : 0) +
      (one.shape === other.shape ? shapeWeight : 0) -
      Math.min(distanceCap, Math.abs(i - j))
    );
  };
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const here = gain(i, j);
      const paired = here === 0 ? 0 : here + (best[(i + 1) * width + j + 1] ?? 0);
      best[i * width + j] = Math.max(paired, best[(i + 1) * width + j] ?? 0, best[i * width + j + 1] ?? 0);
    }
  const pairs: IndexPair[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const value = best[i * width + j] ?? 0;
    const here = gain(i, j);
    if (here > 0 && here + (best[(i + 1) * width + j + 1] ?? 0) === value) pairs.push({ a: i++, b: j++ });
    else if ((best[(i + 1) * width + j] ?? 0) === value) i += 1;
    else j += 1;
  }
  return pairs;
}

interface Placed extends NodePair {
  /** How many anchors stand before it. */
  readonly gap: number;
  readonly at: number;
}

/** The anchors in order, and between them what is left over: moved, renamed, or only on one side. */
function merged(a: readonly SpanNode[], b: readonly SpanNode[], anchors: readonly IndexPair[]): readonly NodePair[] {
  const [anchoredA, anchoredB] = [new Set(anchors.map((pair) => pair.a)), new Set(anchors.map((pair) => pair.b))];
  const restA = leftOver(a, anchoredA);
  const restB = leftOver(b, anchoredB);
  const placed: Placed[] = [];
  const pairUp = (kind: 'moved' | 'renamed', traitOf: (node: SpanNode) => string) => {
    const waiting = Map.groupBy(restB.values(), ({ node }) => traitOf(node));
    for (const one of [...restA]) {
      const other = waiting.get(traitOf(one.node))?.shift();
      if (other === undefined) continue;
      restA.delete(one);
      restB.delete(other);
      placed.push({
        a: one.node,
        b: other.node,
        kind,
        gap: Math.min(one.gap, other.gap),
        at: Math.min(one.at, other.at),
      });
    }
  };
  pairUp('moved', ({ key }) => key);
  pairUp('renamed', ({ span, shape }) => `${span.span_type} ${shape}`);
  for (const { node, gap, at } of restA) placed.push({ a: node, kind: 'only-a', gap, at });
  for (const { node, gap, at } of restB) placed.push({ b: node, kind: 'only-b', gap, at });
  placed.sort((x, y) => x.gap - y.gap || x.at - y.at);

  const result: NodePair[] = [];
  let next = 0;
  for (let gap = 0; gap <= anchors.length; gap += 1) {
    for (; placed[next]?.gap === gap; next += 1) {
      const { gap: _, at: __, ...pair } = placed[next] as Placed;
      result.push(pair);
    }
    const anchor = anchors[gap];
    if (anchor !== undefined) result.push({ a: a[anchor.a] as SpanNode, b: b[anchor.b] as SpanNode, kind: 'same' });
  }
  return result;
}

function leftOver(nodes: readonly SpanNode[], anchored: ReadonlySet<number>) {
  const rest = new Set<{ node: SpanNode; gap: number; at: number }>();
  let gap = 0;
  for (const [index, node] of nodes.entries()) {
    if (anchored.has(index)) gap += 1;
    else rest.add({ node, gap, at: index });
  }
  return rest;
}
