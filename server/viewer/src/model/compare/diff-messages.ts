import { type ChatMessage, messagesOf } from '../chat-messages.ts';
import { diffSequence } from './diff-sequence.ts';

/** A message as it is compared: who, and all that it says, calls of tools included. */
export interface ComparedMessage {
  readonly role: string;
  readonly text: string;
}

/** A message that is on both sides (changed where the texts differ), or only on one. */
export interface MessagePair {
  readonly a?: ComparedMessage;
  readonly b?: ComparedMessage;
}

/** The messages of a payload that holds a conversation, of whatever client; undefined where it does not. */
export const comparedMessages = (payload: unknown): readonly ComparedMessage[] | undefined =>
  messagesOf(payload)?.map((message) => ({ role: message.role, text: textOf(message) }));

/** All that a message says: what stands beside its text (calls, media, reasoning) is part of what is compared. */
function textOf({ parts, toolCalls, toolCallId }: ChatMessage): string {
  const said = parts.map((part) => (part.kind === 'text' ? part.text : JSON.stringify(part, undefined, 2)));
  const calls = toolCalls.map(({ id, name, input }) => JSON.stringify({ call: name, id, input }, undefined, 2));
  return [...(toolCallId === undefined ? [] : [`result of ${toolCallId}`]), ...said, ...calls].join('\n');
}

/** Lines two conversations up by role and text. A message that only says something else is one changed message. */
export function diffMessages(a: readonly ComparedMessage[], b: readonly ComparedMessage[]): readonly MessagePair[] {
  const isSame = (x: ComparedMessage, y: ComparedMessage) => x.role === y.role && x.text === y.text;
  const text = (list: readonly ComparedMessage[]) =>
    list.map((message) => `${message.role}\n${message.text}`).join('\n');
  if (text(a) > text(b)) return diffMessages(b, a).map(swapped);
  const pairs: MessagePair[] = [];
  let gone: ComparedMessage[] = [];
  for (const { kind, items } of diffSequence(a, b, isSame)) {
    if (kind === 'removed') gone = [...items];
    else if (kind === 'added') {
      for (const item of items) {
        // What was said by the same role at the same place is what it was before.
        const at = gone[0]?.role === item.role ? 0 : -1;
        const former = at === 0 ? gone.shift() : undefined;
        pairs.push(former === undefined ? { b: item } : { a: former, b: item });
      }
      pairs.push(...gone.map((item) => ({ a: item })));
      gone = [];
    } else {
      pairs.push(...gone.map((item) => ({ a: item })));
      gone = [];
      pairs.push(...items.map((item) => ({ a: item, b: item })));
    }
  }
  return [...pairs, ...gone.map((item) => ({ a: item }))];
}

const swapped = ({ a, b }: MessagePair): MessagePair => ({
  ...(b === undefined ? {} : { a: b }),
  ...(a === undefined ? {} : { b: a }),
});
