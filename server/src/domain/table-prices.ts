import { calcPrice } from '@pydantic/genai-prices';
import { modelOf } from './ledger.ts';
import { dollarsToKeep, type Price, type Pricer, perMillion } from './pricing.ts';
import { type BilledUsage, billedUsage } from './usage.ts';

/** The table's version, stored with each cost so that it can be re-priced. A test holds it equal to the installed package. */
export const genaiPricesVersion = '0.1.8';

/** Prices by the table that `@pydantic/genai-prices` bundles: dated, with tiers, cache, audio and image rates. */
export const genaiPricer: Pricer = (fields) => {
  const model = modelOf(fields);
  const usage = model === undefined ? undefined : billedUsage(fields);
  if (model === undefined || usage === undefined) return undefined;

  const startTime = fields['start_time'] as string;
  const tariff = tariffOf((fields['provider'] as string | undefined)?.toLowerCase(), model, startTime);
  const dollars = dollarsToKeep(tariff?.dollarsOf(usage, startTime));
  return tariff === undefined || dollars === undefined ? undefined : { dollars, source: tariff.source };
};

/** How the table prices one model on one day. */
interface Tariff {
  readonly source: Price['source'];
  readonly dollarsOf: (usage: BilledUsage, startTime: string) => number | undefined;
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

type TableUsage = Readonly<Record<string, number>>;

function readTariff(provider: string | undefined, model: string, startTime: string): Tariff | undefined {
  const ask = (usage: TableUsage, at: string) => {
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
  const rates: ReadonlySet<string> = new Set(
    Object.entries(sample.model_price).flatMap(([name, rate]) => (rate === undefined ? [] : [name])),
  );
  const isFlat = isProportional(sample);

  // What a million tokens of each sort cost, asked of the library, so that its rules for what has no rate of its own hold.
  const rate = (usage: TableUsage): number => ask(usage, startTime)?.total_price ?? Number.NaN;
  const input = sample.total_price;
  const output = rate({ output_tokens: perMillion });
  const cacheRead = rate({ input_tokens: perMillion, cache_read_tokens: perMillion });
  const cacheWrite = rate({ input_tokens: perMillion, cache_write_tokens: perMillion });
  const flat = (usage: BilledUsage): number =>
    ((usage.input - usage.cacheRead - usage.cacheWrite) * input +
      usage.cacheRead * cacheRead +
      usage.cacheWrite * cacheWrite +
      usage.output * output) /
    perMillion;

  return {
    source,
    dollarsOf(usage, at) {
      const share = shareOfTier(usage.serviceTier, source.provider);
      if (share === undefined || hasUnpricedAudio(usage, source.provider, rates)) return undefined;
      const parts = partsWithRates(usage, rates);
      const dollars =
        isFlat && parts.length === 0
          ? flat(usage)
          : ask({ ...basicUsage(usage), ...Object.fromEntries(parts) }, at)?.total_price;
      return dollars === undefined ? undefined : dollars * share;
    },
  };
}

const basicUsage = (usage: BilledUsage): TableUsage => ({
  input_tokens: usage.input,
  output_tokens: usage.output,
  cache_read_tokens: usage.cacheRead,
  cache_write_tokens: usage.cacheWrite,
});

/** The further parts of a usage for which the model has rates of their own; the others cost what all tokens do. */
function partsWithRates(usage: BilledUsage, rates: ReadonlySet<string>): (readonly [string, number])[] {
  const { audio, image } = usage;
  if (usage.cacheWrite1h + usage.reasoning + usage.webSearches + sumOf(audio) + sumOf(image) === 0) return [];
  const parts: [name: string, rate: string, count: number][] = [
    ['cache_write_1h_tokens', 'cache_write_1h_mtok', usage.cacheWrite1h],
    ['output_reasoning_tokens', 'output_reasoning_mtok', usage.reasoning],
    ['web_searches', 'web_searches_kcount', usage.webSearches],
    ['output_audio_tokens', 'output_audio_mtok', audio.output],
    ['output_image_tokens', 'output_image_mtok', image.output],
  ];
  const found = parts.filter(([, rate, count]) => count > 0 && rates.has(rate));
  for (const [name, modality] of [['audio', audio] as const, ['image', image] as const]) {
    const hasRate = rates.has(`input_${name}_mtok`) || rates.has(`cache_${name}_read_mtok`);
    if (modality.input === 0 || !hasRate) continue;
    found.push([`input_${name}_tokens`, '', modality.input], [`cache_${name}_read_tokens`, '', modality.cacheRead]);
  }
  return found.map(([name, , count]) => [name, count]);
}

const sumOf = ({ input, output }: BilledUsage['audio']): number => input + output;

const halfPrice: Readonly<Record<string, ReadonlySet<string>>> = {
  batch: new Set(['anthropic', 'azure', 'google', 'groq', 'mistral', 'openai']),
  flex: new Set(['openai']),
};

/**
 * What part of the table's price a service tier costs; the table has only standard prices. Batches cost half with every
 * provider that sells them by the token, OpenAI's flex as much as its batches. Others differ by model: not known here.
 */
const shareOfTier = (tier: string | undefined, provider: string): number | undefined => {
  if (tier === undefined) return 1;
  return halfPrice[tier]?.has(provider) === true ? 0.5 : undefined;
};

/**
 * OpenAI bills audio at a multiple of text. Where the table knows no rate for a model's audio, the text's would be wrong by
 * far, and the honest answer is that the price is not known. (Of others, no rate of its own means the same rate.)
 */
function hasUnpricedAudio({ audio }: BilledUsage, provider: string, rates: ReadonlySet<string>): boolean {
  if (provider !== 'openai' && provider !== 'azure') return false;
  return (audio.input > 0 && !rates.has('input_audio_mtok')) || (audio.output > 0 && !rates.has('output_audio_mtok'));
}

/** Whether a price is so much a token: without tiers, without a fee a request, the same at every hour of the day. */
function isProportional({ model, model_price }: NonNullable<ReturnType<typeof calcPrice>>): boolean {
  const isByHour =
    Array.isArray(model.prices) && model.prices.some(({ constraint }) => constraint && 'start_time' in constraint);
  const rates = Object.entries(model_price).filter(([, rate]) => rate !== undefined);
  return !isByHour && rates.every(([name, rate]) => typeof rate === 'number' && !name.startsWith('requests'));
}
