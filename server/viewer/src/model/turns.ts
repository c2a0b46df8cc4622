import type { SpanRecord } from 'llm-tracer/schema';

/** A pause between turns that is worth saying. */
const pauseMs = 30 * 60_000;

/** How long nothing happened between two turns, where that is half an hour or more. */
export function pauseBetween(
  before: { readonly start_time: string; readonly end_time?: string | undefined } | undefined,
  after: { readonly start_time: string },
): number | undefined {
  if (before === undefined) return undefined;
  const ms = Date.parse(after.start_time) - Date.parse(before.end_time ?? before.start_time);
  return ms >= pauseMs ? ms : undefined;
}

/** Names under which applications put the one text of an input or output. */
const textNames = [
  'question',
  'query',
  'prompt',
  'input',
  'message',
  'text',
  'answer',
  'output',
  'content',
  'response',
];

/**
 * What was said, out of a payload that holds it: a text, an object whose one telling field is a text, or the last message
 * of a role. Undefined where a reader had better see the payload itself.
 */
export function saidText(value: unknown, role: 'user' | 'assistant'): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return lastMessage(value, role);
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  if (Array.isArray(fields['messages'])) return lastMessage(fields['messages'], role);
  for (const name of textNames) if (typeof fields[name] === 'string') return fields[name];
  return undefined;
}

function lastMessage(messages: readonly unknown[], role: string): string | undefined {
  for (const message of messages.toReversed()) {
    if (typeof message !== 'object' || message === null) continue;
    const fields = message as Readonly<Record<string, unknown>>;
    if (fields['role'] !== role) continue;
    const text = contentText(fields['content']);
    if (text !== undefined && text !== '') return text;
  }
  return undefined;
}

function contentText(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const texts = content.flatMap((part: unknown) => {
    if (typeof part === 'string') return [part];
    const text = typeof part === 'object' && part !== null ? (part as { text?: unknown }).text : undefined;
    return typeof text === 'string' ? [text] : [];
  });
  return texts.length === 0 ? undefined : texts.join('\n');
}

/** What a turn did, told apart by what a reader of a conversation asks for. */
export interface TurnSteps {
  readonly tools: number;
  readonly modelCalls: number;
  readonly others: number;
}

export function stepsOf(spans: readonly Pick<SpanRecord, 'span_type'>[]): TurnSteps {
  let [tools, modelCalls, others] = [0, 0, 0];
  for (const { span_type } of spans) {
    if (span_type === 'tool') tools += 1;
    else if (span_type === 'llm') modelCalls += 1;
    else others += 1;
  }
  return { tools, modelCalls, others };
}

/** "4 tool calls, 2 model calls"; without either, "3 steps". */
export function describeSteps({ tools, modelCalls, others }: TurnSteps): string {
  const parts = [
    tools > 0 ? `${tools} tool ${tools === 1 ? 'call' : 'calls'}` : '',
    modelCalls > 0 ? `${modelCalls} model ${modelCalls === 1 ? 'call' : 'calls'}` : '',
  ].filter((part) => part !== '');
  if (parts.length > 0) return parts.join(', ');
  return others === 1 ? '1 step' : `${others} steps`;
}

/** The model calls that a conversation's text can be read from: the first asks, the last answers. */
export function conversationCalls<S extends Pick<SpanRecord, 'span_type' | 'start_time' | 'status'>>(
  spans: readonly S[],
): { readonly asks: S | undefined; readonly answers: S | undefined } {
  const calls = spans
    .filter(({ span_type }) => span_type === 'llm')
    .sort((a, b) => (a.start_time < b.start_time ? -1 : a.start_time > b.start_time ? 1 : 0));
  return { asks: calls[0], answers: calls.at(-1) };
}
