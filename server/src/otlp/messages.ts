import type { Message } from 'llm-tracer/schema';
import { canonicalJson, isJsonObject, type JsonObject } from '../domain/json.ts';
import { decoded, parseJson } from './json-text.ts';

/** A tool call as a message holds it. */
interface ToolCall {
  readonly id?: unknown;
  readonly type: 'function';
  readonly function: { readonly name: unknown; readonly arguments: string };
}

/** What one message says, taken apart. */
interface Said {
  readonly content: unknown[];
  readonly reasoning: string[];
  readonly refusal: string[];
  readonly calls: ToolCall[];
  /** What tools answered: messages of their own. */
  readonly results: Message[];
}

/**
 * Messages in the wire's one form, out of whatever a client recorded: chat messages of OpenAI, items of its Responses API,
 * messages of Anthropic, Gemini, LangChain (serialised) and the AI SDK, messages of the GenAI conventions; a list of them, a
 * single one, or the text of either. Undefined for what is none of these.
 */
export function messagesOf(value: unknown): Message[] | undefined {
  const given = decoded(value);
  const list = Array.isArray(given) ? given : [given];
  // LangChain sends a list for each prompt of a batch.
  const flat = list.length > 0 && list.every(Array.isArray) ? list.flat() : list;
  if (flat.length === 0 || !flat.every(isMessageLike)) return undefined;
  const messages = flat.flatMap((item) => messagesOfItem(item as JsonObject));
  return flat.some((item) => itemTypes.has(String((item as JsonObject)['type']))) ? joinItems(messages) : messages;
}

/**
 * The messages within a whole request or answer, as some clients record them: `{messages}`, `{instructions, input}`,
 * `{choices}`, `{output}`, LangChain's `{generations}`; or messages themselves.
 */
export function messagesWithin(value: unknown): Message[] | undefined {
  const given = decoded(value);
  const direct = messagesOf(given);
  if (direct !== undefined || !isJsonObject(given)) return direct;
  const { instructions, system, input } = given;
  const lists = [given['messages'], input, given['choices'], given['output'], given['generations']];
  const said =
    lists.map(messagesOf).find((list) => list !== undefined) ??
    (typeof input === 'string' ? [textMessage('user', input)] : undefined);
  const prompt = instructions ?? system;
  if (said === undefined || prompt === undefined || prompt === null || said.some(({ role }) => role === 'system'))
    return said;
  return [...(messagesOf([{ role: 'system', content: prompt }]) ?? []), ...said];
}

/** Whether a recorded value says nothing that these messages do not say. */
export function repeats(value: unknown, messages: readonly Message[]): boolean {
  const given = decoded(value);
  if (typeof given === 'string') return messages.length === 1 && messages[0]?.content === given;
  const said = messagesWithin(given);
  if (said === undefined) return false;
  const text = canonicalJson(said);
  const [first, ...others] = said;
  return (
    text === canonicalJson(messages) || (first?.role === 'system' && canonicalJson(others) === canonicalJson(messages))
  );
}

/** A bare text as the message that it stands for. */
export const textMessage = (role: string, text: string): Message => ({ role, content: text });

const roles: Readonly<Record<string, string>> = {
  human: 'user',
  ai: 'assistant',
  model: 'assistant',
  function: 'tool',
  HumanMessage: 'user',
  AIMessage: 'assistant',
  AIMessageChunk: 'assistant',
  SystemMessage: 'system',
  ToolMessage: 'tool',
  FunctionMessage: 'tool',
};
const roleOf = (role: string): string => (Object.hasOwn(roles, role) ? (roles[role] as string) : role);

const itemTypes = new Set(['function_call', 'function_call_output', 'reasoning', 'custom_tool_call', 'message']);

/** Whether it can be told who says something here, or which item of a conversation it is. */
function isMessageLike(item: unknown): boolean {
  if (!isJsonObject(item)) return false;
  if (typeof item['role'] === 'string' || isLangChain(item) || isMessageLike(item['message'])) return true;
  const type = item['type'];
  if (typeof type !== 'string') return false;
  if (itemTypes.has(type)) return true;
  return Object.hasOwn(roles, type) && ('content' in item || 'data' in item);
}

const isLangChain = (item: JsonObject): boolean =>
  item['lc'] === 1 && Array.isArray(item['id']) && isJsonObject(item['kwargs']);

