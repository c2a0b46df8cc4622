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

/** The object without the members that say that there is nothing (`null`, an empty text or list), put to what is there. */
export function given(object: object, whole: Record<string, unknown> = {}): Record<string, unknown> {
  // A loop: this is done several times a call, and `Object.fromEntries` takes four times as long.
  for (const key in object) {
    const value = (object as Record<string, unknown>)[key];
    if (value !== null && value !== undefined && (value as { length?: unknown }).length !== 0) whole[key] = value;
  }
  return whole;
}

/** What a message says: a text where its only part is that, the parts where there is more, `null` where there are none. */
function contentOf(parts: unknown): unknown {
  if (!Array.isArray(parts)) return parts ?? null;
  const [first] = parts as { type?: unknown; text?: unknown }[];
  if (first === undefined) return null;
  const isText = parts.length === 1 && first?.type === 'text' && Object.keys(given(first)).length <= 2;
  return isText ? first.text : parts;
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
