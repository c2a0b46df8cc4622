import type { ChatMessage, ToolCall } from './chat-messages.ts';

/** A call with its result. */
export interface PairedCall {
  readonly call: ToolCall;
  readonly result: ChatMessage | undefined;
  /** How the two were found to belong together. */
  readonly pairedBy: 'id' | 'order' | undefined;
}

/** A message as it is shown: its calls with their results beneath them. */
export interface ShownMessage {
  readonly message: ChatMessage;
  readonly calls: readonly PairedCall[];
  /** A result whose call is not in the record. */
  readonly isLooseResult: boolean;
}

/** Pairs calls with results: by id, and where there are none by their order within the turn. */
export function pairToolCalls(messages: readonly ChatMessage[]): readonly ShownMessage[] {
  const used = new Set<ChatMessage>();
  const byId = new Map<string, ChatMessage>();
  for (const entry of messages)
    if (isResult(entry) && entry.toolCallId !== undefined && !byId.has(entry.toolCallId))
      byId.set(entry.toolCallId, entry);

  const calls = messages.map((entry, index) => {
    // The results of a turn stand after it, up to the next message that is none.
    const turn: ChatMessage[] = [];
    for (let at = index + 1; at < messages.length && isResult(messages[at] as ChatMessage); at++)
      turn.push(messages[at] as ChatMessage);
    return entry.toolCalls.map((call): PairedCall => {
      const named = call.id === undefined ? undefined : byId.get(call.id);
      const ordered = turn.find(
        (result) => !used.has(result) && (result.toolCallId === undefined || call.id === undefined),
      );
      const result = named ?? ordered;
      if (result !== undefined) used.add(result);
      return { call, result, pairedBy: named !== undefined ? 'id' : result === undefined ? undefined : 'order' };
    });
  });
  return messages.flatMap((entry, index) => {
    if (used.has(entry)) return [];
    return [{ message: entry, calls: calls[index] ?? [], isLooseResult: isResult(entry) }];
  });
}

const isResult = ({ role, toolCallId }: ChatMessage): boolean =>
  role === 'tool' || role === 'function' || toolCallId !== undefined;
