import { modelOf } from './ledger.ts';
import { dollarsToKeep, type Price, type Pricer, perMillion } from './pricing.ts';
import type { Fields } from './record.ts';
import { microsOf } from './time.ts';
import { type BilledUsage, billedUsage } from './usage.ts';

/** Dollars for a million tokens. */
export interface Rates {
  readonly input_per_million: number;
  readonly output_per_million: number;
  /** What has no rate costs what it is a part of: cached tokens the input's, an hour's cache writes those of other writes. */
  readonly cache_read_per_million?: number | undefined;
  readonly cache_write_per_million?: number | undefined;
  readonly cache_write_1h_per_million?: number | undefined;
  readonly reasoning_per_million?: number | undefined;
  readonly audio_input_per_million?: number | undefined;
  readonly audio_cache_read_per_million?: number | undefined;
  readonly audio_output_per_million?: number | undefined;
  readonly image_input_per_million?: number | undefined;
  readonly image_output_per_million?: number | undefined;
  /** Dollars for each call. */
  readonly per_request?: number | undefined;
}

/** Rates that differ from others. */
type OtherRates = { readonly [Name in keyof Rates]?: Rates[Name] | undefined };

/** One price of one's own. */
export interface OwnPrice extends Rates {
  /** The model's name, where `*` stands for any characters; or a regular expression that the whole name must match. */
  readonly model?: string | undefined;
  readonly model_regex?: string | undefined;
  readonly provider?: string | undefined;
  /** The UTC day from which it holds. */
  readonly from?: string | undefined;
  /** Other rates for the whole call where its input is longer than so many tokens; the longest that applies. */
  readonly tiers?: readonly (OtherRates & { readonly above_input_tokens: number })[] | undefined;
  /** Other rates by the provider's service tier (`batch`, `flex`, `priority`): the standard ones times a factor, or by name. */
  readonly service_tiers?: Readonly<Record<string, OtherRates & { readonly factor?: number | undefined }>> | undefined;
}

/** A list of prices, and what a cost that was computed by it says of it. */
export interface OwnPrices {
  readonly table: string;
  readonly version: string;
  readonly prices: readonly OwnPrice[];
}

// A client can name any model; what is kept of them is bounded.
const mostModels = 1_000;

/**
 * Prices by a list of one's own. Of the prices that are for a call's model and provider and have begun, the one that began
 * last counts; of several that began together, the first in the list.
 */
export function ownPricer({ table, version, prices }: OwnPrices): Pricer {
  const candidates = prices.map((price) => ({
    price,
    isModel: modelTest(price),
    fromMicros: price.from === undefined ? Number.NEGATIVE_INFINITY : microsOf(`${price.from}T00:00:00.000000Z`),
  }));
  const byModel = new Map<string, readonly (typeof candidates)[number][]>();
  const candidatesFor = (model: string) => {
    let found = byModel.get(model);
    if (found === undefined) {
      if (byModel.size >= mostModels) byModel.clear();
      // The sort keeps the order of those that began together.
      found = candidates.filter(({ isModel }) => isModel(model)).sort((a, b) => compare(b.fromMicros, a.fromMicros));
      byModel.set(model, found);
    }
    return found;
  };

  return (fields: Fields): Price | undefined => {
    const model = modelOf(fields);
    const found = model === undefined ? [] : candidatesFor(model);
    if (found.length === 0) return undefined;
    const provider = fields['provider'] as string | undefined;
    const startMicros = microsOf(fields['start_time'] as string);
    const price = found.find(
      (candidate) => candidate.fromMicros <= startMicros && isProvider(candidate.price, provider),
    )?.price;
    if (price === undefined) return undefined;
    const usage = billedUsage(fields);
    const dollars = usage && dollarsToKeep(dollarsOf(price, usage));
    if (dollars === undefined) return undefined;
    const name = price.model ?? price.model_regex ?? '';
    return { dollars, source: { table, version, provider: price.provider ?? 'any', model: name } };
  };
}

/** Undefined where it has no rates for the call's service tier. */
function dollarsOf(price: OwnPrice, usage: BilledUsage): number | undefined {
  const rates = ratesFor(price, usage);
  return rates && amountOf(rates, usage);
}

function ratesFor(price: OwnPrice, { input, serviceTier }: BilledUsage): Rates | undefined {
  const tier = price.tiers
    ?.filter(({ above_input_tokens }) => input > above_input_tokens)
    .sort((a, b) => b.above_input_tokens - a.above_input_tokens)[0];
  const standard = { ...price, ...tier } as Rates;
  if (serviceTier === undefined) return standard;
  const service = price.service_tiers?.[serviceTier];
  if (service === undefined) return undefined;
  const { factor = 1, ...own } = service;
  const scaled = Object.fromEntries(
    Object.entries(standard).map(([name, rate]) => [name, isRate(name) ? (rate as number) * factor : rate]),
  );
  return { ...scaled, ...own } as unknown as Rates;
}

const isRate = (name: string): boolean => name.endsWith('_per_million') || name === 'per_request';

function amountOf(rates: Rates, usage: BilledUsage): number {
  const { audio, image } = usage;
  const input = rates.input_per_million;
  const output = rates.output_per_million;
  const cacheRead = rates.cache_read_per_million ?? input;
  const cacheWrite = rates.cache_write_per_million ?? input;
  const audioInput = rates.audio_input_per_million ?? input;
  const imageInput = rates.image_input_per_million ?? input;
  const tokens: (readonly [count: number, rate: number])[] = [
    [
      usage.input -
        usage.cacheRead -
        usage.cacheWrite -
        (audio.input - audio.cacheRead) -
        (image.input - image.cacheRead),
      input,
    ],
    [usage.cacheRead - audio.cacheRead, cacheRead],
    [usage.cacheWrite - usage.cacheWrite1h, cacheWrite],
    [usage.cacheWrite1h, rates.cache_write_1h_per_million ?? cacheWrite],
    [audio.input - audio.cacheRead, audioInput],
    [audio.cacheRead, rates.audio_cache_read_per_million ?? cacheRead],
    [image.input - image.cacheRead, imageInput],
    [usage.output - usage.reasoning - audio.output - image.output, output],
    [usage.reasoning, rates.reasoning_per_million ?? output],
    [audio.output, rates.audio_output_per_million ?? output],
    [image.output, rates.image_output_per_million ?? output],
  ];
  return tokens.reduce((sum, [count, rate]) => sum + count * rate, 0) / perMillion + (rates.per_request ?? 0);
}

function modelTest({ model, model_regex }: OwnPrice): (name: string) => boolean {
  const pattern = model_regex ?? (model ?? '').split('*').map(escaped).join('.*');
  const regex = new RegExp(`^(?:${pattern})$`, 'isu');
  return (name) => regex.test(name);
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

const isProvider = ({ provider }: OwnPrice, of: string | undefined): boolean =>
  provider === undefined || provider.toLowerCase() === of?.toLowerCase();

const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
