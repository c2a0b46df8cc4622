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
 * Prices a merged span from its tokens and model; undefined when the price is not known (never 0 for unknown). It reads no
 * payload fields (see view.ts): re-pricing is spared from loading them.
 */
export type Pricer = (fields: Fields) => Price | undefined;

/** The price of a merged span: only a finished one is priced, and only where the client did not say what it cost. */
export const priceOf = (fields: Fields, pricer: Pricer): Price | undefined =>
  fields['cost_usd'] === undefined && fields['end_time'] !== undefined ? pricer(fields) : undefined;

/** The table's version, stored with each cost so that it can be re-priced. A test holds it equal to the installed package. */
export const genaiPricesVersion = '0.1.8';

/** Inclusive totals with their cached parts. */
interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_tokens: number;
}

/** Prices by the table that `@pydantic/genai-prices` bundles: dated, with tiers and cache rates. */
export const genaiPricer: Pricer = (fields) => {
  const model = modelOf(fields);
  const [input, output] = [tokens(fields, 'tokens_input'), tokens(fields, 'tokens_output')];
  if (model === undefined || (input === undefined && output === undefined)) return undefined;

  const usage = usageOf(fields, input ?? 0, output ?? 0);
  const provider = (fields['provider'] as string | undefined)?.toLowerCase();
  const startTime = fields['start_time'] as string;
  const tariff = tariffOf(provider, model, startTime);
  const dollars = tariff?.priceOf(usage, startTime);
  if (tariff === undefined || dollars === undefined || !(dollars >= 0 && dollars < Number.POSITIVE_INFINITY))
    return undefined;
  return { dollars: dollarsOf(nanosOf(dollars)), source: tariff.source };
};

/** How the table prices one model on one day. */
interface Tariff {
  readonly source: CostPrice;
  readonly priceOf: (usage: Usage, startTime: string) => number | undefined;
}

const tariffs = new Map<string, Tariff | undefined>();
// A client can name any model; what is kept of them is bounded.
const mostTariffs = 1_000;

/** A look-up costs the table's library some 15 µs, a tenth of what storing a span does, so tariffs are kept by day. */
function tariffOf(provider: string | undefined, model: string, startTime: string): Tariff | undefined {
  const key = JSON.stringify([startTime.slice(0, 10), provider, model]);
  if (tariffs.has(key)) return tariffs.get(key);
  if (tariffs.size >= mostTariffs) tariffs.clear();
  const tariff = readTariff(provider, model, startTime);
  tariffs.set(key, tariff);
  return tariff;
}

function readTariff(provider: string | undefined, model: string, startTime: string): Tariff | undefined {
  const ask = (usage: Partial<Usage>, at: string) => {
    try {
      return calcPrice({ ...usage }, model, {
        ...(provider === undefined ? {} : { providerId: provider }),
        timestamp: new Date(at),
      });
    } catch {
      // The table refuses usage that contradicts itself. Such a span has no known cost.
      return null;
    }
  };
  const sample = ask({ input_tokens: perMillion }, startTime);
  if (sample === null) return undefined;
  const source = {
    table: 'genai-prices',
    version: genaiPricesVersion,
    provider: sample.provider.id,
    model: sample.model.id,
  };
  if (!isProportional(sample)) return { source, priceOf: (usage, at) => ask(usage, at)?.total_price };

  // What a million tokens of each sort cost, asked of the library, so that its rules for what has no rate of its own hold.
  const rate = (usage: Partial<Usage>): number => ask(usage, startTime)?.total_price ?? Number.NaN;
  const input = sample.total_price;
  const output = rate({ output_tokens: perMillion });
  const cacheRead = rate({ input_tokens: perMillion, cache_read_tokens: perMillion });
  const cacheWrite = rate({ input_tokens: perMillion, cache_write_tokens: perMillion });
  return {
    source,
    priceOf: (usage) =>
      ((usage.input_tokens - usage.cache_read_tokens - usage.cache_write_tokens) * input +
        usage.cache_read_tokens * cacheRead +
        usage.cache_write_tokens * cacheWrite +
        usage.output_tokens * output) /
      perMillion,
  };
}

const perMillion = 1_000_000;

/** Whether a price is so much a token: without tiers, without a fee a request, the same at every hour of the day. */
function isProportional({ model, model_price }: NonNullable<ReturnType<typeof calcPrice>>): boolean {
  const isByHour =
    Array.isArray(model.prices) && model.prices.some(({ constraint }) => constraint && 'start_time' in constraint);
  const rates = Object.entries(model_price).filter(([, rate]) => rate !== undefined);
  return !isByHour && rates.every(([name, rate]) => typeof rate === 'number' && !name.startsWith('requests'));
}

const tokens = (fields: Fields, name: string): number | undefined => fields[name] as number | undefined;

/** The cached parts cannot exceed the total: clients that count them apart are clamped. */
function usageOf(fields: Fields, input: number, output: number): Usage {
  const cacheRead = Math.min(tokens(fields, 'tokens_cache_read') ?? 0, input);
  const cacheWrite = Math.min(tokens(fields, 'tokens_cache_write') ?? 0, input - cacheRead);
  return { input_tokens: input, output_tokens: output, cache_read_tokens: cacheRead, cache_write_tokens: cacheWrite };
}
