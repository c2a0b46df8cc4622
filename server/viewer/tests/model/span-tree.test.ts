import fc from 'fast-check';
import type { SpanRecord } from 'llm-tracer/schema';
import { describe, expect, it } from 'vitest';
import { criticalPath } from '../../src/model/critical-path.ts';
import { buildSpanTree, type SpanTree } from '../../src/model/span-tree.ts';
import { closedNodes, visibleRows } from '../../src/model/visible-rows.ts';
import { anySpans, aSpan, aTrace, startMs } from './any-spans.ts';

const build = (spans: readonly SpanRecord[], lengthMs = 1000): SpanTree =>
  buildSpanTree(aTrace(lengthMs), spans, startMs + 5000);

describe('the tree of spans', () => {
  it('has every span once, whatever their parents are', () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const tree = build(spans);
        const ids = tree.spans.flatMap((span) => span?.span_id ?? []).sort();
        expect(ids).toEqual(spans.map(({ span_id }) => span_id).sort());
      }),
    );
  });

  it('does not depend on the order in which spans arrive', () => {
    fc.assert(
      fc.property(
        anySpans.chain((spans) =>
          fc.tuple(fc.constant(spans), fc.shuffledSubarray(spans, { minLength: spans.length })),
        ),
        ([spans, shuffled]) => {
          expect(build(shuffled).ids).toEqual(build(spans).ids);
        },
      ),
    );
  });

  it('holds what is under a node up to its subtree end', () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const tree = build(spans);
        for (let index = 1; index < tree.size; index++) {
          const parent = tree.parents[index] as number;
          expect(parent).toBeLessThan(index);
          expect(tree.subtreeEnds[parent]).toBeGreaterThanOrEqual(tree.subtreeEnds[index] as number);
          expect(tree.depths[index]).toBe((tree.depths[parent] as number) + 1);
        }
      }),
    );
  });

  it('counts tokens once, where a span around a call repeats them', () => {
    const tree = build([
      aSpan('agent', 0, 100, undefined, { tokens_input: 50, tokens_output: 5, cost_usd: 1 }),
      aSpan('call', 0, 50, 'agent', { tokens_input: 50, tokens_output: 5, cost_usd: 1 }),
    ]);

    expect([tree.tokensIn[0], tree.tokensOut[0], tree.costs[0]]).toEqual([50, 5, 1]);
  });

  it('leaves out of its time what lies more than five lengths off, and knows how far that reaches', () => {
    const tree = build([
      aSpan('near', 0, 900),
      aSpan('early', -86_400_000, -86_399_000, 'near'),
      aSpan('a little off', -4_000, -3_000, 'near'),
      aSpan('late', 6_001, 7_000),
    ]);

    expect([tree.fromMs, tree.toMs, tree.farOutside]).toEqual([-4_000, 1_000, 2]);
    expect([tree.farFromMs, tree.farToMs]).toEqual([-86_400_000, 7_000]);
  });

  it('knows its nodes in the order in which they started', () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const tree = build(spans);
        const starts = [...tree.inTime].map((index) => tree.starts[index] as number);
        expect(starts).toEqual([...tree.starts].sort((a, b) => a - b));
        expect(new Set(tree.inTime).size).toBe(tree.size);
      }),
    );
  });

  it('keeps microseconds', () => {
    const tree = build([aSpan('a', 0.123, 0.456)]);
    expect(tree.starts[1]).toBeCloseTo(0.123, 3);
    expect(tree.ends[1]).toBeCloseTo(0.456, 3);
  });

  it('is built for 50,000 spans, and its rows are found, in a time that grows no faster than they do', () => {
    const spans = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        aSpan(`s${index}`, index / 100, index / 100 + 1, index === 0 ? undefined : `s${Math.floor((index - 1) / 7)}`),
      );
    const timeOf = (count: number) => {
      const given = spans(count);
      // The quickest of a few: what else the machine does only adds.
      const rounds = Array.from({ length: 4 }, () => {
        const before = performance.now();
        const tree = build(given, 1e6);
        visibleRows(tree, closedNodes(tree, { depth: 99, overrides: new Map() }, []));
        return performance.now() - before;
      });
      return Math.min(...rounds);
    };
    expect(timeOf(50_000) / timeOf(5_000)).toBeLessThan(60);
  });
});

