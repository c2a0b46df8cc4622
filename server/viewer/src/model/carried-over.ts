import type { ChatMessage } from './chat-messages.ts';

const print = ({ role, parts, toolCalls, toolCallId }: ChatMessage): string =>
  JSON.stringify([role, parts, toolCalls, toolCallId]);

/** How many messages at the beginning of a call were there already in the call before. */
export function carriedOver(before: readonly ChatMessage[], now: readonly ChatMessage[]): number {
  let count = 0;
  while (count < before.length && count < now.length) {
    if (print(before[count] as ChatMessage) !== print(now[count] as ChatMessage)) break;
    count++;
  }
  return count;
}
