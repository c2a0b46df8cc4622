import type { Message } from 'llm-tracer/schema';
import { canonicalJson, isJsonObject, type JsonObject } from '../domain/json.ts';
import { decoded } from './json-text.ts';
import { messagesFromParts, partsOf, toolMessages } from './message-parts.ts';

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
      return messagesFromParts('assistant', [item], item);
  }
  if (typeof item['role'] !== 'string') {
    const data = isJsonObject(item['data']) ? item['data'] : item;
    return messagesOfItem({ ...data, type: 'message', role: String(item['type']) });
  }
  const role = roleOf(item['role']);
  if (role === 'tool') return [toolMessages(item)].flat();
  return messagesFromParts(role, partsOf(item['content'] ?? item['parts']), item);
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
