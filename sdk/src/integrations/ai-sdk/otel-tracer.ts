import type { Span, Tracer } from '../../index.ts';
import { giveUp, hasActive, type Loose, labelOwnTrace, objectOf } from '../observed-run.ts';
import { messagesOf, providerOf, toolCallOf, usageOf, watchStreamOf } from './values.ts';

/** As much of OpenTelemetry's `Span` as there is to it. */
export interface AiSdkSpan {
  spanContext(): { traceId: string; spanId: string; traceFlags: number };
  setAttribute(key: string, value: unknown): this;
  setAttributes(attributes: object): this;
  addEvent(name: string, ...rest: unknown[]): this;
  addLink(link: unknown): this;
  addLinks(links: unknown[]): this;
  setStatus(status: { code: number; message?: string }): this;
  updateName(name: string): this;
  end(endTime?: unknown): void;
  isRecording(): boolean;
  recordException(exception: unknown, time?: unknown): void;
}

/** What `aiSdkTracer` makes: an OpenTelemetry `Tracer`, said without its types. */
export interface AiSdkTracer {
  startSpan(name: string, options?: object, context?: unknown): AiSdkSpan;
  startActiveSpan<Fn extends (span: AiSdkSpan) => unknown>(name: string, ...rest: [...unknown[], Fn]): ReturnType<Fn>;
}

/**
 * A tracer for the `experimental_telemetry` of the AI SDK 5 and 6: each `generateText`, `streamText`, … becomes a span with
 * its model calls and tools below it. It is OpenTelemetry's interface only; nothing of OpenTelemetry runs.
 *
 * @param tracer Where spans go.
 * @example
 * ```ts
 * import { Tracer } from 'llm-tracer';
 * import { aiSdkTracer } from 'llm-tracer/ai-sdk';
 *
 * const experimental_telemetry = { isEnabled: true, tracer: aiSdkTracer(new Tracer()) };
 * ```
 */
export function aiSdkTracer(tracer: Tracer): AiSdkTracer {
  /** By the spans that they record on: what is below one is found by what is active. */
  const recordings = new WeakMap<Span, Recording>();
  // A stream whose consumer walks away says nothing: its end is seen when the AI SDK's handle on the span is collected.
  const abandoned = new FinalizationRegistry((recording: Recording) => recording.giveUp());

  const start = (name: string, options: unknown): { recording: Recording; handle: AiSdkSpan } => {
    const attributes = objectOf(objectOf(options)['attributes']);
    const parent = tracer.activeSpan && recordings.get(tracer.activeSpan);
    const recording = new Recording(tracer, name, attributes, parent);
    recordings.set(recording.span, recording);
    parent?.below.add(recording);
    const handle = handleOf(recording);
    abandoned.register(handle, recording);
    return { recording, handle };
  };

  return {
    startSpan: (name, options) => start(name, options).handle,
    startActiveSpan(name, ...rest) {
      const fn = rest.pop() as (span: AiSdkSpan) => never;
      const { recording, handle } = start(name, rest[0]);
      const result = recording.span.run(() => fn(handle));
      recording.await(result);
      return result;
    },
  };
}

/** What one span of the AI SDK says, until it has ended and what it was made for is known. */
class Recording {
  readonly span: Span;
  /** Open ones that were started within. */
  readonly below = new Set<Recording>();
  readonly #above: Recording | undefined;
  readonly #name: string;
  readonly #attributes: Record<string, unknown>;
  #isPending = false;
  #hasEnded = false;
  #usage: unknown;
  #error: unknown;

  constructor(tracer: Tracer, name: string, attributes: Loose, above: Recording | undefined) {
    this.#name = name;
    this.#above = above;
    this.#attributes = { ...attributes };
    const isOwn = !hasActive(tracer);
    this.span = tracer.startSpan(...startOf(name, attributes));
    if (isOwn) labelOwnTrace(this.span.trace, under(attributes, 'ai.telemetry.metadata.'));
  }

