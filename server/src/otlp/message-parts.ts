import type { Message } from 'llm-tracer/schema';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { decoded, parseJson } from './json-text.ts';

// What one message holds: contents, calls, results, each in whatever form its client has for them.

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

/** What a message holds, as a list of parts. A text may be a list of parts itself, as older clients sent it. */
export function partsOf(content: unknown): readonly unknown[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') {
    const list = /^\s*\[\s*\{/.test(content) ? parseJson(content) : undefined;
    return Array.isArray(list) && list.every((part) => isJsonObject(part) && typeof part['type'] === 'string')
      ? list
      : [content];
  }
  return Array.isArray(content) ? content : [content];
}

export function messagesFromParts(role: string, parts: readonly unknown[], item: JsonObject): Message[] {
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
export function toolMessages(item: JsonObject): Message[] {
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
