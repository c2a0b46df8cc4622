import { isJsonObject, type JsonObject } from './json.ts';
import type { Fields } from './record.ts';

/**
 * What a model call is billed for. Totals are inclusive; each part is within its total and parts do not contradict each
 * other, whatever a client sent: one that counts cached tokens apart from its total is clamped.
 */
export interface BilledUsage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** Of the cache writes, those kept for an hour, which Anthropic bills higher. */
  readonly cacheWrite1h: number;
  readonly reasoning: number;
  readonly audio: Modality;
  readonly image: Modality;
  /** Searches that the provider made, which are billed by number. */
  readonly webSearches: number;
  /** `batch`, `flex`, `priority`; undefined for the standard one. */
  readonly serviceTier: string | undefined;
}

/** Tokens of one kind of content, within the totals. */
export interface Modality {
  readonly input: number;
  readonly cacheRead: number;
  readonly output: number;
}

/** Undefined where no tokens are known. */
export function billedUsage(fields: Fields): BilledUsage | undefined {
  const [inputKnown, outputKnown] = [countOf(fields['tokens_input']), countOf(fields['tokens_output'])];
  if (inputKnown === undefined && outputKnown === undefined) return undefined;
  const [input, output] = [inputKnown ?? 0, outputKnown ?? 0];

  const raw = objectOf(fields['usage_details']);
  const details = { input: firstObject(raw, inputDetails), output: firstObject(raw, outputDetails) };
  const cacheRead = Math.min(
    countOf(fields['tokens_cache_read']) ?? countOf(details.input['cached_tokens']) ?? 0,
    input,
  );
  const cacheWrite = Math.min(countOf(fields['tokens_cache_write']) ?? 0, input - cacheRead);
  const hourWrites = [objectOf(raw['cache_creation']), details.input].map((part) => part['ephemeral_1h_input_tokens']);
  // What is written to the cache is not told apart by content.
  const audio = modalityOf('audio', raw, details, { input: input - cacheWrite, output, cacheRead });
  const image = modalityOf('image', raw, details, {
    input: input - cacheWrite - audio.input,
    output: output - audio.output,
    cacheRead: cacheRead - audio.cacheRead,
  });
  return {
    input,
    output,
    cacheRead,
    cacheWrite,
    cacheWrite1h: Math.min(firstCount(hourWrites), cacheWrite),
    reasoning: Math.min(countOf(fields['tokens_reasoning']) ?? 0, output - audio.output - image.output),
    audio,
    image,
    webSearches: countOf(objectOf(raw['server_tool_use'])['web_search_requests']) ?? 0,
    // What the answer says, be it that a call for another tier was served as any other; else what was asked for.
    serviceTier: serviceTierOf(raw['service_tier'] ?? objectOf(fields['model_parameters'])['service_tier']),
  };
}

// By OpenAI's chat, its responses, its realtime and audio (as LangChain spells it too), and the AI SDK.
const inputDetails = ['prompt_tokens_details', 'input_tokens_details', 'input_token_details', 'inputTokenDetails'];
const outputDetails = [
  'completion_tokens_details',
  'output_tokens_details',
  'output_token_details',
  'outputTokenDetails',
];
// By Gemini: lists of `{modality, tokenCount}`.
const modalityLists = {
  input: ['promptTokensDetails', 'prompt_tokens_details'],
  cacheRead: ['cacheTokensDetails', 'cache_tokens_details'],
  output: ['candidatesTokensDetails', 'candidates_tokens_details', 'responseTokensDetails'],
};

/** How many tokens of the totals are of one kind of content, as the provider's own usage object says. */
function modalityOf(
  name: 'audio' | 'image',
  raw: JsonObject,
  details: { readonly input: JsonObject; readonly output: JsonObject },
  totals: Modality,
): Modality {
  const listed = (place: keyof typeof modalityLists) =>
    modalityLists[place].map((list) => countInList(raw[list], name));
  const cached = objectOf(details.input['cached_tokens_details']);
  const input = Math.min(
    firstCount([details.input[`${name}_tokens`], details.input[name], ...listed('input')]),
    totals.input,
  );
  const cacheRead = Math.min(firstCount([cached[`${name}_tokens`], ...listed('cacheRead')]), input, totals.cacheRead);
  const output = firstCount([details.output[`${name}_tokens`], details.output[name], ...listed('output')]);
  return {
    input,
    // Where the cached tokens of this kind are not told, at least those that do not fit into the rest.
    cacheRead: Math.max(cacheRead, input + totals.cacheRead - totals.input),
    output: Math.min(output, totals.output),
  };
}

function countInList(list: unknown, modality: string): number | undefined {
  if (!Array.isArray(list)) return undefined;
  const entry = list.find((item) => isJsonObject(item) && String(item['modality']).toLowerCase() === modality);
  return countOf(objectOf(entry)['tokenCount'] ?? objectOf(entry)['token_count']);
}

const standardTiers = new Set(['', 'auto', 'default', 'standard', 'on_demand']);

const serviceTierOf = (value: unknown): string | undefined =>
  typeof value !== 'string' || standardTiers.has(value.toLowerCase()) ? undefined : value.toLowerCase();

const nothing: JsonObject = {};
const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : nothing);

function firstObject(from: JsonObject, names: readonly string[]): JsonObject {
  if (from === nothing) return nothing;
  for (const name of names) if (isJsonObject(from[name])) return from[name];
  return nothing;
}

const firstCount = (values: readonly unknown[]): number => {
  for (const value of values) {
    const count = countOf(value);
    if (count !== undefined) return count;
  }
  return 0;
};

const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY ? value : undefined;
