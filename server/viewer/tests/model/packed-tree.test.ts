import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buffersOf, packTree, unpackTree } from '../../src/model/packed-tree.ts';
import { buildSpanTree } from '../../src/model/span-tree.ts';
import { anySpans, aSpan, aTrace, startMs } from './any-spans.ts';

describe('a tree that a worker hands over', () => {
  it('is the tree that was built, whatever the spans are', () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const built = buildSpanTree(aTrace(1000), spans, startMs + 5000);

        const packed = structuredClone(packTree(built, spans));

        expect(unpackTree(packed, structuredClone(spans))).toEqual(built);
      }),
    );
  });

  it('has folds and missing parents too', () => {
    const alike = Array.from({ length: 400 }, (_, index) =>
      aSpan(`e${index}`, index, index + 1, 'nowhere', { name: 'e' }),
    );
    const built = buildSpanTree(aTrace(1000), alike, startMs + 5000);

    const tree = unpackTree(packTree(built, alike), alike);

    expect(tree.kinds.slice(0, 4)).toEqual(['trace', 'missing', 'fold', 'span']);
    expect(tree).toEqual(built);
  });

  it('moves its arrays instead of copying them', () => {
    const spans = [aSpan('a', 0, 10), aSpan('b', 1, 2, 'a')];
    const packed = packTree(buildSpanTree(aTrace(1000), spans, startMs), spans);

    structuredClone(packed, { transfer: buffersOf(packed) as ArrayBuffer[] });

    expect([packed.places.length, packed.starts.length, packed.costs.length]).toEqual([0, 0, 0]);
  });
});
