import type { Span, Tracer } from '../../index.ts';
import { giveUp, harmless, hasActive, type Loose, labelOwnTrace, objectOf } from '../observed-run.ts';
import { messagesOf, providerOf, usageOf, watchStreamOf } from './values.ts';

/** What `aiSdkTelemetry` makes: a `Telemetry` of `ai` 7, said without its types, which earlier versions do not have. */
export interface AiSdkTelemetry {
  onStart(event: object): void;
  onLanguageModelCallStart(event: object): void;
  onLanguageModelCallEnd(event: object): void;
  onObjectStepStart(event: object): void;
  onObjectStepEnd(event: object): void;
  onToolExecutionStart(event: object): void;
  onToolExecutionEnd(event: object): void;
  onEmbedStart(event: object): void;
  onEmbedEnd(event: object): void;
  onEnd(event: object): void;
  onAbort(event: object): void;
  onError(event: unknown): void;
  executeLanguageModelCall<T>(call: { callId: string; execute: () => PromiseLike<T> }): PromiseLike<T>;
  executeTool<T>(call: { callId: string; toolCallId: string; execute: () => PromiseLike<T> }): PromiseLike<T>;
}

/** A `generateText`, `streamText`, `embed`, … under way. */
interface Running {
  readonly span: Span;
  readonly parameters: Record<string, unknown> | undefined;
  /** What it is doing: the model call under `model`, tools and embeddings by their ids. */
  readonly open: Map<string, Span>;
}

const parameterNames = [
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'presencePenalty',
  'frequencyPenalty',
  'stopSequences',
  'seed',
  'reasoning',
  'toolChoice',
];

/**
 * A telemetry integration for the AI SDK 7: each `generateText`, `streamText`, `generateObject`, `streamObject`, `embed`,
 * `embedMany` or agent becomes a span with its model calls and tools below it.
 *
 * @param tracer Where spans go.
 * @example
 * ```ts
 * import { registerTelemetry } from 'ai';
 * import { Tracer } from 'llm-tracer';
 * import { aiSdkTelemetry } from 'llm-tracer/ai-sdk';
 *
 * registerTelemetry(aiSdkTelemetry(new Tracer()));
 * ```
 */