function messagesOfItem(item: JsonObject): Message[] {
  if (isLangChain(item)) {
    const { additional_kwargs, ...message } = item['kwargs'] as JsonObject;
    const extra = isJsonObject(additional_kwargs) ? additional_kwargs : {};
    return messagesOfItem({ ...extra, ...message, role: String((item['id'] as unknown[]).at(-1)) });
  }
  // A choice: `{index, message, finish_reason}`.
  if (typeof item['role'] !== 'string' && isJsonObject(item['message'])) return messagesOfItem(item['message']);
  switch (item['type']) {
    case 'function_call':
    case 'custom_tool_call':
    case 'function_call_output':
    case 'reasoning':
      return fromParts('assistant', [item], item);
  }
  if (typeof item['role'] !== 'string') {
    const data = isJsonObject(item['data']) ? item['data'] : item;
    return messagesOfItem({ ...data, type: 'message', role: String(item['type']) });
  }
  const role = roleOf(item['role']);
  if (role === 'tool') return [toolMessages(item)].flat();
  return fromParts(role, partsOf(item['content'] ?? item['parts']), item);
}

/** What a message holds, as a list of parts. A text may be a list of parts itself, as older clients sent it. */
function partsOf(content: unknown): readonly unknown[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') {
    const list = /^\s*\[\s*\{/.test(content) ? parseJson(content) : undefined;
    return Array.isArray(list) && list.every((part) => isJsonObject(part) && typeof part['type'] === 'string')
      ? list
      : [content];
  }
  return Array.isArray(content) ? content : [content];
}

function fromParts(role: string, parts: readonly unknown[], item: JsonObject): Message[] {
  const said: Said = { content: [], reasoning: [], refusal: [], calls: [], results: [] };
  for (const part of parts) addPart(said, part);
  for (const call of callsOf(item))
    if (!said.calls.some(({ id }) => id !== undefined && id === call.id)) said.calls.push(call);
  for (const text of [item['reasoning_content'], item['reasoning'], item['thinking']])
    if (typeof text === 'string' && text !== '') said.reasoning.push(text);
  if (typeof item['refusal'] === 'string' && item['refusal'] !== '') said.refusal.push(item['refusal']);

  const own = said.content.length + said.calls.length + said.reasoning.length + said.refusal.length > 0;
  const name = item['name'];
  const message: Message = {
    role,
    content: contentOf(said.content),
    ...(said.reasoning.length > 0 ? { reasoning: said.reasoning.join('\n') } : {}),
    ...(said.refusal.length > 0 ? { refusal: said.refusal.join('\n') } : {}),
    ...(said.calls.length > 0 ? { tool_calls: said.calls } : {}),
    ...(typeof name === 'string' && item['type'] !== 'function_call' && item['type'] !== 'custom_tool_call'
      ? { name }
      : {}),
    // OpenInference keeps the role of the message that a result came in.
    ...(typeof item['tool_call_id'] === 'string' ? { tool_call_id: item['tool_call_id'] } : {}),
  };
  if (!own && said.results.length > 0) return said.results;
  // What a user's message brings of tools comes before its words; what stands in an answer, after the calls.
  return role === 'assistant' ? [message, ...said.results] : [...said.results, message];
}

/** Adds a part to what a message says. A part that is not known stays in its own form. */
function addPart(said: Said, part: unknown): void {
  if (!isJsonObject(part)) {
    said.content.push(typeof part === 'string' ? { type: 'text', text: part } : part);
    return;
  }
  const type = String(part['type'] ?? '');
  const text = [part['text'], part['content'], part['thinking'], part['reasoning']].find(
    (candidate) => typeof candidate === 'string',
  ) as string | undefined;
  switch (type) {
    case 'text':
    case 'input_text':
    case 'output_text':
      said.content.push(textPart(part, text ?? ''));
      return;
    case 'reasoning':
    case 'thinking':
      addReasoning(said, part, text);
      return;
    case 'refusal':
      said.refusal.push(String(part['refusal'] ?? text ?? ''));
      return;
    case 'tool_call':
    case 'tool-call':
    case 'tool_use':
    case 'function_call':
    case 'custom_tool_call':
      said.calls.push(callOf(part));
      return;
    case 'tool_call_response':
    case 'tool-result':
    case 'tool_result':
    case 'function_call_output':
      said.results.push(resultOf(part));
      return;
  }
  // Gemini's parts have no type.
  if (isJsonObject(part['functionCall'])) said.calls.push(callOf(part['functionCall']));
  else if (isJsonObject(part['functionResponse'])) said.results.push(resultOf(part['functionResponse']));
  else if (type === '' && typeof part['text'] === 'string') said.content.push({ type: 'text', text: part['text'] });
  else said.content.push(part);
}

function addReasoning(said: Said, part: JsonObject, text: string | undefined): void {
  const summaries = [part['summary'], part['content']].flatMap((list) => (Array.isArray(list) ? list : []));
  const texts = [text, ...summaries.map((each) => (isJsonObject(each) ? each['text'] : each))];
  const given = texts.filter((each): each is string => typeof each === 'string' && each !== '');
  // Encrypted, or without a word: kept as it is.
  if (given.length === 0) said.content.push(part);
  else said.reasoning.push(given.join('\n'));
}

/** A part of text, with what else its provider says of it (annotations, cache control). */
function textPart(part: JsonObject, text: string): JsonObject {
  const { type: _type, text: _text, content: _content, ...others } = part;
  return { type: 'text', text, ...withoutEmpty(others) };
}

const withoutEmpty = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object).filter(
      ([, value]) => value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  );

