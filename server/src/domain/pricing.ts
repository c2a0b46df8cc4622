import { calcPrice } from '@pydantic/genai-prices';
import type { CostPrice } from 'llm-tracer/schema';
import { dollarsOf, nanosOf } from './cost.ts';
import { modelOf } from './ledger.ts';
import type { Fields } from './record.ts';

/** What the server makes a call cost when the client did not say. */
export interface Price {
  readonly dollars: number;
  readonly source: CostPrice;
}

/**
 * Prices a merged span from its tokens and model; undefined when the price is not known (never 0 for unknown). Only asked
 * where the client reported no cost: what it reported wins.
 */
export type Pricer = (fields: Fields) => Price | undefined;

/** The table's version, stored with each cost so that it can be re-priced. A test holds it equal to the installed package. */
export const genaiPricesVersion = '0.1.8';

/** Prices by the table that `@pydantic/genai-prices` bundles: dated, with tiers and cache rates. About 10 µs a call. */
export const genaiPricer: Pricer = (fields) => {
  const model = modelOf(fields);
  const [input, output] = [tokens(fields, 'tokens_input'), tokens(fields, 'tokens_output')];
  if (model === undefined || (input === undefined && output === undefined)) return undefined;

  const provider = fields['provider'] as string | undefined;
  try {
    const price = calcPrice(usageOf(fields, input ?? 0, output ?? 0), model, {
      ...(provider === undefined ? {} : { providerId: provider.toLowerCase() }),
      timestamp: new Date(fields['start_time'] as string),
    });
    if (price === null || !Number.isFinite(price.total_price) || price.total_price < 0) return undefined;
    return {
      dollars: dollarsOf(nanosOf(price.total_price)),
      source: {
        table: 'genai-prices',
        version: genaiPricesVersion,
        provider: price.provider.id,
        model: price.model.id,
      },
    };
  } catch {
    // The table refuses usage that contradicts itself. Such a span has no known cost.
    return undefined;
  }
};

const tokens = (fields: Fields, name: string): number | undefined => fields[name] as number | undefined;

/** Inclusive totals with their cached parts, which cannot exceed them: clients that count them apart are clamped. */
function usageOf(fields: Fields, input: number, output: number): Record<string, number> {
  const cacheRead = Math.min(tokens(fields, 'tokens_cache_read') ?? 0, input);
  const cacheWrite = Math.min(tokens(fields, 'tokens_cache_write') ?? 0, input - cacheRead);
  return {
    input_tokens: input,
    output_tokens: output,
    ...(cacheRead > 0 ? { cache_read_tokens: cacheRead } : {}),
    ...(cacheWrite > 0 ? { cache_write_tokens: cacheWrite } : {}),
  };
}