export function aiSdkTelemetry(tracer: Tracer): AiSdkTelemetry {
  const running = new Map<string, Running>();
  // A stream whose consumer walks away says nothing: its end is seen when it is collected.
  const abandoned = new FinalizationRegistry((callId: string) => finish(callId, giveUp));

  const find = (event: Loose): Running | undefined => running.get(String(event['callId']));

  const begin = (event: Loose, id: string, name: unknown, options: Parameters<Span['startSpan']>[1]): void => {
    const call = find(event);
    // One that was tried again, or in vain.
    call?.open.get(id)?.end();
    call?.open.set(id, call.span.startSpan(String(name), options));
  };

  const take = (event: Loose, id: unknown): Span | undefined => {
    const open = find(event)?.open;
    const span = open?.get(String(id));
    open?.delete(String(id));
    return span;
  };

  const finish = (callId: string, end: (span: Span) => void): void => {
    const call = running.get(callId);
    running.delete(callId);
    for (const span of call?.open.values() ?? []) end(span);
    if (call !== undefined) end(call.span);
  };

  const beginModelCall = (event: Loose): void => {
    const { modelId, provider, tools } = event;
    begin(event, 'model', `chat ${modelId}`, {
      kind: 'llm',
      model: modelId as string,
      provider: providerOf(provider),
      input: { messages: messagesOf(event['messages'] ?? event['promptMessages'], event['instructions']) },
      tools: Array.isArray(tools) ? tools : undefined,
      modelParameters: parametersOf(event) ?? find(event)?.parameters,
    });
  };

  const endModelCall = (event: Loose, content: unknown): void => {
    const { usage, providerMetadata, finishReason, modelId } = event;
    const { responseTimeMs, timeToFirstOutputMs } = objectOf(event['performance']);
    const firstMs = timeToFirstOutputMs ?? event['msToFirstChunk'];
    const span = take(event, 'model')
      ?.setModel(String(objectOf(event['response'])['modelId'] ?? modelId))
      .setUsage(usageOf(usage, providerMetadata))
      .setFinishReason(String(finishReason))
      .setOutput({ messages: messagesOf([{ role: 'assistant', content }]) });
    if (typeof firstMs === 'number' && typeof responseTimeMs === 'number')
      span?.setFirstToken(new Date(Date.now() - Math.max(0, responseTimeMs - firstMs)));
    span?.end();
  };

  const fail = (span: Span, error: unknown): void => span.setError(error).end();

  const handlers = {
    onStart(event: Loose) {
      const { callId, operationId, functionId, runtimeContext: metadata } = event;
      const operation = String(operationId).replace(/^ai\./, '');
      const isOwn = !hasActive(tracer);
      const span = tracer.startSpan(String(functionId ?? operation), {
        kind: operation.endsWith('Text') ? 'agent' : 'chain',
        input: inputOf(event),
        metadata: Object.keys(objectOf(metadata)).length > 0 ? { ...objectOf(metadata) } : undefined,
      });
      if (isOwn) labelOwnTrace(span.trace, objectOf(metadata));
      running.set(String(callId), { span, parameters: parametersOf(event), open: new Map() });
    },
    onLanguageModelCallStart: beginModelCall,
    onLanguageModelCallEnd: (event: Loose) => endModelCall(event, event['content']),
    onObjectStepStart: beginModelCall,
    onObjectStepEnd(event: Loose) {
      const { objectText, reasoning } = event;
      endModelCall(event, [
        { type: 'reasoning', text: reasoning ?? '' },
        { type: 'text', text: objectText },
      ]);
    },
    onToolExecutionStart(event: Loose) {
      const { toolCallId, toolName, input } = objectOf(event['toolCall']);
      begin(event, String(toolCallId), toolName, { kind: 'tool', input });
    },
    onToolExecutionEnd(event: Loose) {
      const span = take(event, objectOf(event['toolCall'])['toolCallId']);
      const { type, error, output } = objectOf(event['toolOutput']);
      if (type === 'tool-error') span?.setError(error);
      else span?.setOutput(output);
      span?.end();
    },
    onEmbedStart(event: Loose) {
      const { embedCallId, modelId, provider, values } = event;
      const model = modelId as string;
      begin(event, String(embedCallId), `embeddings ${modelId}`, {
        kind: 'embedding',
        model,
        provider: providerOf(provider),
        input: values,
      });
    },
    onEmbedEnd(event: Loose) {
      const embeddings = event['embeddings'] as readonly (readonly number[])[];
      take(event, event['embedCallId'])
        ?.setUsage(usageOf(event['usage'], undefined))
        .setOutput({ count: embeddings.length, dimensions: embeddings[0]?.length })
        .end();
    },
    onEnd(event: Loose) {
      const { object, text } = event;
      find(event)?.span.setOutput(object ?? text);
      finish(String(event['callId']), (span) => span.end());
    },
    onAbort: (event: Loose) => finish(String(event['callId']), giveUp),
    onError(event: Loose) {
      const { callId, error } = event;
      finish(String(callId), (span) => fail(span, error));
    },
  };

  return {
    ...allHarmless(handlers),
    async executeLanguageModelCall({ callId, execute }) {
      const span = running.get(callId)?.open.get('model');
      if (span === undefined) return execute();
      const result = await span.run(execute);
      const stream = watchStreamOf(result, (error) => {
        span.setError(error);
        running.get(callId)?.span.setError(error);
      });
      if (stream !== undefined) abandoned.register(stream, callId);
      return result;
    },
    executeTool({ callId, toolCallId, execute }) {
      return running.get(callId)?.open.get(toolCallId)?.run(execute) ?? execute();
    },
  };
}

/** The AI SDK may come to say other things than it does now; whatever it says, nothing is thrown at it. */
const allHarmless = <Handlers extends Record<string, (event: Loose) => void>>(
  handlers: Handlers,
): { [Name in keyof Handlers]: (event: unknown) => void } =>
  Object.fromEntries(
    Object.entries(handlers).map(([name, handle]) => [name, harmless((event: unknown) => handle(objectOf(event)))]),
  ) as never;

function parametersOf(event: Loose): Record<string, unknown> | undefined {
  const given = parameterNames.filter((name) => event[name] !== undefined);
  return given.length > 0 ? Object.fromEntries(given.map((name) => [name, event[name]])) : undefined;
}

function inputOf({ instructions, system, prompt, messages, value }: Loose): unknown {
  if (value !== undefined) return value;
  const given = messages ?? (typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt);
  return { messages: messagesOf(given, instructions ?? system) };
}
