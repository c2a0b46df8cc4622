// The form that spans hold messages in, whatever client they came from. Shared by the integrations.

/** A tool call as a message holds it. */
export interface ToolCall {
  readonly id: unknown;
  readonly type: 'function';
  readonly function: { readonly name: unknown; readonly arguments: unknown };
}

/** A tool call out of whatever a provider calls its parts. Arguments are text, as the model wrote them. */
export const toolCall = (id: unknown, name: unknown, input: unknown): ToolCall => ({
  id,
  type: 'function',
  function: { name, arguments: typeof input === 'string' ? input : JSON.stringify(input ?? {}) },
});

/** Whether a member says that there is nothing: `null`, an empty text, an empty list. */
const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || (value as { length?: unknown }).length === 0;

/** The object without the members that say that there is nothing, put to what is there already. */
export function given(object: object, whole: Record<string, unknown> = {}): Record<string, unknown> {
  // A loop: this is done several times a call, and `Object.fromEntries` takes four times as long.
  for (const key in object) {
    const value = (object as Record<string, unknown>)[key];
    if (!isEmpty(value)) whole[key] = value;
  }
  return whole;
}

/** Whether a part is a text and nothing else. */
function isText(part: object): part is { text: unknown } {
  for (const key in part) {
    const value = (part as Record<string, unknown>)[key];
    if (key === 'type' ? value !== 'text' : key !== 'text' && !isEmpty(value)) return false;
  }
  return 'text' in part;
}

/** What a message says: a text where its only part is that, the parts where there is more, `null` where there are none. */
function contentOf(parts: unknown): unknown {
  if (!Array.isArray(parts)) return parts ?? null;
  const [first] = parts as object[];
  if (first === undefined) return null;
  return parts.length === 1 && isText(first) ? first.text : parts;
}

/** A message in the form that spans hold: its text or parts, and what else it has. What is empty is left out. */
export const message = (role: string, parts: unknown, more?: object): Record<string, unknown> =>
  given(more ?? {}, { role, content: contentOf(parts) });

/** What a tool gave, as a message. */
export const toolResult = (id: unknown, result: unknown): Record<string, unknown> => ({
  role: 'tool',
  tool_call_id: id,
  content: contentOf(result),
});
