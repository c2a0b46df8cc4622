import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AlignedRow, align } from '../../../src/model/compare/align.ts';
import { deltaOf, isChanged, visibleRows } from '../../../src/model/compare/delta.ts';
import { type ComparedSpan, forestOf, stableName } from '../../../src/model/compare/span-forest.ts';
import { spansOf, type Written } from './spans.ts';

const names = fc.constantFrom('llm:chat', 'tool:get', 'tool:put', 'step', 'plan');
const trees: fc.Arbitrary<Written[]> = fc.letrec<{ node: Written; list: Written[] }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    names,
    fc.tuple(names, tie('list')).map(([name, list]) => ({ [name]: list })),
  ),
  list: fc.array(tie('node'), { maxLength: 5 }),
})).list;

const drawn = (rows: readonly AlignedRow[]) =>
  rows.map(
    ({ kind, depth, a, b }) =>
      `${'  '.repeat(depth)}${kind} ${[...new Set([a?.name, b?.name])].filter(Boolean).join(' → ')}`,
  );
const aligned = (a: readonly Written[], b: readonly Written[]) =>
  drawn(align({ traceId: 'a', spans: spansOf(a) }, { traceId: 'b', spans: spansOf(b) }).rows);

describe('alignment', () => {
  test('a trace compared with itself has no difference', () => {
    const spans = spansOf([{ agent: ['llm:chat', 'tool:get', 'llm:chat'] }]);
    const { rows } = align({ traceId: 'a', spans }, { traceId: 'a', spans });
    expect(rows.map(({ kind }) => kind)).toEqual(['same', 'same', 'same', 'same']);
    expect(rows.some(isChanged)).toBe(false);
  });

  test('one inserted step is one insertion, wherever it stands among equal ones', () => {
    expect(
      aligned([{ run: ['step', 'llm:chat', 'step'] }], [{ run: ['step', 'tool:look', 'llm:chat', 'step'] }]),
    ).toEqual(['same run', '  same step', '  only-b tool:look'.replace('tool:', ''), '  same chat', '  same step']);
  });

  test('an inserted step of a name that is there already pairs the ones with the same children', () => {
    const rows = aligned(
      [{ run: [{ plan: ['llm:chat'] }, { plan: ['tool:look'] }] }],
      [{ run: [{ plan: ['other:x'] }, { plan: ['llm:chat'] }, { plan: ['tool:look'] }] }],
    );
    expect(rows).toEqual([
      'same run',
      '  only-b plan',
      '    only-b x',
      '  same plan',
      '    same chat',
      '  same plan',
      '    same look',
    ]);
  });

  test('a step that changed its place has moved; one that changed only its name is renamed', () => {
    expect(aligned([{ run: ['tool:a', 'llm:b', 'llm:c'] }], [{ run: ['llm:b', 'llm:c', 'tool:a'] }])).toContain(
      '  moved a',
    );
    expect(aligned([{ run: ['tool:get', 'llm:b'] }], [{ run: ['tool:fetch', 'llm:b'] }])).toContain(
      '  renamed get → fetch',
    );
  });

  test('numbers and ids in a name do not make another step', () => {
    expect(stableName('chunk 12 of 7f3a91c2')).toBe(stableName('chunk 13 of 00ffaa1234'));
    expect(aligned(['step 1'], ['step 2'])).toEqual(['same step 1 → step 2']);
  });

  test('all below a step of one trace is only in it', () => {
    expect(aligned([{ run: [{ sub: [{ deep: ['deeper'] }] }] }], [{ run: [] }])).toEqual([
      'same run',
      '  only-a sub',
      '    only-a deep',
      '      only-a deeper',
    ]);
  });

  test('swapping the two gives the mirror image', () => {
    const mirror = {
      'only-a': 'only-b',
      'only-b': 'only-a',
      same: 'same',
      moved: 'moved',
      renamed: 'renamed',
    } as const;
    fc.assert(
      fc.property(trees, trees, (a, b) => {
        const [one, other] = [
          { traceId: 'one', spans: spansOf(a) },
          { traceId: 'two', spans: spansOf(b) },
        ];
        const there = align(one, other).rows;
        const back = align(other, one).rows;
        expect(back.map(({ path, kind, a: x, b: y }) => [path, kind, x?.span_id, y?.span_id])).toEqual(
          there.map(({ path, kind, a: x, b: y }) => [path, mirror[kind], y?.span_id, x?.span_id]),
        );
      }),
    );
  });

  test('each span of both traces stands in exactly one row, and paths name rows', () => {
    fc.assert(
      fc.property(trees, trees, (a, b) => {
        const [spansA, spansB] = [spansOf(a), spansOf(b)];
        const { rows } = align({ traceId: 'a', spans: spansA }, { traceId: 'b', spans: spansB });
        expect(rows.flatMap((row) => row.a?.span_id ?? []).sort()).toEqual(spansA.map(({ span_id }) => span_id));
        expect(rows.flatMap((row) => row.b?.span_id ?? []).sort()).toEqual(spansB.map(({ span_id }) => span_id));
        expect(new Set(rows.map(({ path }) => path)).size).toBe(rows.length);
      }),
    );
  });

  test('the order in which spans arrive changes nothing', () => {
    fc.assert(
      fc.property(
        trees.chain((tree) =>
          fc.tuple(fc.constant(spansOf(tree)), fc.shuffledSubarray(spansOf(tree), { minLength: spansOf(tree).length })),
        ),
        ([spans, shuffled]) => {
          const other = { traceId: 'b', spans: spansOf([{ run: ['llm:chat'] }]) };
          expect(align({ traceId: 'a', spans: shuffled }, other)).toEqual(align({ traceId: 'a', spans }, other));
        },
      ),
    );
  });

  test('a missing parent makes a root, a cycle of parents is cut at its earliest span, a chain of 20,000 is walked', () => {
    const [first, second, third] = spansOf(['x', 'y', 'z']) as [ComparedSpan, ComparedSpan, ComparedSpan];
    const roots = forestOf([
      { ...first, parent_span_id: second.span_id },
      { ...second, parent_span_id: first.span_id },
      { ...third, parent_span_id: 'not there' },
    ]);
    expect(roots.map(({ span, children }) => [span.name, children.length])).toEqual([
      ['x', 1],
      ['z', 0],
    ]);

    const chain = Array.from({ length: 20_000 }, (_, index) => ({
      ...first,
      span_id: `c${index}`,
      start_time: new Date(Date.UTC(2026, 0, 1) + index).toISOString(),
      ...(index === 0 ? {} : { parent_span_id: `c${index - 1}` }),
    }));
    expect(align({ traceId: 'a', spans: chain }, { traceId: 'b', spans: chain }).rows).toHaveLength(20_000);
  });

  test('5,000 children of one step are aligned by number, and that is said', () => {
    const many = (count: number) => [{ run: Array.from({ length: count }, () => 'embed') }];
    const { rows, isRough } = align(
      { traceId: 'a', spans: spansOf(many(5_000)) },
      { traceId: 'b', spans: spansOf(many(4_998)) },
    );
    expect(isRough).toBe(true);
    expect(rows.filter(({ kind }) => kind === 'only-a')).toHaveLength(2);
  });
});

describe('differences', () => {
  test('only what is beyond 5 % and 10 ms counts', () => {
    expect(deltaOf(1000, 1040, 10)?.isNotable).toBe(false);
    expect(deltaOf(1000, 1060, 10)?.isNotable).toBe(true);
    expect(deltaOf(4, 12, 10)?.isNotable).toBe(false);
    expect(deltaOf(undefined, 12, 10)).toBeUndefined();
  });

  test('the changed rows keep the parents that lead to them', () => {
    const { rows } = align(
      { traceId: 'a', spans: spansOf([{ run: [{ plan: ['llm:chat'] }, { act: ['tool:get'] }] }]) },
      { traceId: 'b', spans: spansOf([{ run: [{ plan: ['llm:chat'] }, { act: ['tool:get', 'tool:put'] }] }]) },
    );
    expect(drawn(visibleRows(rows, 'changed'))).toEqual(['same run', '  same act', '    only-b put']);
    expect(visibleRows(rows, 'all')).toHaveLength(rows.length);
  });
});
