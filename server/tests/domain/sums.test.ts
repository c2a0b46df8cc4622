import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dollarsOf } from '../../src/domain/cost.ts';
import { ExactSum } from '../../src/domain/exact-sum.ts';
import { dollars } from '../stores/model/tree.ts';

describe('ExactSum', () => {
  it('is the sum of integers, however large it grows', () => {
    const amounts = fc.array(fc.integer({ min: -1e15, max: 1e15 }), { maxLength: 50 });
    fc.assert(
      fc.property(amounts, (numbers) => {
        const sum = new ExactSum();
        for (const number of numbers) sum.add(number);

        const exact = numbers.reduce((total, number) => total + BigInt(number), 0n);
        expect(sum.value).toBe(exact);
        expect(sum.number).toBe(Number(exact));
      }),
    );
  });
});

describe('dollarsOf', () => {
  it('is the double nearest to the nano-dollars', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), (nanos) => {
        expect(dollarsOf(nanos)).toBe(dollars(nanos));
      }),
      { numRuns: 2000 },
    );
  });
});
