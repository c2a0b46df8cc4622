import { alignSiblings, mostAligned, type NodePair, type PairKind } from './align-siblings.ts';
import { type ComparedSpan, compare, forestOf, type SpanNode, stableName } from './span-forest.ts';

/** A step of one or both traces, where it stands in the tree that they have in common. */
export interface AlignedRow {
  /** Its place, by type, name and number at each level: the same for both orders of the traces. */
  readonly path: string;
  readonly depth: number;
  readonly a: ComparedSpan | undefined;
  readonly b: ComparedSpan | undefined;
  readonly kind: PairKind;
  readonly isParent: boolean;
}

export interface Alignment {
  readonly rows: readonly AlignedRow[];
  /** Whether some list of children was too long to be aligned by more than number. */
  readonly isRough: boolean;
}

/** One side of a comparison. */
export interface ComparedTrace {
  readonly traceId: string;
  readonly spans: readonly ComparedSpan[];
}

/**
 * Two traces as one tree: steps that belong together stand in one row. Which is which is decided without looking at payloads,
 * and the same whichever comes first.
 */
export function align(a: ComparedTrace, b: ComparedTrace): Alignment {
  // Between equally good alignments, the choice must not depend on which of the two is called A.
  if (compare(a.traceId, b.traceId) > 0) {
    const { rows, isRough } = align(b, a);
    return { rows: rows.map(mirrored), isRough };
  }
  const rows: AlignedRow[] = [];
  let isRough = false;
  interface Open {
    readonly pair: NodePair;
    readonly depth: number;
    readonly path: string;
  }
  const stack: Open[] = [];
  const openAll = (ofA: readonly SpanNode[], ofB: readonly SpanNode[], depth: number, prefix: string) => {
    isRough ||= ofA.length > mostAligned || ofB.length > mostAligned;
    const counts = new Map<string, number>();
    const opened = alignSiblings(ofA, ofB).map((pair): Open => {
      const { span } = (pair.a ?? pair.b) as SpanNode;
      const name = `${span.span_type}:${stableName(span.name)}`;
      const number = (counts.get(name) ?? 0) + 1;
      counts.set(name, number);
      return { pair, depth, path: `${prefix}${name}:${number}` };
    });
    stack.push(...opened.reverse());
  };

  openAll(forestOf(a.spans), forestOf(b.spans), 0, '');
  for (let open = stack.pop(); open !== undefined; open = stack.pop()) {
    const { pair, depth, path } = open;
    const [ofA, ofB] = [pair.a?.children ?? [], pair.b?.children ?? []];
    rows.push({
      path,
      depth,
      a: pair.a?.span,
      b: pair.b?.span,
      kind: pair.kind,
      isParent: ofA.length > 0 || ofB.length > 0,
    });
    openAll(ofA, ofB, depth + 1, `${path}/`);
  }
  return { rows, isRough };
}

const mirrors = { 'only-a': 'only-b', 'only-b': 'only-a', same: 'same', moved: 'moved', renamed: 'renamed' } as const;

const mirrored = (row: AlignedRow): AlignedRow => ({ ...row, a: row.b, b: row.a, kind: mirrors[row.kind] });
