import type { Usage } from '../../index.ts';
import { given, toolCall } from '../messages.ts';
import { type Loose, objectOf } from '../observed-run.ts';
import { usageOfOpenAI, withTier } from '../usage.ts';

const roles: Readonly<Record<string, string>> = { human: 'user', ai: 'assistant' };

/** A message of LangChain in the form that spans hold. */
export function messageOf(message: object): Record<string, unknown> {
  const { content, name, tool_call_id, tool_calls, additional_kwargs, role } = message as Loose;
  const type = typeOf(message);
  const calls = (Array.isArray(tool_calls) ? tool_calls : []).map(objectOf);
  const { reasoning_content, refusal } = objectOf(additional_kwargs);
  const hasContent = content !== '' || calls.length === 0;
  return {
    role: type === 'generic' || type === undefined ? role : (roles[type] ?? type),
    content: hasContent ? content : null,
    ...given({
      name,
      tool_call_id,
      tool_calls: calls.map((call) => toolCall(call['id'], call['name'], call['args'])),
      reasoning: reasoning_content,
      refusal,
    }),
  };
}

const typeOf = (message: object): string | undefined => {
  const { getType, _getType } = message as { getType?: () => string; _getType?: () => string };
  const tell = getType ?? _getType;
  return typeof tell === 'function' ? tell.call(message) : undefined;
};

/** Inputs and outputs of runs, with messages as spans hold them: as they are, they would say how to construct them again. */
export function readable(value: unknown, depth = 4): unknown {
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  if (typeOf(value) !== undefined && 'content' in value) return messageOf(value);
  if (Array.isArray(value)) return value.map((item) => readable(item, depth - 1));
  const { toChatMessages } = value as { toChatMessages?: () => unknown };
  if (typeof toChatMessages === 'function') return { messages: readable(toChatMessages.call(value), depth - 1) };
  // Anything else that has a class of its own is written as it says.
  if (![Object.prototype, null].includes(Object.getPrototypeOf(value))) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, readable(member, depth - 1)]));
}

/** What a model answered. */
export interface Answer {
  readonly messages: readonly object[];
  readonly usage: Usage;
  readonly model: string | undefined;
  readonly finishReason: string | undefined;
}

export function answerOf(result: object): Answer {
  const { generations, llmOutput } = result as { generations: readonly (readonly object[])[]; llmOutput?: unknown };
  const all = generations.flat() as Loose[];
  const first = all[0] ?? {};
  const message = objectOf(first['message']);
  const metadata = { ...objectOf(message['response_metadata']), ...objectOf(first['generationInfo']) } as Loose;
  const model = metadata['model_name'] ?? metadata['model'] ?? objectOf(llmOutput)['model_name'];
  const reason = metadata['finish_reason'] ?? metadata['stop_reason'];
  return {
    messages: all.map(({ message: said, text }) =>
      typeof said === 'object' && said !== null ? messageOf(said) : { role: 'assistant', content: text },
    ),
    usage: usageOf(message['usage_metadata'], metadata, objectOf(llmOutput)),
    model: typeof model === 'string' ? model : undefined,
    finishReason: typeof reason === 'string' ? reason : undefined,
  };
}

/**
 * LangChain's totals are inclusive, whatever the provider's are. A model that does not count by its rules may still pass on
 * the provider's own object; `tokenUsage` is older than both, and knows no parts.
 */
function usageOf(usage: unknown, { usage: raw, service_tier }: Loose, { tokenUsage }: Loose): Usage {
  const { input_tokens, output_tokens, input_token_details, output_token_details } = objectOf(usage) as Counts;
  const { promptTokens, completionTokens } = objectOf(tokenUsage) as Counts;
  const { cache_read, cache_creation } = objectOf(input_token_details) as Counts;
  const { reasoning } = objectOf(output_token_details) as Counts;
  const details = [raw, usage, tokenUsage].map(objectOf).find((counts) => Object.keys(counts).length > 0);
  const ofProvider = usageOfOpenAI(objectOf(raw));
  return {
    inputTokens: input_tokens ?? ofProvider.inputTokens ?? promptTokens,
    outputTokens: output_tokens ?? ofProvider.outputTokens ?? completionTokens,
    cacheReadTokens: cache_read ?? ofProvider.cacheReadTokens,
    cacheWriteTokens: cache_creation,
    reasoningTokens: reasoning ?? ofProvider.reasoningTokens,
    details: withTier(details, service_tier),
  };
}

type Counts = Readonly<Record<string, number | undefined>> & {
  readonly input_token_details?: unknown;
  readonly output_token_details?: unknown;
};
