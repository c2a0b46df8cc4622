import type OpenAI from 'openai';
import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions';
import type { Tracer } from '../index.ts';
import { intercepted, type Replacement } from './client-overlay.ts';
import { BackgroundResponses } from './openai/background.ts';
import {
  type Body,
  type CallKind,
  callOf,
  chat,
  completion,
  embedding,
  responseInput,
  speech,
} from './openai/calls.ts';
import { withoutUsage } from './openai/chat.ts';
import { ResponseAnswer } from './openai/responses.ts';
import type { Call } from './record-call.ts';
import { recorded, requireMethod, wrapClient } from './wrap-client.ts';

/** How an OpenAI client is recorded. */
export interface WrapOpenAIOptions {
  /**
   * Who serves the models: it decides what they cost. For services that speak OpenAI's interface: `groq`, `deepseek`, …
   * @default 'openai', and 'azure' for an `AzureOpenAI`
   */
  readonly provider?: string | undefined;
  /**
   * Has OpenAI say how many tokens a streamed chat completion took where the program did not ask for it. The program does
   * not see the answer to what it did not ask. A call with `include_usage: false` is left alone.
   * @default false
   */
  readonly streamUsage?: boolean | undefined;
}

/**
 * An OpenAI client whose calls are recorded as spans: chat completions and responses with messages, tools, usage, first
 * token and errors; embeddings, images, audio, moderations. Plain, streamed, and through `parse`, `stream`, `runTools`.
 *
 * The client given is not changed. The one returned behaves as it in everything: same classes, lazy promises with
 * `withResponse()` and `asResponse()`, streams with `tee()` and `controller`.
 *
 * @param client An `OpenAI` client of version 5, 6 or 7, or a subclass such as `AzureOpenAI`.
 * @param tracer Where spans go. If it is off, the client is returned as it is.
 * @throws TracerError `unsupported_client` if it has no chat completions.
 * @example
 * ```ts
 * import OpenAI from 'openai';
 * import { Tracer } from 'llm-tracer';
 * import { wrapOpenAI } from 'llm-tracer/openai';
 *
 * const openai = wrapOpenAI(new OpenAI(), new Tracer());
 * await openai.chat.completions.create({
 *   model: 'gpt-4o-mini',
 *   messages: [{ role: 'user', content: 'What is the capital of France?' }],
 * });
 * ```
 */
export function wrapOpenAI<Client extends Pick<OpenAI, 'chat'>>(
  client: Client,
  tracer: Tracer,
  options: WrapOpenAIOptions = {},
): Client {
  requireMethod(client?.chat?.completions?.create, 'wrapOpenAI', 'chat.completions.create');
  const provider = options.provider ?? ('apiVersion' in client ? 'azure' : 'openai');
  const background = new BackgroundResponses(tracer, provider);

  type Adapt = (call: Call, args: readonly unknown[]) => Call;
  const recording = (operation: string, kind: CallKind = {}, adapt: Adapt = (call) => call): Replacement =>
    recorded(tracer, (args) => adapt(callOf(operation, kind, args[0] as Body, provider), args));

  const askingForUsage: Adapt = (call, [given, ...rest]) => {
    const body = given as Partial<ChatCompletionCreateParams>;
    if (!options.streamUsage || !body.stream || body.stream_options?.include_usage !== undefined) return call;
    const asking = { ...body, stream_options: { ...body.stream_options, include_usage: true } };
    return { ...call, hide: withoutUsage, args: [asking, ...rest] };
  };
  const response: CallKind = {
    inputOf: responseInput,
    answer: () => new ResponseAnswer((span, answered) => background.note(answered, span)),
  };
  const watched = intercepted((method, self, args) => background.watch(Reflect.apply(method, self, args)));

  return wrapClient(
    client,
    tracer,
    (other) => wrapOpenAI(other, tracer, options),
    (resource) => {
      const creates = (operation: string, kind?: CallKind, adapt?: Adapt): Replacement =>
        resource({ create: recording(operation, kind, adapt) });
      const responses = resource({ create: recording('chat', response), retrieve: watched, cancel: watched });
      return {
        chat: resource({ completions: creates('chat', chat, askingForUsage) }),
        completions: creates('completion', completion),
        responses,
        beta: resource({ responses }),
        embeddings: creates('embeddings', embedding),
        images: resource({
          generate: recording('images.generate'),
          edit: recording('images.edit'),
          createVariation: recording('images.variation'),
        }),
        audio: resource({
          speech: creates('audio.speech', speech),
          transcriptions: creates('audio.transcription'),
          translations: creates('audio.translation'),
        }),
        moderations: creates('moderation'),
      };
    },
  );
}
