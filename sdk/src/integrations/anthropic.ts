import type Anthropic from '@anthropic-ai/sdk';
import type { Tracer } from '../index.ts';
import { messageAnswer } from './anthropic/answer.ts';
import { type Block, messagesOf } from './anthropic/messages.ts';
import type { Call } from './record-call.ts';
import { recorded, requireMethod, wrapClient } from './wrap-client.ts';

/** How an Anthropic client is recorded. */
export interface WrapAnthropicOptions {
  /**
   * Who serves the models: it decides what they cost. For clients of other platforms: `aws`, `google`, …
   * @default 'anthropic'
   */
  readonly provider?: string | undefined;
}

/**
 * An Anthropic client whose messages are recorded as spans: messages, tools, thinking, usage with cache reads and writes,
 * first token, errors. Plain, streamed, through `stream`, `parse` and `toolRunner`, and under `beta`.
 *
 * The client given is not changed. The one returned behaves as it in everything: same classes, lazy promises with
 * `withResponse()` and `asResponse()`, streams with `tee()` and `controller`.
 *
 * @param client An `Anthropic` client, or one of its kind for another platform.
 * @param tracer Where spans go. If it is off, the client is returned as it is.
 * @throws TracerError `unsupported_client` if it has no messages.
 * @example
 * ```ts
 * import Anthropic from '@anthropic-ai/sdk';
 * import { Tracer } from 'llm-tracer';
 * import { wrapAnthropic } from 'llm-tracer/anthropic';
 *
 * const anthropic = wrapAnthropic(new Anthropic(), new Tracer());
 * await anthropic.messages.create({
 *   model: 'claude-haiku-4-5',
 *   max_tokens: 200,
 *   messages: [{ role: 'user', content: 'What is the capital of France?' }],
 * });
 * ```
 */
export function wrapAnthropic<Client extends Pick<Anthropic, 'messages'>>(
  client: Client,
  tracer: Tracer,
  options: WrapAnthropicOptions = {},
): Client {
  requireMethod(client?.messages?.create, 'wrapAnthropic', 'messages.create');
  const { provider = 'anthropic' } = options;
  const create = recorded(tracer, ([body]) => callOf(body as Body, provider));
  return wrapClient(
    client,
    tracer,
    (other) => wrapAnthropic(other, tracer, options),
    (resource) => {
      const messages = resource({ create });
      return { messages, beta: resource({ messages }) };
    },
  );
}

/** What a call sends. */
interface Body {
  readonly model?: string;
  readonly system?: string | readonly Block[];
  readonly messages: readonly { readonly role: string; readonly content: string | readonly Block[] }[];
  readonly tools?: readonly unknown[];
}

function callOf({ model, system, messages, tools, ...modelParameters }: Body, provider: string): Call {
  const instructions = system === undefined ? [] : [{ role: 'system', content: system }];
  return {
    name: `chat ${model}`,
    options: {
      kind: 'llm',
      provider,
      model,
      input: { messages: [...instructions, ...messages].flatMap(messagesOf) },
      modelParameters,
      tools,
    },
    answer: messageAnswer(),
  };
}
