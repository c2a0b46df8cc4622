import { describe, expect, it } from 'vitest';
import { type OwnPrice, ownPricer } from '../../src/domain/own-prices.ts';
import { firstKnown } from '../../src/domain/pricing.ts';
import { genaiPricer } from '../../src/domain/table-prices.ts';

const start = '2026-10-05T14:30:00.000000Z';
const million = 1_000_000;

/** What a call of a million tokens in and a million out costs. */
const costOf = (prices: readonly OwnPrice[], fields: object): number | undefined =>
  ownPricer({ table: 't', version: 'v', prices })({
    name: 'call',
    start_time: start,
    model: 'own-1',
    tokens_input: million,
    tokens_output: million,
    ...fields,
  })?.dollars;

const flat = (price: Partial<OwnPrice> = {}): OwnPrice => ({
  model: 'own-*',
  input_per_million: 2,
  output_per_million: 10,
  ...price,
});

describe('prices of one’s own', () => {
  it('say which entry of which list a cost was computed by', () => {
    const price = ownPricer({ table: 'prices-file', version: '7', prices: [flat({ provider: 'acme' })] })({
      name: 'call',
      start_time: start,
      provider: 'Acme',
      model: 'own-1',
      tokens_input: 500,
    });

    expect(price).toEqual({
      dollars: 0.001,
      source: { table: 'prices-file', version: '7', provider: 'acme', model: 'own-*' },
    });
  });

  it.each([
    ['own-*', 'own-1', true],
    ['own-*', 'OWN-1', true],
    ['own-*', 'my-own-1', false],
    ['own.1', 'own-1', false],
    ['*/llama-*-instruct', 'meta/llama-3-8b-instruct', true],
  ])('are for a model by its name: %s, %s', (model, name, isFor) => {
    expect(costOf([flat({ model })], { model: name }) !== undefined).toBe(isFor);
  });

  it.each([
    ['ft:gpt-4o-mini.*:acme:.*', 'ft:gpt-4o-mini-2024-07-18:acme:x:1', true],
    ['gpt-4o', 'gpt-4o-mini', false],
    ['gpt-4o|own-1', 'own-1', true],
  ])('are for a model by an expression that its whole name must match: %s, %s', (model_regex, name, isFor) => {
    const { model: _, ...price } = flat({ model_regex });
    expect(costOf([price], { model: name }) !== undefined).toBe(isFor);
  });

  it('are only for the provider that they name', () => {
    const prices = [flat({ provider: 'acme' })];

    expect(costOf(prices, { provider: 'ACME' })).toBe(12);
    expect(costOf(prices, { provider: 'other' })).toBeUndefined();
    expect(costOf(prices, {})).toBeUndefined();
  });

  it('hold from their day on, the latest of those that have begun, and of two of a day the first', () => {
    const prices = [
      flat({ input_per_million: 1, output_per_million: 0 }),
      flat({ from: '2026-10-05', input_per_million: 3, output_per_million: 0 }),
      flat({ from: '2026-10-05', input_per_million: 4, output_per_million: 0 }),
      flat({ from: '2026-06-01', input_per_million: 2, output_per_million: 0 }),
      flat({ from: '2026-10-06', input_per_million: 5, output_per_million: 0 }),
    ];
    const costAt = (start_time: string) => costOf(prices, { start_time });

    expect(
      [
        '2026-05-31T23:59:59.999999Z',
        '2026-06-01T00:00:00.000000Z',
        '2026-10-05T00:00:00.000000Z',
        '2026-10-06T00:00:00.000000Z',
      ].map(costAt),
    ).toEqual([1, 2, 3, 5]);
  });

  it('bill each part at its rate', () => {
    const prices = [
      flat({
        cache_read_per_million: 0.2,
        cache_write_per_million: 3,
        cache_write_1h_per_million: 4,
        reasoning_per_million: 20,
        audio_input_per_million: 30,
        audio_cache_read_per_million: 1,
        audio_output_per_million: 60,
        per_request: 0.5,
      }),
    ];

    const cost = costOf(prices, {
      tokens_cache_read: 300_000,
      tokens_cache_write: 200_000,
      tokens_reasoning: 400_000,
      usage_details: {
        cache_creation: { ephemeral_1h_input_tokens: 50_000 },
        input_token_details: { audio_tokens: 150_000, cached_tokens_details: { audio_tokens: 100_000 } },
        output_token_details: { audio_tokens: 100_000 },
      },
    });

    // 450,000 text in, 50,000 audio in; cached: 200,000 and 100,000; written: 150,000 and 50,000; out: 500,000, 400,000 and 100,000.
    expect(cost).toBeCloseTo(0.9 + 1.5 + 0.04 + 0.1 + 0.45 + 0.2 + 5 + 8 + 6 + 0.5, 9);
  });

  it('bill what has no rate of its own as what it is a part of', () => {
    const parts = { tokens_cache_read: 300_000, tokens_cache_write: 200_000, tokens_reasoning: 400_000 };

    expect(costOf([flat()], parts)).toBe(12);
  });

  it('bill the whole call by the longest tier that its input exceeds', () => {
    const prices = [
      flat({
        tiers: [
          { above_input_tokens: 500_000, input_per_million: 8 },
          { above_input_tokens: 200_000, input_per_million: 4, output_per_million: 20 },
        ],
      }),
    ];
    const costFor = (tokens_input: number) => costOf(prices, { tokens_input, tokens_output: 100_000 });

    expect([200_000, 200_001, 600_000].map(costFor)).toEqual([1.4, 2.800_004, 5.8]);
  });

  it('bill a service tier by its factor or its rates, and know no price for one that they do not name', () => {
    const prices = [
      flat({ service_tiers: { batch: { factor: 0.5 }, priority: { input_per_million: 5 } }, per_request: 1 }),
    ];
    const costFor = (service_tier: string) => costOf(prices, { usage_details: { service_tier } });

    expect(['default', 'batch', 'priority', 'flex'].map(costFor)).toEqual([13, 6.5, 16, undefined]);
  });

  it('go before the table, which prices what they do not', () => {
    const own = ownPricer({ table: 't', version: '1', prices: [flat({ model: 'gpt-4o' })] });
    const pricer = firstKnown([own, genaiPricer]);
    const tableOf = (model: string) =>
      pricer({ name: 'call', start_time: start, model, tokens_input: 1 })?.source.table;

    expect(['gpt-4o', 'gpt-4o-mini', 'mystery-1'].map(tableOf)).toEqual(['t', 'genai-prices', undefined]);
  });
});
