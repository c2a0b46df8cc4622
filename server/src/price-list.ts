import * as z from 'zod/mini';

const Dollars = z.number().check(z.gte(0), z.lte(1_000_000));

const rates = {
  cache_read_per_million: z.optional(Dollars),
  cache_write_per_million: z.optional(Dollars),
  cache_write_1h_per_million: z.optional(Dollars),
  reasoning_per_million: z.optional(Dollars),
  audio_input_per_million: z.optional(Dollars),
  audio_cache_read_per_million: z.optional(Dollars),
  audio_output_per_million: z.optional(Dollars),
  image_input_per_million: z.optional(Dollars),
  image_output_per_million: z.optional(Dollars),
  per_request: z.optional(Dollars),
};
const otherRates = { input_per_million: z.optional(Dollars), output_per_million: z.optional(Dollars), ...rates };

const Pattern = z.string().check(z.minLength(1), z.maxLength(255));

/** What one price is: dollars for a million tokens, of the models whose name matches. */
const Price = z
  .strictObject({
    model: z.optional(Pattern),
    model_regex: z.optional(Pattern.check(z.refine(isRegex, { error: 'must be a regular expression' }))),
    // Stored with each cost, in words.
    provider: z.optional(z.string().check(z.regex(/^\S{1,255}$/, { error: 'must be the id of a provider' }))),
    from: z.optional(z.iso.date()),
    input_per_million: Dollars,
    output_per_million: Dollars,
    ...rates,
    tiers: z.optional(
      z
        .array(z.strictObject({ above_input_tokens: z.int().check(z.gte(1)), ...otherRates }))
        .check(z.minLength(1), z.maxLength(20)),
    ),
    service_tiers: z.optional(
      z.record(
        z.string().check(z.regex(/^[a-z0-9_-]{1,50}$/, { error: 'must be a service tier, like batch' })),
        z.strictObject({ factor: z.optional(z.number().check(z.gte(0), z.lte(100))), ...otherRates }),
      ),
    ),
  })
  .check(
    z.refine(({ model, model_regex }) => (model === undefined) !== (model_regex === undefined), {
      error: 'must have either model or model_regex',
    }),
  );

/** Prices of one's own, in `PRICES_FILE` or for a project in `PROJECT_SETTINGS`. */
export const PriceList = z.array(Price).check(z.maxLength(1_000));

function isRegex(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}