/** A text where that is all; the parts where there is more; `null` where there is nothing. */
function contentOf(parts: readonly unknown[]): unknown {
  const [first] = parts;
  if (first === undefined) return null;
  const isText =
    parts.length === 1 && isJsonObject(first) && first['type'] === 'text' && Object.keys(first).length === 2;
  return isText ? (first as { text: string }).text : parts;
}

/** Calls that stand beside the content. */
function callsOf(item: JsonObject): ToolCall[] {
  const list = decoded(item['tool_calls'] ?? item['toolCalls']);
  const calls = Array.isArray(list) ? list.filter(isJsonObject).map(callOf) : [];
  const single = item['function_call'];
  return isJsonObject(single) ? [...calls, callOf(single)] : calls;
}

/** A tool call out of whatever a client calls its parts. */
export function callOf(call: JsonObject): ToolCall {
  const inner = [call['function'], call['tool_call']].find(isJsonObject) ?? call;
  const named = isJsonObject(inner['function']) ? inner['function'] : inner;
  // Items of the Responses API have an id of their own beside that of the call.
  const id = call['call_id'] ?? call['id'] ?? call['toolCallId'] ?? inner['id'];
  return {
    ...(id === undefined || id === null ? {} : { id }),
    type: 'function',
    function: {
      name: named['name'] ?? named['toolName'] ?? call['name'] ?? '',
      arguments: argumentsOf(named['arguments'] ?? named['args'] ?? named['input'] ?? named['parameters']),
    },
  };
}

const argumentsOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? {}));

/** A message of the role `tool`: its own content is the result, or it holds results as parts. */
function toolMessages(item: JsonObject): Message[] {
  const parts = partsOf(item['content'] ?? item['parts']);
  const results = parts.filter(isJsonObject).filter(({ type }) => resultTypes.has(String(type)));
  if (results.length > 0) return results.map(resultOf);
  return [resultOf({ ...item, content: item['content'] ?? item['parts'] })];
}

const resultTypes = new Set(['tool_call_response', 'tool-result', 'tool_result']);

function resultOf(part: JsonObject): Message {
  const id = part['tool_call_id'] ?? part['toolCallId'] ?? part['tool_use_id'] ?? part['call_id'] ?? part['id'];
  const name = part['name'] ?? part['toolName'];
  const result = part['response'] ?? part['result'] ?? part['output'] ?? part['content'];
  return {
    role: 'tool',
    content: resultContent(result),
    ...(typeof id === 'string' ? { tool_call_id: id } : {}),
    ...(typeof name === 'string' ? { name } : {}),
  };
}

function resultContent(result: unknown): unknown {
  if (result === undefined || result === null || typeof result === 'string') return result ?? null;
  // The AI SDK says of what kind a result is: `{type: 'json', value}`.
  if (isJsonObject(result) && typeof result['type'] === 'string' && 'value' in result)
    return resultContent(result['value']);
  if (Array.isArray(result) && result.every((part) => isJsonObject(part) && typeof part['type'] === 'string')) {
    const said: Said = { content: [], reasoning: [], refusal: [], calls: [], results: [] };
    for (const part of result) addPart(said, part);
    if (said.content.length === result.length) return contentOf(said.content);
  }
  return JSON.stringify(result);
}

/** Items of one answer of the Responses API (reasoning, text, calls) are one message. */
function joinItems(messages: readonly Message[]): Message[] {
  const joined: Message[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    const isPair = last?.role === 'assistant' && message.role === 'assistant';
    if (isPair && (last.content === null || message.content === null)) joined[joined.length - 1] = join(last, message);
    else joined.push(message);
  }
  return joined;
}

function join(a: Message, b: Message): Message {
  const reasoning = [a.reasoning, b.reasoning].filter((text) => text !== undefined).join('\n');
  const calls = [...(a.tool_calls ?? []), ...(b.tool_calls ?? [])];
  return {
    ...a,
    ...b,
    content: a.content ?? b.content ?? null,
    ...(reasoning === '' ? {} : { reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}
