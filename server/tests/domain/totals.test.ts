import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nanosOf } from '../../src/domain/cost.ts';
import type { LedgerEntry } from '../../src/domain/ledger.ts';
import { counted, totalsOf } from '../../src/domain/totals.ts';
import { rootIndex, treeOf } from '../../src/domain/tree.ts';
import { timeAt } from '../stores/builders.ts';
import { Tree } from '../stores/model/tree.ts';

const spanCount = 12;
const ids = Array.from({ length: spanCount }, (_, index) => `s${index}`);

const entry = (spanId: string): fc.Arbitrary<LedgerEntry> =>
  fc.record({
    spanId: fc.constant(spanId),
    parentSpanId: fc.oneof(fc.constant(null), fc.constantFrom(...ids, 'missing'), fc.constantFrom(...ids)),
    name: fc.constant('call'),
    spanType: fc.constant('llm' as const),
    model: fc.option(fc.constantFrom('a', 'b')),
    startMicros: fc.nat({ max: 3 }),
    endTime: fc.option(fc.constant(timeAt(5)), { freq: 4 }),
    isError: fc.boolean(),
    tokensInput: fc.option(fc.nat({ max: 100 }), { freq: 3 }),
    tokensOutput: fc.option(fc.nat({ max: 100 }), { freq: 3 }),
    costNanos: fc.option(fc.nat({ max: 100 }), { freq: 3 }),
    firstTokenMicros: fc.constant(null),
  });

/** Spans whose parents are any of them, themselves, or missing: forests, chains and cycles. */
const forest = fc
  .tuple(fc.subarray(ids, { minLength: 1 }), fc.tuple(...ids.map(entry)))
  .map(([stored, entries]) => entries.filter(({ spanId }) => stored.includes(spanId)))
  // An error is only counted of finished spans; the ledger has it so.
  .map((entries) => entries.map((span) => ({ ...span, isError: span.isError && span.endTime !== null })));

const modelOf = (entries: readonly LedgerEntry[]) =>
  new Tree(
    entries.map((span) => ({
      id: span.spanId,
      parent: span.parentSpanId ?? undefined,
      start: timeAt(span.startMicros),
      isFinished: span.endTime !== null,
      hasError: span.isError,
      tokensInput: span.tokensInput ?? undefined,
      tokensOutput: span.tokensOutput ?? undefined,
      cost: span.costNanos === null ? undefined : span.costNanos / 1e9,
    })),
  );

describe('totals', () => {
  it('count what the model counts, in any forest, chain or cycle', () => {
    fc.assert(
      fc.property(forest, (entries) => {
        const totals = totalsOf(entries, counted(entries, treeOf(entries)));

        const expected = modelOf(entries).totals();
        expect(totals).toMatchObject({
          spanCount: expected.spanCount,
          errorCount: expected.errorCount,
          tokensInput: Number(expected.tokensInput),
          tokensOutput: Number(expected.tokensOutput),
          costNanos: expected.nanoDollars,
          unpricedCount: expected.unpricedCount,
        });
      }),
      { numRuns: 2000 },
    );
  });

  it('find the root that the model finds', () => {
    fc.assert(
      fc.property(forest, (entries) => {
        const root = entries[rootIndex(entries, treeOf(entries))];

        expect(root?.spanId).toBe(modelOf(entries).root());
      }),
      { numRuns: 2000 },
    );
  });

  it('do not depend on the order in which the spans stand', () => {
    fc.assert(
      fc.property(forest, (entries) => {
        const backwards = entries.toReversed();

        const [one, other] = [entries, backwards].map((list) => totalsOf(list, counted(list, treeOf(list))));

        expect(other).toEqual(one);
        expect(backwards[rootIndex(backwards, treeOf(backwards))]).toEqual(
          entries[rootIndex(entries, treeOf(entries))],
        );
      }),
    );
  });
});

describe('nano-dollars', () => {
  it('of a cost are exact for every cost that is a whole number of them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e15 }), (nanos) => {
        expect(nanosOf(Number(`${nanos}e-9`))).toBe(nanos);
      }),
    );
  });
});
