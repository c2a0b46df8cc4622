import { type Fields, isFields, type MessagePart, mediaPart, partsOf, reasoningPart, textOf } from './message-parts.ts';

export interface ToolCall {
  readonly id: string | undefined;
  readonly name: string;
  /** As it was recorded: often JSON in a text. */
  readonly input: unknown;
}

/** A message of a model call, whatever client it came from. */
export interface ChatMessage {
  readonly role: string;
  readonly name: string | undefined;
  readonly parts: readonly MessagePart[];
  readonly toolCalls: readonly ToolCall[];
  /** Which call this is the result of, where it is one. */
  readonly toolCallId: string | undefined;
  /** Whether it is the result of a call that failed, where the client says so. */
  readonly isFailed: boolean;
  /** Why the model stopped, where the message says so: a call with several choices has a reason for each. */
  readonly finish: string | undefined;
}

/**
 * The messages in an input or output: the wire's own form, or that of a known client by its shape. Undefined where there are
 * none. No part is ever dropped: what is not known is kept as it is.
 */
export function messagesOf(payload: unknown): readonly ChatMessage[] | undefined {
  const list = messageList(payload);
  if (list === undefined || list.length === 0) return undefined;
  return list.flatMap(readMessage);
}

function messageList(payload: unknown): readonly unknown[] | undefined {
  if (Array.isArray(payload)) return payload.some(looksLikeMessage) ? payload : undefined;
  if (!isFields(payload)) return undefined;
  const { messages, choices, contents, candidates, input, output, prompt, content, role } = payload;
  const system = systemOf(payload);
  if (Array.isArray(messages)) return [...system, ...messages];
  if (Array.isArray(choices)) return choices.map(choiceMessage);
  if (Array.isArray(contents)) return [...system, ...contents.map(geminiContent)];
  if (Array.isArray(candidates)) return candidates.map(geminiCandidate);
  if (Array.isArray(output) && output.some(looksLikeMessage)) return output;
  for (const list of [input, prompt])
    if (Array.isArray(list) && list.some(looksLikeMessage)) return [...system, ...list];
  // A question alone is a text like any other; with instructions beside it, it is a conversation.
  if (system.length > 0 && typeof (input ?? prompt) === 'string')
    return [...system, { role: 'user', content: input ?? prompt }];
  if (typeof role === 'string' && (content ?? payload['parts']) !== undefined) return [payload];
  return undefined;
}

/** The system prompt, where a client has it beside the messages. */
function systemOf({ system, instructions, systemInstruction, system_instruction }: Fields): readonly unknown[] {
  const gemini = systemInstruction ?? system_instruction;
  const content =
    system ??
    (typeof instructions === 'string' ? instructions : undefined) ??
    (isFields(gemini) ? gemini['parts'] : gemini);
  return content === undefined || content === null ? [] : [{ role: 'system', content }];
}

const itemTypes: ReadonlySet<unknown> = new Set([
  'message',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
  'reasoning',
]);

const looksLikeMessage = (value: unknown): boolean =>
  isFields(value) &&
  (typeof value['role'] === 'string' ||
    itemTypes.has(value['type']) ||
    (isFields(value['message']) && looksLikeMessage(value['message'])));

function choiceMessage(choice: unknown): unknown {
  if (!isFields(choice)) return choice;
  const { message, text, finish_reason } = choice;
  if (isFields(message)) return { ...message, finish_reason };
  return typeof text === 'string' ? { role: 'assistant', content: text, finish_reason } : choice;
}

function geminiContent(content: unknown): unknown {
  if (!isFields(content) || !Array.isArray(content['parts'])) return content;
  const role = content['role'] === 'model' ? 'assistant' : (content['role'] ?? 'user');
  return { role, content: content['parts'] };
}

function geminiCandidate(candidate: unknown): unknown {
  if (!isFields(candidate)) return candidate;
  const content = geminiContent(candidate['content']);
  return isFields(content) ? { ...content, finish_reason: candidate['finishReason'] } : candidate;
}

function readMessage(value: unknown): readonly ChatMessage[] {
  if (!isFields(value)) return [message('unknown', partsOf(value))];
  if (isFields(value['message']) && typeof value['role'] !== 'string') return readMessage(value['message']);
  return (
    readItem(value) ??
    (typeof value['role'] === 'string' ? readRole(value, value['role']) : [message('unknown', partsOf(value))])
  );
}

/** Items of the OpenAI Responses API, which stand beside messages. */
function readItem(item: Fields): readonly ChatMessage[] | undefined {
  switch (item['type']) {
    case 'function_call':
    case 'custom_tool_call': {
      const call = readCall(item);
      return call && [{ ...message('assistant', []), toolCalls: [call] }];
    }
    case 'function_call_output':
    case 'custom_tool_call_output':
      return [{ ...message('tool', resultParts(item['output'])), toolCallId: textOf(item['call_id']) }];
    case 'reasoning': {
      const parts = reasoningPart(item);
      return parts && [message('assistant', parts)];
    }
  }
  return undefined;
}

/** What is known of a message, or says nothing of what was said. Whatever else has something in it is shown. */
const knownMembers: ReadonlySet<string> = new Set([
  ...['role', 'content', 'parts', 'name', 'tool_calls', 'function_call', 'refusal', 'reasoning', 'reasoning_content'],
  ...['tool_call_id', 'toolCallId', 'audio', 'finish_reason', 'finishReason', 'stop_reason', 'usage', 'metadata'],
  ...['providerOptions', 'providerMetadata', 'experimental_providerMetadata', 'cache_control'],
]);

