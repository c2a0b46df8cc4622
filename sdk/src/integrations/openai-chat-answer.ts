import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { CompletionUsage } from 'openai/resources/completions';
import type { Span } from '../index.ts';

interface ToolCall {
  id: string | undefined;
  type: string | undefined;
  function: { name: string; arguments: string };
}

/** One choice of a streamed answer, put together from its pieces. */
interface StreamedMessage {
  role: string;
  content: string;
  refusal: string;
  reasoning: string;
  /** By their index: the pieces of parallel calls arrive in turns. */
  readonly toolCalls: Map<number, ToolCall>;
  functionCall: { name: string; arguments: string } | undefined;
}

/** What compatible providers send beside OpenAI's own fields. */
interface Reasoning {
  readonly reasoning_content?: string | null;
  readonly reasoning?: string | null;
}

const inIndexOrder = <Item>(items: ReadonlyMap<number, Item>): Item[] =>
  [...items].sort(([a], [b]) => a - b).map(([, item]) => item);

/** An answer to a chat completion, whole or in chunks, in the form that spans hold. */
export class ChatAnswer {
  readonly #finished: unknown[] = [];
  readonly #streamed = new Map<number, StreamedMessage>();
  readonly #finishReasons = new Set<string>();
  readonly #metadata: Record<string, unknown> = {};
  #model: string | undefined;
  #usage: CompletionUsage | undefined;
  #hasContent = false;

  addCompletion(completion: ChatCompletion): void {
    this.#addHead(completion);
    for (const { message, finish_reason } of completion.choices ?? []) {
      if (finish_reason) this.#finishReasons.add(finish_reason);
      // `null` and an empty list say that there is none.
      const given = Object.entries(message).filter(
        ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
      );
      const { reasoning_content, ...rest } = Object.fromEntries(given) as Reasoning & Record<string, unknown>;
      const content = { content: message.content };
      this.#finished.push({
        role: message.role,
        ...content,
        ...rest,
        ...(reasoning_content ? { reasoning: reasoning_content } : {}),
      });
    }
  }

  addChunk(chunk: ChatCompletionChunk, span: Span): void {
    this.#addHead(chunk);
    for (const { index, delta, finish_reason } of chunk.choices ?? []) {
      if (finish_reason) this.#finishReasons.add(finish_reason);
      if (delta) this.#addDelta(this.#choice(index), delta);
    }
    if (!this.#hasContent && this.#saysSomething()) {
      this.#hasContent = true;
      span.setFirstToken();
    }
  }

  recordOn(span: Span): void {
    if (this.#model !== undefined) span.setModel(this.#model);
    if (this.#finishReasons.size > 0) span.setFinishReason([...this.#finishReasons].join(','));
    if (Object.keys(this.#metadata).length > 0) span.setMetadata(this.#metadata);
    const messages = [...this.#finished, ...this.#streamedMessages()];
    if (messages.length > 0) span.setOutput({ messages });
    const usage = this.#usage;
    if (usage === undefined) return;
    span.setUsage({
      inputTokens: usage.prompt_tokens,
      outputTokens: usage.completion_tokens,
      cacheReadTokens: usage.prompt_tokens_details?.cached_tokens,
      reasoningTokens: usage.completion_tokens_details?.reasoning_tokens,
      details: usage,
    });
  }

  #addHead(answer: ChatCompletion | ChatCompletionChunk): void {
    if (answer.model) this.#model = answer.model;
    // The last chunk has it, if the caller asked for it.
    if (answer.usage) this.#usage = answer.usage;
    for (const key of ['id', 'system_fingerprint', 'service_tier'] as const) {
      if (answer[key]) this.#metadata[key] = answer[key];
    }
  }

  #choice(index: number): StreamedMessage {
    const existing = this.#streamed.get(index);
    if (existing !== undefined) return existing;
    const created: StreamedMessage = {
      role: 'assistant',
      content: '',
      refusal: '',
      reasoning: '',
      toolCalls: new Map(),
      functionCall: undefined,
    };
    this.#streamed.set(index, created);
    return created;
  }

  #addDelta(message: StreamedMessage, delta: ChatCompletionChunk.Choice.Delta & Reasoning): void {
    if (delta.role) message.role = delta.role;
    message.content += delta.content ?? '';
    message.refusal += delta.refusal ?? '';
    message.reasoning += delta.reasoning_content ?? delta.reasoning ?? '';
    for (const piece of delta.tool_calls ?? []) {
      // Some compatible servers leave the index out, and send each call whole.
      const index = piece.index ?? message.toolCalls.size;
      const call: ToolCall = message.toolCalls.get(index) ?? {
        id: undefined,
        type: undefined,
        function: { name: '', arguments: '' },
      };
      message.toolCalls.set(index, call);
      if (piece.id) call.id = piece.id;
      if (piece.type) call.type = piece.type;
      if (piece.function?.name) call.function.name = piece.function.name;
      call.function.arguments += piece.function?.arguments ?? '';
    }
    if (delta.function_call) {
      message.functionCall ??= { name: '', arguments: '' };
      if (delta.function_call.name) message.functionCall.name = delta.function_call.name;
      message.functionCall.arguments += delta.function_call.arguments ?? '';
    }
  }

  #saysSomething(): boolean {
    return [...this.#streamed.values()].some(
      ({ content, refusal, reasoning, toolCalls, functionCall }) =>
        content !== '' || refusal !== '' || reasoning !== '' || toolCalls.size > 0 || functionCall !== undefined,
    );
  }

  #streamedMessages(): unknown[] {
    return inIndexOrder(this.#streamed).map(({ role, content, refusal, reasoning, toolCalls, functionCall }) => ({
      role,
      content: content === '' && (toolCalls.size > 0 || refusal !== '' || functionCall !== undefined) ? null : content,
      ...(refusal === '' ? {} : { refusal }),
      ...(reasoning === '' ? {} : { reasoning }),
      ...(toolCalls.size === 0 ? {} : { tool_calls: inIndexOrder(toolCalls) }),
      ...(functionCall === undefined ? {} : { function_call: functionCall }),
    }));
  }
}
