import { given, message, toolCall, toolResult } from '../messages.ts';

/** A block of content, as far as it is looked at; any other kind is kept as it is. */
export interface Block {
  readonly type: string;
  readonly id?: string;
  readonly name?: string;
  readonly input?: unknown;
  readonly text?: string;
  readonly thinking?: string;
  readonly tool_use_id?: string;
  readonly content?: unknown;
}

/** One of Anthropic's messages as those that spans hold: results of tools are messages of their own. */
export function messagesOf({ role, content }: { role: string; content: string | readonly Block[] }): unknown[] {
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  const results: unknown[] = [];
  const tool_calls: unknown[] = [];
  const parts: unknown[] = [];
  let reasoning = '';
  for (const block of blocks as readonly Block[]) {
    if (block.type === 'tool_result') results.push(toolResult(block.tool_use_id, block.content));
    else if (block.type === 'tool_use') tool_calls.push(toolCall(block.id, block.name, block.input));
    else if (block.type === 'thinking') reasoning += block.thinking ?? '';
    else parts.push(block.type === 'text' ? given(block) : block);
  }
  const isOnlyResults = results.length === blocks.length && results.length > 0;
  return isOnlyResults ? results : [...results, message(role, parts, { reasoning, tool_calls })];
}