function readRole(value: Fields, role: string): readonly ChatMessage[] {
  const isResult = role === 'tool' || role === 'function';
  const calls: ToolCall[] = [];
  const parts: MessagePart[] = [];
  const results: ChatMessage[] = [];
  for (const call of [...(Array.isArray(value['tool_calls']) ? value['tool_calls'] : []), value['function_call']]) {
    const read = isFields(call) ? readCall(call) : undefined;
    if (read !== undefined) calls.push(read);
    else parts.push(...partsOf(call));
  }
  const reasoning = textOf(value['reasoning']) ?? textOf(value['reasoning_content']);
  if (reasoning !== undefined && reasoning !== '') parts.push({ kind: 'reasoning', text: reasoning });
  const content = value['content'] ?? value['parts'];
  for (const item of Array.isArray(content) ? content : [content]) {
    const call = toolUse(item);
    const result = toolResult(item);
    if (call !== undefined) calls.push(call);
    else if (result !== undefined) results.push(result);
    else parts.push(...(isResult ? resultParts(item) : partsOf(item)));
  }
  if (isFields(value['audio'])) parts.push(...audioParts(value['audio']));
  if (typeof value['refusal'] === 'string' && value['refusal'] !== '')
    parts.push({ kind: 'refusal', text: value['refusal'] });
  for (const [name, member] of Object.entries(value))
    if (!knownMembers.has(name) && typeof member === 'object' && member !== null && Object.keys(member).length > 0)
      parts.push({ kind: 'unknown', type: name, value: member });
  const own: ChatMessage = {
    ...message(role, parts),
    name: textOf(value['name']),
    toolCalls: calls,
    toolCallId: textOf(value['tool_call_id']) ?? textOf(value['toolCallId']),
    finish: textOf(value['finish_reason']) ?? textOf(value['finishReason']) ?? textOf(value['stop_reason']),
  };
  const isOnlyResults = results.length > 0 && parts.length === 0 && calls.length === 0;
  return isOnlyResults ? results : [own, ...results];
}

const message = (role: string, parts: readonly MessagePart[]): ChatMessage => ({
  ...{ role, name: undefined, parts, toolCalls: [], toolCallId: undefined, isFailed: false, finish: undefined },
});

/** What a model said aloud: the sound, and what it says. */
function audioParts(audio: Fields): readonly MessagePart[] {
  const { transcript, ...sound } = audio;
  const said = textOf(transcript);
  return [
    ...(mediaPart('audio', { format: 'wav', ...sound }) ?? [{ kind: 'unknown', type: 'audio', value: sound } as const]),
    ...(said === undefined ? [] : [{ kind: 'text', text: said } as const]),
  ];
}

function readCall(value: Fields): ToolCall | undefined {
  const target = isFields(value['function']) ? value['function'] : value;
  const name = textOf(target['name']) ?? textOf(target['toolName']);
  if (name === undefined) return undefined;
  return {
    // Items of the Responses API have an id of their own beside that of the call.
    id: textOf(value['call_id']) ?? textOf(value['id']) ?? textOf(value['toolCallId']),
    name,
    input: target['arguments'] ?? target['args'] ?? target['input'],
  };
}

/** A call of a tool that stands among the parts of a message: Anthropic, the AI SDK, Gemini. */
function toolUse(item: unknown): ToolCall | undefined {
  if (!isFields(item)) return undefined;
  if (/^(?:(?:server_|mcp_)?tool_use|tool[-_]call)$/.test(String(item['type']))) return readCall(item);
  if (isFields(item['functionCall'])) return readCall(item['functionCall']);
  return undefined;
}

function toolResult(item: unknown): ChatMessage | undefined {
  if (!isFields(item)) return undefined;
  if (isFields(item['functionResponse'])) {
    const { response, name } = item['functionResponse'];
    return { ...message('tool', resultParts(response)), name: textOf(name) };
  }
  if (!/^(?:\w+_tool_result|tool[-_]result|tool_call_response)$/.test(String(item['type']))) return undefined;
  const toolCallId = textOf(item['tool_use_id']) ?? textOf(item['toolCallId']) ?? textOf(item['id']);
  if (toolCallId === undefined) return undefined;
  const content = item['content'] ?? item['output'] ?? item['result'] ?? item['response'];
  const isError = item['is_error'] === true || item['isError'] === true;
  const isErrorOutput = isFields(content) && String(content['type']).startsWith('error');
  return {
    ...message('tool', resultParts(content)),
    name: textOf(item['toolName']),
    toolCallId,
    isFailed: isError || isErrorOutput,
  };
}

const outputTypes: ReadonlySet<unknown> = new Set(['text', 'json', 'content', 'error-text', 'error-json']);

/** What a tool answered: parts of a message, or any JSON. */
function resultParts(result: unknown): readonly MessagePart[] {
  if (Array.isArray(result))
    return result.every((part) => isFields(part) && typeof part['type'] === 'string') ? partsOf(result) : json(result);
  if (!isFields(result)) return partsOf(result);
  // The AI SDK says of what kind a result is.
  if (outputTypes.has(result['type']) && 'value' in result) return resultParts(result['value']);
  return typeof result['type'] === 'string' ? partsOf(result) : json(result);
}

const json = (value: unknown): readonly MessagePart[] => [{ kind: 'json', value }];