  set(attributes: object): void {
    Object.assign(this.#attributes, attributes);
  }

  addEvent(name: string): void {
    if (name === 'ai.stream.firstChunk') this.span.setFirstToken();
  }

  get hasFailed(): boolean {
    return this.#error !== undefined;
  }

  fail(error: unknown): void {
    this.#error = error;
  }

  /** A span that is ended by the function it was made for is ended before its result is out, and the result has the usage. */
  await(result: unknown): void {
    if (typeof objectOf(result)['then'] !== 'function') return;
    this.#isPending = true;
    const settle = (value?: unknown): void => {
      this.#isPending = false;
      const { usage, result: answer } = objectOf(value);
      // Not the rest of it: that holds the handle, whose end is to be seen.
      this.#usage = usage;
      watchStreamOf(answer, (error, isBroken) => this.#failStream(error, isBroken));
      if (this.#hasEnded) this.#finish();
    };
    (result as Promise<unknown>).then(settle, () => settle());
  }

  /** The operation fails with its stream. One that is broken off ends neither by itself. */
  #failStream(error: unknown, isBroken: boolean): void {
    for (const recording of [this, this.#above]) {
      recording?.fail(error);
      if (isBroken) recording?.end();
    }
  }

  end(): void {
    this.#hasEnded = true;
    if (!this.#isPending) this.#finish();
  }

  giveUp(): void {
    for (const recording of this.below) recording.giveUp();
    if (!this.span.isEnded) giveUp(this.span);
  }

  #finish(): void {
    // An aborted stream ends the operation, and leaves its model call as it is.
    for (const recording of this.below) if (!recording.#hasEnded) recording.giveUp();
    try {
      recordEnd(this.span, this.#name, this.#attributes, this.#usage);
    } catch {
      // Attributes of a shape nobody has seen: the span says what it can.
    }
    if (this.#error !== undefined) this.span.setError(this.#error);
    this.span.end();
  }
}

const isModelCall = (name: string): boolean => /\.do(Generate|Stream)$/.test(name);

function startOf(name: string, attributes: Loose): [string, Parameters<Tracer['startSpan']>[1]] {
  const model = attributes['ai.model.id'] as string | undefined;
  const provider = providerOf(attributes['ai.model.provider']);
  const settings = under(attributes, 'ai.settings.');
  delete settings['maxRetries'];
  if (isModelCall(name)) {
    const tools = attributes['ai.prompt.tools'];
    return [
      `chat ${model}`,
      {
        kind: 'llm',
        model,
        provider,
        input: { messages: messagesOf(parsed(attributes['ai.prompt.messages'])) },
        tools: Array.isArray(tools) ? tools.map(parsed) : undefined,
        modelParameters: Object.keys(settings).length > 0 ? settings : undefined,
      },
    ];
  }
  if (name.endsWith('.doEmbed')) {
    const values = attributes['ai.values'];
    return [
      `embeddings ${model}`,
      { kind: 'embedding', model, provider, input: Array.isArray(values) ? values.map(parsed) : undefined },
    ];
  }
  if (name === 'ai.toolCall') {
    const input = parsed(attributes['ai.toolCall.args'] ?? attributes['ai.toolCall.input']);
    return [String(attributes['ai.toolCall.name']), { kind: 'tool', input }];
  }
  const metadata = under(attributes, 'ai.telemetry.metadata.');
  return [
    String(attributes['ai.telemetry.functionId'] ?? name.replace(/^ai\./, '')),
    {
      kind: name.endsWith('Text') ? 'agent' : 'chain',
      input: inputOf(attributes),
      metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
    },
  ];
}

function inputOf(attributes: Loose): unknown {
  const { system, prompt, messages } = objectOf(parsed(attributes['ai.prompt']));
  if (prompt === undefined && messages === undefined) return parsed(attributes['ai.value']) ?? attributes['ai.values'];
  return {
    messages: messagesOf(messages ?? (Array.isArray(prompt) ? prompt : [{ role: 'user', content: prompt }]), system),
  };
}

function recordEnd(span: Span, name: string, attributes: Loose, usage: unknown): void {
  const said = (key: string): unknown => attributes[`ai.response.${key}`];
  const [text, object, reasoning] = [said('text'), parsed(said('object')), said('reasoning')];
  if (name === 'ai.toolCall') {
    span.setOutput(parsed(attributes['ai.toolCall.result'] ?? attributes['ai.toolCall.output']));
  } else if (isModelCall(name)) {
    span.setUsage(usageOf(usage ?? under(attributes, 'ai.usage.'), parsed(said('providerMetadata'))));
    if (typeof said('model') === 'string') span.setModel(said('model') as string);
    if (typeof said('finishReason') === 'string') span.setFinishReason(said('finishReason') as string);
    const calls = parsed(said('toolCalls'));
    if (text === undefined && object === undefined && calls === undefined) return;
    const message = {
      role: 'assistant',
      content: text ?? said('object') ?? null,
      ...(Array.isArray(calls) && calls.length > 0 ? { tool_calls: calls.map(toolCallOf) } : {}),
      ...(reasoning ? { reasoning } : {}),
    };
    span.setOutput({ messages: [message] });
  } else if (name.endsWith('.doEmbed')) {
    const embeddings = attributes['ai.embeddings'];
    span.setUsage(usageOf(under(attributes, 'ai.usage.'), undefined));
    if (Array.isArray(embeddings))
      span.setOutput({ count: embeddings.length, dimensions: (parsed(embeddings[0]) as unknown[]).length });
  } else {
    span.setOutput(object ?? text);
  }
}

/** Those under a prefix, without it. What the names go on with, `inputTokenDetails.cacheReadTokens`, becomes objects. */
function under(attributes: Loose, prefix: string): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (!key.startsWith(prefix)) continue;
    const [name = '', inner] = key.slice(prefix.length).split('.');
    found[name] = inner === undefined ? value : { ...objectOf(found[name]), [inner]: value };
  }
  return found;
}

const parsed = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};

function handleOf(recording: Recording): AiSdkSpan {
  const { span } = recording;
  const handle: AiSdkSpan = {
    spanContext: () => ({ traceId: span.traceId, spanId: span.id, traceFlags: 1 }),
    setAttribute: (key, value) => handle.setAttributes({ [key]: value }),
    setAttributes(attributes) {
      recording.set(attributes);
      return handle;
    },
    addEvent(name) {
      recording.addEvent(name);
      return handle;
    },
    addLink: () => handle,
    addLinks: () => handle,
    updateName: () => handle,
    setStatus({ code, message }) {
      // After the exception, which says more.
      if (code === 2 && !recording.hasFailed) recording.fail(new Error(message));
      return handle;
    },
    end: () => recording.end(),
    isRecording: () => !span.isEnded,
    recordException: (exception) => recording.fail(errorOf(exception)),
  };
  return handle;
}

/** An error with the name and stack of what was thrown: the AI SDK hands over these alone. */
function errorOf(exception: unknown): unknown {
  const { name, message, stack } = objectOf(exception);
  return exception instanceof Error
    ? exception
    : Object.assign(new Error(String(message ?? exception)), { name, stack });
}
