import type { Usage } from '../index.ts';

// Providers count differently; spans hold one way of counting: totals that include their parts. Shared by the integrations.

interface Details {
  readonly cached_tokens?: number;
  readonly cache_write_tokens?: number;
  readonly reasoning_tokens?: number;
}

/** What OpenAI's interfaces say of tokens: each has names of its own, all count inclusively. */
export interface OpenAIUsage {
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly prompt_tokens_details?: Details | null;
  readonly completion_tokens_details?: Details | null;
  readonly input_tokens_details?: Details | null;
  readonly output_tokens_details?: Details | null;
}

/** A provider's usage object with the tier that the call was served in: a price depends on it, and the object does not have it. */
export const withTier = (details: object | undefined, tier: unknown): object | undefined =>
  typeof tier !== 'string' || tier === 'default' ? details : { ...details, service_tier: tier };

export function usageOfOpenAI(usage: OpenAIUsage, tier?: string | null): Usage {
  const input = usage.prompt_tokens_details ?? usage.input_tokens_details;
  return {
    inputTokens: usage.prompt_tokens ?? usage.input_tokens,
    outputTokens: usage.completion_tokens ?? usage.output_tokens,
    cacheReadTokens: input?.cached_tokens,
    cacheWriteTokens: input?.cache_write_tokens,
    reasoningTokens: (usage.completion_tokens_details ?? usage.output_tokens_details)?.reasoning_tokens,
    details: withTier(usage, tier),
  };
}

/** What Anthropic says of tokens: the cached ones stand apart from the others. */
export interface AnthropicUsage {
  readonly input_tokens?: number | null;
  readonly output_tokens?: number | null;
  readonly cache_read_input_tokens?: number | null;
  readonly cache_creation_input_tokens?: number | null;
  readonly output_tokens_details?: { readonly thinking_tokens?: number } | null;
}

export function usageOfAnthropic(usage: AnthropicUsage): Usage {
  const read = usage.cache_read_input_tokens ?? undefined;
  const write = usage.cache_creation_input_tokens ?? undefined;
  const rest = usage.input_tokens ?? undefined;
  return {
    inputTokens: rest === undefined ? undefined : rest + (read ?? 0) + (write ?? 0),
    outputTokens: usage.output_tokens ?? undefined,
    cacheReadTokens: read,
    cacheWriteTokens: write,
    reasoningTokens: usage.output_tokens_details?.thinking_tokens,
    details: usage,
  };
}
