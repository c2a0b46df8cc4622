import { parseJson } from './parse-json.ts';

/** A piece of a message. */
export type MessagePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string }
  | { readonly kind: 'encrypted'; readonly bytes: number }
  | { readonly kind: 'refusal'; readonly text: string }
  /** An image or audio that is in the record, as `data:` address. */
  | {
      readonly kind: 'media';
      readonly media: 'image' | 'audio' | 'file';
      readonly data: string;
      readonly name?: string;
    }
  /** One that is elsewhere, and is not loaded. */
  | { readonly kind: 'remote'; readonly media: 'image' | 'audio' | 'file'; readonly address: string }
  | { readonly kind: 'unknown'; readonly type: string; readonly value: unknown };

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
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

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
  const { messages, choices, contents, candidates, system, input, output, content, role } = payload;
  if (Array.isArray(messages)) {
    // Anthropic has the system prompt beside the messages.
    const first = system === undefined ? [] : [{ role: 'system', content: system }];
    return [...first, ...messages];
  }
  if (Array.isArray(choices))
    return choices.map((choice) => (isFields(choice) ? (choice['message'] ?? choice) : choice));
  if (Array.isArray(contents)) return contents.map(geminiContent);
  if (Array.isArray(candidates))
    return candidates.map((candidate) => (isFields(candidate) ? geminiContent(candidate['content']) : candidate));
  if (Array.isArray(output) && output.some(looksLikeMessage)) return output;
  if (Array.isArray(input) && input.some(looksLikeMessage)) return input;
  if (typeof role === 'string' && content !== undefined) return [payload];
  return undefined;
}

const looksLikeMessage = (value: unknown): boolean =>
  isFields(value) &&
  (typeof value['role'] === 'string' ||
    ['message', 'function_call', 'function_call_output', 'reasoning'].includes(String(value['type'])));

function geminiContent(content: unknown): unknown {
  if (!isFields(content) || !Array.isArray(content['parts'])) return content;
  return { role: content['role'] === 'model' ? 'assistant' : content['role'], content: content['parts'] };
}

function readMessage(value: unknown): readonly ChatMessage[] {
  if (typeof value === 'string') return [message('unknown', [{ kind: 'text', text: value }])];
  if (!isFields(value)) return [message('unknown', [{ kind: 'unknown', type: typeof value, value }])];
  // Items of the OpenAI Responses API stand beside messages.
  if (value['type'] === 'function_call') return [{ ...message('assistant', []), toolCalls: [readCall(value)] }];
  if (value['type'] === 'function_call_output')
    return [{ ...message('tool', partsOf(value['output'])), toolCallId: textOf(value['call_id']) }];
  if (value['type'] === 'reasoning') return [message('assistant', reasoningOf(value))];

  const role = textOf(value['role']) ?? 'unknown';
  const calls: ToolCall[] = Array.isArray(value['tool_calls']) ? value['tool_calls'].map(readCall) : [];
  if (isFields(value['function_call'])) calls.push(readCall(value['function_call']));
  const parts: MessagePart[] = [];
  const reasoning = textOf(value['reasoning']) ?? textOf(value['reasoning_content']);
  if (reasoning !== undefined && reasoning !== '') parts.push({ kind: 'reasoning', text: reasoning });
  const results: ChatMessage[] = [];
  for (const item of Array.isArray(value['content']) ? value['content'] : [value['content']]) {
    const call = toolUse(item);
    const result = toolResult(item);
    if (call !== undefined) calls.push(call);
    else if (result !== undefined) results.push(result);
    else parts.push(...partsOf(item));
  }
  if (typeof value['refusal'] === 'string' && value['refusal'] !== '')
    parts.push({ kind: 'refusal', text: value['refusal'] });
  const own: ChatMessage = {
    role,
    name: textOf(value['name']),
    parts,
    toolCalls: calls,
    toolCallId: textOf(value['tool_call_id']) ?? textOf(value['toolCallId']),
  };
  const isOnlyResults = results.length > 0 && parts.length === 0 && calls.length === 0;
  return isOnlyResults ? results : [own, ...results];
}

const message = (role: string, parts: readonly MessagePart[]): ChatMessage => ({
  role,
  name: undefined,
  parts,
  toolCalls: [],
  toolCallId: undefined,
});

function readCall(value: unknown): ToolCall {
  if (!isFields(value)) return { id: undefined, name: 'unknown', input: value };
  const target = isFields(value['function']) ? value['function'] : value;
  const id = textOf(value['id']) ?? textOf(value['call_id']) ?? textOf(value['toolCallId']);
  return {
    id: textOf(value['call_id']) ?? id,
    name: textOf(target['name']) ?? textOf(target['toolName']) ?? 'unknown',
    input: target['arguments'] ?? target['args'] ?? target['input'],
  };
}

/** A call of a tool that stands among the parts of a message: Anthropic, the AI SDK, Gemini. */
function toolUse(item: unknown): ToolCall | undefined {
  if (!isFields(item)) return undefined;
  if (item['type'] === 'tool_use' || item['type'] === 'tool-call' || item['type'] === 'tool_call')
    return readCall(item);
  if (isFields(item['functionCall'])) return readCall(item['functionCall']);
  return undefined;
}

