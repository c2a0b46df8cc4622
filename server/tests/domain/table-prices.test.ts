import { calcPrice } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import serverPackage from '../../package.json' with { type: 'json' };
import { genaiPricer, genaiPricesVersion } from '../../src/domain/table-prices.ts';

const start = '2026-10-05T14:30:00.000000Z';
const span = (fields: object) => ({ name: 'chat', start_time: start, ...fields });

describe('pricing', () => {
  it('stores the version of the table that is installed', () => {
    expect(genaiPricesVersion).toBe(serverPackage.dependencies['@pydantic/genai-prices']);
  });

  it('says which entry of which table a cost was computed with', () => {
    const price = genaiPricer(
      span({ model: 'gpt-4o-mini-2024-07-18', provider: 'openai', tokens_input: 1000, tokens_output: 100 }),
    );

    expect(price).toEqual({
      dollars: 0.00021,
      source: { table: 'genai-prices', version: genaiPricesVersion, provider: 'openai', model: 'gpt-4o-mini' },
    });
  });

  it.each([
    ['a model that the table does not know', { model: 'mystery-1', tokens_input: 10 }],
    ['no model', { tokens_input: 10 }],
    ['no tokens', { model: 'gpt-4o-mini' }],
  ])('knows no price for %s', (_case, fields) => {
    expect(genaiPricer(span(fields))).toBeUndefined();
  });

  it('takes the model that was asked for where none answered', () => {
    expect(genaiPricer(span({ requested_model: 'gpt-4o-mini', tokens_output: 1_000_000 }))?.dollars).toBe(0.6);
  });

  it('counts cached parts of more than the total as the total', () => {
    const all = genaiPricer(span({ model: 'gpt-4o-mini', tokens_input: 1_000_000, tokens_cache_read: 1_000_000 }));
    const more = genaiPricer(span({ model: 'gpt-4o-mini', tokens_input: 1_000_000, tokens_cache_read: 9_000_000 }));

    expect(more).toEqual(all);
  });

  const models = [
    ['openai', 'gpt-4o'],
    ['openai', 'gpt-4o-mini'],
    ['openai', 'o3-mini'],
    ['openai', 'text-embedding-3-small'],
    ['azure', 'gpt-4o-mini'],
    ['anthropic', 'claude-sonnet-4-5'],
    ['anthropic', 'claude-haiku-4-5'],
    ['anthropic', 'claude-sonnet-4-20250514'],
    ['google', 'gemini-2.5-pro'],
    ['google', 'gemini-2.5-flash'],
    ['deepseek', 'deepseek-chat'],
    ['mistral', 'mistral-large-latest'],
    ['perplexity', 'sonar-pro'],
    [undefined, 'gpt-4o-mini'],
  ] as const;

  // Tariffs are kept and applied here, not in the library: they must say what it says, tiers and hours of the day included.
  it('prices every usage at every hour as the library does, to the nano-dollar', () => {
    const tokenCount = fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 2_000_000 }));
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        tokenCount,
        tokenCount,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 23 }),
        ([provider, model], input, output, readShare, writeShare, hour) => {
          const cacheRead = Math.floor(input * readShare);
          const cacheWrite = Math.floor((input - cacheRead) * writeShare);
          const start_time = `2026-10-05T${String(hour).padStart(2, '0')}:30:00.000000Z`;

          const ours = genaiPricer({
            name: 'chat',
            start_time,
            model,
            ...(provider === undefined ? {} : { provider }),
            tokens_input: input,
            tokens_output: output,
            tokens_cache_read: cacheRead,
            tokens_cache_write: cacheWrite,
          });

          const theirs = calcPrice(
            {
              input_tokens: input,
              output_tokens: output,
              cache_read_tokens: cacheRead,
              cache_write_tokens: cacheWrite,
            },
            model,
            { ...(provider === undefined ? {} : { providerId: provider }), timestamp: new Date(start_time) },
          );
          if (theirs === null) expect(ours).toBeUndefined();
          else expect(ours?.dollars).toBeCloseTo(theirs.total_price, 9);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
