import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { Span } from '../../index.ts';
import { given, message } from '../messages.ts';
import { recordAnswer } from '../record-answer.ts';
import type { Answer } from '../record-call.ts';
import type { OpenAIUsage } from '../usage.ts';
import { type Head, headOf } from './head.ts';
import { inOrder, join, type Pieces, partOf } from './pieces.ts';

/** One choice of an answer: whole, a piece of it, or of a text completion. */
type Choice = Partial<ChatCompletion.Choice & ChatCompletionChunk.Choice & { text: string }>;

interface Chat extends Head {
  readonly choices?: readonly Choice[];
}

/** Whether there is something in a piece to show: the first one names the role, and says an empty text. */
const saysSomething = ({ role: _, ...piece }: object & { role?: unknown }): boolean => {
  for (const _key in given(piece)) return true;
  return false;
};

/** An answer to a chat or text completion, whole or in chunks. */
export class ChatAnswer implements Answer {
  readonly #said: unknown[] = [];
  readonly #reasons: string[] = [];
  #head: Head = {};
  #usage: OpenAIUsage | null | undefined;
  #hasContent = false;

  add(value: unknown): boolean {
    this.#head = value as Chat;
    // The last chunk has it, if the caller asked for it.
    this.#usage = this.#head.usage ?? this.#usage;
    for (const { index, delta, message: whole, text, finish_reason } of (value as Chat).choices ?? []) {
      if (finish_reason && !this.#reasons.includes(finish_reason)) this.#reasons.push(finish_reason);
      if (whole !== undefined) {
        this.#said.push({ ...whole, index });
        continue;
      }
      const piece = delta ?? { content: text };
      this.#hasContent ||= saysSomething(piece);
      join(partOf(this.#said, index), piece);
    }
    return this.#hasContent;
  }

  recordOn(span: Span): void {
    const messages = inOrder(this.#said).map(messageOf);
    recordAnswer(span, headOf(this.#head, this.#usage), this.#reasons.join(), messages);
  }
}

/** A choice as a message. */
function messageOf({ index: _, role, content, reasoning_content, tool_calls, ...more }: Pieces): object {
  if (reasoning_content) more['reasoning'] = reasoning_content;
  if (tool_calls) more['tool_calls'] = inOrder(tool_calls as unknown[]).map(({ index: _, ...call }) => call);
  return message(String(role ?? 'assistant'), content, more);
}

/** The chunks of a stream without the usage that the caller did not ask for. */
export async function* withoutUsage(chunks: object): AsyncGenerator<object> {
  for await (const chunk of { [Symbol.asyncIterator]: () => chunks as AsyncIterator<ChatCompletionChunk> }) {
    const { usage, ...rest } = chunk;
    // It comes in a chunk of its own, and leaves `usage: null` in all others.
    if (!usage || rest.choices.length > 0) yield rest;
  }
}
