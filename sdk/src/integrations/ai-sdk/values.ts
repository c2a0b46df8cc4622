import type { Usage } from '../../index.ts';
import { toolCall } from '../messages.ts';
import { type Loose, objectOf } from '../observed-run.ts';
import { usageOfAnthropic, withTier } from '../usage.ts';

// What all versions of the AI SDK have in common: messages, usage, names. Nothing of it is trusted to have its shape.

/** Messages in the form that traces hold, whatever parts they were made of. */
export const messagesOf = (messages: unknown, system?: unknown): object[] =>
  [
    ...(system === undefined
      ? []
      : typeof system === 'string'
        ? [{ role: 'system', content: system }]
        : [system].flat()),
    ...(Array.isArray(messages) ? messages.flatMap(messageOf) : []),
  ] as object[];

/** One message; of a tool message one for each result. */
function messageOf(message: Loose): object[] {
  const { role, content } = message;
  if (!Array.isArray(content)) return [{ role, content }];
  const parts = content.map(objectOf);
  if (role === 'tool') {
    return parts.map(({ toolCallId, toolName, output, result }) => ({
      role,
      tool_call_id: toolCallId,
      name: toolName,
      content: objectOf(output)['value'] ?? output ?? result,
    }));
  }
  const textOf = (type: string) => parts.filter((part) => part['type'] === type && part['text'] !== '');
  const joined = (some: readonly Loose[]) => some.map(({ text }) => text).join('');
  const calls = parts.filter(({ type }) => type === 'tool-call').map(toolCallOf);
  const rest = parts.filter(({ type }) => type !== 'tool-call' && type !== 'reasoning');
  const texts = textOf('text');
  const reasoning = joined(textOf('reasoning'));
  return [
    {
      role,
      content: rest.every(({ type }) => type === 'text') ? (rest.length > 0 ? joined(texts) : null) : rest,
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
      ...(reasoning === '' ? {} : { reasoning }),
    },
  ];
}

export const toolCallOf = ({ toolCallId, toolName, input, args }: Loose): object =>
  toolCall(toolCallId, toolName, input ?? args);

/**
 * Tokens, whichever version counted them. Totals of Anthropic's calls leave the cached tokens out in version 5, which only
 * the provider's own object tells.
 */
export function usageOf(usage: unknown, providerMetadata: unknown): Usage {
  const { inputTokens, outputTokens, tokens, promptTokens, completionTokens, raw, ...flat } = objectOf(usage);
  const [input, output] = [objectOf(inputTokens), objectOf(outputTokens)];
  const [inputDetails, outputDetails] = [objectOf(flat['inputTokenDetails']), objectOf(flat['outputTokenDetails'])];
  const { openai, anthropic } = objectOf(providerMetadata);
  const details = objectOf(raw ?? objectOf(anthropic)['usage']);
  if ('cache_read_input_tokens' in details || 'cache_creation_input_tokens' in details)
    return usageOfAnthropic(details);
  return {
    inputTokens: countOf(input['total'], inputTokens, promptTokens, tokens),
    outputTokens: countOf(output['total'], outputTokens, completionTokens),
    cacheReadTokens: countOf(input['cacheRead'], inputDetails['cacheReadTokens'], flat['cachedInputTokens']),
    cacheWriteTokens: countOf(input['cacheWrite'], inputDetails['cacheWriteTokens']),
    reasoningTokens: countOf(output['reasoning'], outputDetails['reasoningTokens'], flat['reasoningTokens']),
    details: withTier((raw ?? undefined) as object | undefined, objectOf(openai)['serviceTier']),
  };
}

const countOf = (...candidates: unknown[]): number | undefined =>
  candidates.find((count) => typeof count === 'number') as number | undefined;

/** `openai` of `openai.responses`. */
export const providerOf = (provider: unknown): string | undefined =>
  typeof provider === 'string' ? provider.split('.')[0] : undefined;

/**
 * A model's stream, looked at as it passes: its errors come as parts or break it off, and the AI SDK tells telemetry of
 * neither in every version. Nothing is read before it is asked for.
 */
function watchedStream(
  stream: ReadableStream<unknown>,
  onError: (error: unknown, isBroken: boolean) => void,
): ReadableStream<unknown> {
  const reader = stream.getReader();
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          const { type, error } = objectOf(value);
          if (type === 'error') onError(error, false);
          controller.enqueue(value);
        } catch (error) {
          // What was aborted has not failed.
          if (objectOf(error)['name'] !== 'AbortError') onError(error, true);
          throw error;
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** Puts {@link watchedStream} in the place of an answer's stream, if it has one; that which now stands there. */
export function watchStreamOf(
  answer: unknown,
  onError: (error: unknown, isBroken: boolean) => void,
): ReadableStream<unknown> | undefined {
  const { stream } = objectOf(answer);
  if (!(stream instanceof ReadableStream)) return undefined;
  const watched = watchedStream(stream, onError);
  (answer as { stream: unknown }).stream = watched;
  return watched;
}
