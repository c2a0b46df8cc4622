import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inclusive } from '../../src/otlp/usage.ts';

describe('inclusive usage', () => {
  it.each([
    ['parts inside, as the total says', { input: 100, output: 20, total: 120, cacheRead: 30, reasoning: 5 }, 100, 20],
    ['parts beside, as the total says', { input: 70, output: 15, total: 120, cacheRead: 30, reasoning: 5 }, 100, 20],
    ['cached beside, reasoning inside', { input: 70, output: 20, total: 120, cacheRead: 30, reasoning: 5 }, 100, 20],
    ['cached inside, reasoning beside', { input: 100, output: 15, total: 120, cacheRead: 30, reasoning: 5 }, 100, 20],
    ['parts that exceed their totals', { input: 10, output: 5, cacheRead: 80, cacheWrite: 10, reasoning: 15 }, 100, 20],
    ['parts that may be inside', { input: 100, output: 20, cacheRead: 30, reasoning: 5 }, 100, 20],
    ['a total that fits nothing', { input: 100, output: 20, total: 7, cacheRead: 30 }, 100, 20],
    ['a total and one side', { output: 20, total: 120 }, 100, 20],
  ])('%s', (_title, usage, tokens_input, tokens_output) => {
    expect(inclusive({ ...usage, details: {} })).toMatchObject({ tokens_input, tokens_output });
  });

  it('makes up no side that nobody has told', () => {
    expect(inclusive({ input: 5, total: 5, details: {} })).toEqual({ tokens_input: 5 });
  });

  it('never has parts that exceed their total, and takes nothing away', () => {
    const counts = fc.option(fc.nat(1_000), { nil: undefined });
    const usages = fc.record({
      input: counts,
      output: counts,
      total: counts,
      cacheRead: counts,
      cacheWrite: counts,
      reasoning: counts,
    });
    fc.assert(
      fc.property(usages, (usage) => {
        const { tokens_input, tokens_output } = inclusive({ ...usage, details: {} });
        const cached = (usage.cacheRead ?? 0) + (usage.cacheWrite ?? 0);

        if (tokens_input !== undefined && usage.input !== undefined) {
          expect(tokens_input).toBeGreaterThanOrEqual(usage.input);
          if (usage.total === undefined) expect(tokens_input).toBeGreaterThanOrEqual(cached);
        }
        if (tokens_output !== undefined && usage.output !== undefined)
          expect(tokens_output).toBeGreaterThanOrEqual(usage.output);
      }),
    );
  });
});