function toolResult(item: unknown): ChatMessage | undefined {
  if (!isFields(item)) return undefined;
  if (item['type'] === 'tool_result' || item['type'] === 'tool-result' || item['type'] === 'tool_call_response') {
    const content = item['content'] ?? item['output'] ?? item['result'] ?? item['response'];
    const toolCallId = textOf(item['tool_use_id']) ?? textOf(item['toolCallId']) ?? textOf(item['id']);
    return { ...message('tool', allParts(content)), name: textOf(item['toolName']), toolCallId };
  }
  if (isFields(item['functionResponse']))
    return {
      ...message('tool', partsOf(item['functionResponse']['response'])),
      name: textOf(item['functionResponse']['name']),
    };
  return undefined;
}

const allParts = (content: unknown): readonly MessagePart[] =>
  Array.isArray(content) ? content.flatMap(partsOf) : partsOf(content);

function partsOf(item: unknown): readonly MessagePart[] {
  if (item === undefined || item === null || item === '') return [];
  if (typeof item === 'string') return [{ kind: 'text', text: item }];
  if (Array.isArray(item)) return item.flatMap(partsOf);
  if (!isFields(item)) return [{ kind: 'unknown', type: typeof item, value: item }];
  const type = textOf(item['type']) ?? '';
  const text = textOf(item['text']) ?? textOf(item['content']);
  switch (type) {
    case 'text':
    case 'input_text':
    case 'output_text':
      return [{ kind: 'text', text: text ?? '' }];
    case 'refusal':
      return [{ kind: 'refusal', text: textOf(item['refusal']) ?? text ?? '' }];
    case 'thinking':
    case 'reasoning':
      return reasoningOf(item);
    case 'redacted_thinking':
      return [{ kind: 'encrypted', bytes: (textOf(item['data']) ?? '').length }];
    case 'image_url':
    case 'input_image':
    case 'image':
      return [mediaOf('image', item)];
    case 'input_audio':
    case 'audio':
      return [mediaOf('audio', item)];
    case 'file':
    case 'input_file':
    case 'document':
      return [mediaOf('file', item)];
    case '':
      if (text !== undefined && Object.keys(item).length === 1) return [{ kind: 'text', text }];
      if (isFields(item['inlineData'])) return [mediaOf('image', item['inlineData'])];
      break;
  }
  return [{ kind: 'unknown', type: type === '' ? 'object' : type, value: item }];
}

function reasoningOf(item: Fields): readonly MessagePart[] {
  const summary = Array.isArray(item['summary'])
    ? item['summary'].map((part) => (isFields(part) ? (textOf(part['text']) ?? '') : '')).join('\n\n')
    : '';
  const text = textOf(item['thinking']) ?? textOf(item['text']) ?? textOf(item['content']) ?? summary;
  const encrypted = textOf(item['encrypted_content']);
  const parts: MessagePart[] = [];
  if (text !== '') parts.push({ kind: 'reasoning', text });
  if (encrypted !== undefined) parts.push({ kind: 'encrypted', bytes: Math.round(encrypted.length * 0.75) });
  return parts.length === 0 ? [{ kind: 'unknown', type: 'reasoning', value: item }] : parts;
}

function mediaOf(media: 'image' | 'audio' | 'file', item: Fields): MessagePart {
  const nested = [
    item['image_url'],
    item['input_audio'],
    item['file'],
    item['source'],
    item['image'],
    item['data'],
  ].find((value) => isFields(value) || typeof value === 'string');
  const holder = isFields(nested) ? nested : item;
  const name = textOf(holder['filename']) ?? textOf(item['filename']) ?? textOf(item['title']);
  const address =
    typeof nested === 'string' ? nested : (textOf(holder['url']) ?? textOf(holder['file_data']) ?? textOf(item['url']));
  if (address?.startsWith('data:'))
    return { kind: 'media', media, data: address, ...(name === undefined ? {} : { name }) };
  if (address !== undefined && /^[a-z]+:\/\//i.test(address)) return { kind: 'remote', media, address };
  const base64 = textOf(holder['data']) ?? (address !== undefined && address.length > 64 ? address : undefined);
  if (base64 === undefined) return { kind: 'unknown', type: textOf(item['type']) ?? media, value: item };
  const mime =
    textOf(holder['media_type']) ??
    textOf(holder['mimeType']) ??
    textOf(holder['format']) ??
    'application/octet-stream';
  return { kind: 'media', media, data: `data:${mime};base64,${base64}`, ...(name === undefined ? {} : { name }) };
}

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

/** The arguments of a call: what they are as JSON, or, where they are none, the text and where it stops being JSON. */
export function readArguments(
  input: unknown,
): { readonly value: unknown } | { readonly text: string; readonly brokenAt: number } {
  if (typeof input !== 'string') return { value: input };
  try {
    return { value: parseJson(input) };
  } catch (error) {
    const [, position] = /position (\d+)/.exec((error as Error).message) ?? [];
    return { text: input, brokenAt: position === undefined ? input.length : Number(position) };
  }
}
