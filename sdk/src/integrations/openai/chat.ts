import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions';
import { given, message } from '../messages.ts';
import { recordAnswer } from '../record-answer.ts';
import type { Answer } from '../record-call.ts';
import type { OpenAIUsage } from '../usage.ts';
import { type Head, headOf } from './head.ts';
import { inOrder, join, partOf } from './pieces.ts';

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
export function chatAnswer(): Answer {
  const said: unknown[] = [];
  const reasons = new Set<string>();
  let head: Head = {};
  let usage: OpenAIUsage | null | undefined;
  let hasContent = false;

  return {
    add(value) {
      head = value as Chat;
      // The last chunk has it, if the caller asked for it.
      usage = head.usage ?? usage;
      for (const { index, delta, message: whole, text, finish_reason } of (head as Chat).choices ?? []) {
        if (finish_reason) reasons.add(finish_reason);
        if (whole !== undefined) {
          said.push({ ...whole, index });
          continue;
        }
        const piece = delta ?? { content: text };
        hasContent ||= saysSomething(piece);
        join(partOf(said, index), piece);
      }
      return hasContent;
    },
    recordOn(span) {
      const messages = inOrder(said).map(({ index: _, role, content, reasoning_content, tool_calls, ...rest }) =>
        message(String(role ?? 'assistant'), content, {
          reasoning: reasoning_content,
          ...rest,
          tool_calls: tool_calls && inOrder(tool_calls as unknown[]).map(({ index: _, ...call }) => call),
        }),
      );
      recordAnswer(span, { ...headOf({ ...head, usage: usage ?? null }), finishReason: [...reasons].join(), messages });
    },
  };
}

/** The chunks of a stream without the usage that the caller did not ask for. */
export async function* withoutUsage(chunks: object): AsyncGenerator<object> {
  for await (const chunk of { [Symbol.asyncIterator]: () => chunks as AsyncIterator<ChatCompletionChunk> }) {
    const { usage, ...rest } = chunk;
    // It comes in a chunk of its own, and leaves `usage: null` in all others.
    if (!usage || rest.choices.length > 0) yield rest;
  }
}