describe('visible rows', () => {
  it('leave out what is under closed nodes, and nothing else', () => {
    fc.assert(
      fc.property(anySpans, fc.array(fc.integer({ min: 0, max: 19 })), (spans, closedIds) => {
        const tree = build(spans);
        const overrides = new Map(closedIds.map((id) => [`s${id}`, false]));
        const closed = closedNodes(tree, { depth: Number.POSITIVE_INFINITY, overrides }, []);
        const expected: number[] = [];
        for (let index = 0; index < tree.size; index++) {
          let isHidden = false;
          for (let at = tree.parents[index] as number; at >= 0; at = tree.parents[at] as number)
            isHidden ||= closed[at] === 1;
          if (!isHidden) expected.push(index);
        }
        expect([...visibleRows(tree, closed)]).toEqual(expected);
      }),
    );
  });

  it('always show the way to an error and to the span of the address', () => {
    const chain = Array.from({ length: 400 }, (_, index) =>
      aSpan(
        `c${index}`,
        index,
        1000,
        index === 0 ? undefined : `c${index - 1}`,
        index === 200 ? { status: 'error' } : {},
      ),
    );
    const tree = build(chain);
    const rows = visibleRows(tree, closedNodes(tree, { depth: 2, overrides: new Map() }, ['c300']));
    const shown = new Set([...rows].map((index) => tree.ids[index]));
    expect([shown.has('c200'), shown.has('c300'), shown.has('c301')]).toEqual([true, true, false]);
  });
});

describe('the critical path', () => {
  const pathOf = (spans: readonly SpanRecord[], lengthMs = 1000) => {
    const tree = build(spans, lengthMs);
    return criticalPath(tree, startMs + 5000).map(({ node, fromMs, toMs }) => `${tree.ids[node]} ${fromMs}..${toMs}`);
  };

  it('follows the child that ends last, and returns to the parent at its start', () => {
    expect(pathOf([aSpan('a', 0, 400), aSpan('b', 100, 600), aSpan('c', 650, 900)])).toEqual([
      'trace 0..100',
      'b 100..600',
      'trace 600..650',
      'c 650..900',
      'trace 900..1000',
    ]);
  });

  it('of parallel calls goes through the one that the next step waited for', () => {
    const spans = [
      aSpan('agent', 0, 900),
      aSpan('quick', 100, 500, 'agent'),
      aSpan('slowest', 110, 700, 'agent'),
      aSpan('inner', 300, 680, 'slowest'),
      aSpan('slow', 120, 650, 'agent'),
      aSpan('answer', 720, 880, 'agent'),
    ];

    expect(pathOf(spans)).toEqual([
      'agent 0..110',
      'slowest 110..300',
      'inner 300..680',
      'slowest 680..700',
      'agent 700..720',
      'answer 720..880',
      'agent 880..900',
      'trace 900..1000',
    ]);
  });

  it('clips a child to its parent and takes none that lies wholly outside', () => {
    expect(pathOf([aSpan('p', 100, 500), aSpan('late', 300, 700, 'p'), aSpan('outside', 600, 800, 'p')])).toEqual([
      'trace 0..100',
      'p 100..300',
      'late 300..500',
      'trace 500..1000',
    ]);
  });

  it('has segments that never overlap and sum up to the length of the trace', () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const tree = build(spans);
        const path = criticalPath(tree, startMs + 5000);
        let at = 0;
        for (const { fromMs, toMs } of path) {
          expect(fromMs).toBeCloseTo(at, 6);
          at = toMs;
        }
        expect(at).toBeCloseTo(1000, 6);
      }),
    );
  });
});
