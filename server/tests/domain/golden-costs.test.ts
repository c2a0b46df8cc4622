import { describe, expect, it } from 'vitest';
import { genaiPricer } from '../../src/domain/table-prices.ts';
import { goldenCalls } from './golden-costs.ts';

describe('the invoice', () => {
  it.each(goldenCalls)('of $what ($source, $asOf)', ({ fields, day, invoice, microDollars }) => {
    const price = genaiPricer({ name: 'call', start_time: `${day}T10:00:00.000000Z`, ...fields });

    const added = invoice.reduce((sum, [, count, rate]) => sum + count * rate, 0);
    expect(added).toBeCloseTo(microDollars, 6);
    expect(Math.round((price?.dollars ?? Number.NaN) * 1e9)).toBe(microDollars * 1_000);
  });

  it('is checked for at least 12 models of 4 providers, each with its source and day', () => {
    expect(new Set(goldenCalls.map(({ fields }) => fields['model'])).size).toBeGreaterThanOrEqual(12);
    expect(new Set(goldenCalls.map(({ fields }) => fields['provider'])).size).toBeGreaterThanOrEqual(4);
    for (const { source, asOf } of goldenCalls) {
      expect(source).toMatch(/^https:\/\//);
      expect(asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
    }
  });
});
