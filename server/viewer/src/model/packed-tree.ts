import type { SpanRecord, SpanType } from 'llm-tracer/schema';
import type { NodeKind, SpanTree } from './span-tree.ts';
import { spanTypes } from './span-types.ts';

const nodeKinds: readonly NodeKind[] = ['trace', 'span', 'missing', 'fold'];
const typesOfNodes: readonly (SpanType | undefined)[] = [undefined, ...spanTypes];

/**
 * A tree as a worker hands it over: arrays that are moved and not copied, and the few strings that no span has. The spans
 * themselves are where they were read to already.
 */
export interface PackedTree extends Omit<SpanTree, 'kinds' | 'types' | 'ids' | 'spans' | 'indexOf'> {
  /** Places in the list of kinds. */
  readonly kindCodes: Uint8Array<ArrayBuffer>;
  /** Places in the list of types. */
  readonly typeCodes: Uint8Array<ArrayBuffer>;
  /** Which of the spans each node is; -1 where it is none. */
  readonly places: Int32Array<ArrayBuffer>;
  /** The ids of the nodes that are no spans, in order. */
  readonly otherIds: readonly string[];
}

/** Packs a tree that was built from `spans`. */
export function packTree(tree: SpanTree, spans: readonly SpanRecord[]): PackedTree {
  const { kinds, types, ids, spans: nodes, indexOf: _, ...rest } = tree;
  const placeOf = new Map(spans.map((span, place) => [span, place]));
  return {
    ...rest,
    kindCodes: Uint8Array.from(kinds, (kind) => nodeKinds.indexOf(kind)),
    typeCodes: Uint8Array.from(types, (type) => typesOfNodes.indexOf(type)),
    places: Int32Array.from(nodes, (span) => (span === undefined ? -1 : (placeOf.get(span) ?? -1))),
    otherIds: ids.filter((_, index) => nodes[index] === undefined),
  };
}

/** The tree that was packed, of spans that are equal to those it was built from and in the same order. */
export function unpackTree(
  { kindCodes, typeCodes, places, otherIds, ...rest }: PackedTree,
  spans: readonly SpanRecord[],
): SpanTree {
  const nodes: (SpanRecord | undefined)[] = [];
  const ids: string[] = [];
  const indexOf = new Map<string, number>();
  let others = 0;
  for (const [index, place] of places.entries()) {
    const span = spans[place];
    const id = span?.span_id ?? (otherIds[others++] as string);
    nodes.push(span);
    ids.push(id);
    if (!indexOf.has(id)) indexOf.set(id, index);
  }
  return {
    ...rest,
    kinds: Array.from(kindCodes, (code) => nodeKinds[code] as NodeKind),
    types: Array.from(typeCodes, (code) => typesOfNodes[code]),
    ids,
    spans: nodes,
    indexOf,
  };
}

/** What of a packed tree is moved. */
export const buffersOf = (tree: PackedTree): ArrayBufferLike[] =>
  Object.values(tree).flatMap((part) => (ArrayBuffer.isView(part) ? [part.buffer] : []));
