import type { Message } from 'llm-tracer/schema';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import type { Attributes } from '../attributes.ts';
import { type Dialect, from, type Subject } from '../dialect.ts';
import { nested } from '../indexed.ts';
import { messagesOf } from '../messages.ts';
import { finishReasons, kind, label, labels, payload } from '../readers.ts';
import { usageFrom } from '../usage.ts';

const kinds = {
  workflow: 'chain',
  task: 'function',
  agent: 'agent',
  tool: 'tool',
  session: 'chain',
  unknown: 'other',
} as const;

const requestKinds = {
  chat: 'llm',
  completion: 'llm',
  embedding: 'embedding',
  rerank: 'retrieval',
  unknown: 'other',
} as const;

const properties = 'traceloop.association.properties.';

const association = (...names: readonly string[]) => from(label, ...names.map((name) => properties + name));

/** OpenLLMetry (Traceloop): its own attributes for workflows, and messages as indexed attributes up to 2025. */
export const openllmetry: Dialect = {
  name: 'OpenLLMetry',
  begins: ['traceloop', 'gen_ai', 'llm', 'db', 'mcp'],
  rules: {
    spanType: [...from(kind(kinds), 'traceloop.span.kind'), ...from(kind(requestKinds), 'llm.request.type')],
    requestedModel: from(label, 'llm.request.model'),
    model: from(label, 'llm.response.model'),
    inputMessages: [
      ({ attributes }) => indexedMessages(attributes, 'gen_ai.prompt.', 'user'),
      ({ attributes }) => indexedMessages(attributes, 'llm.prompts.', 'user'),
    ],
    outputMessages: [
      ({ attributes }) => indexedMessages(attributes, 'gen_ai.completion.', 'assistant'),
      ({ attributes }) => indexedMessages(attributes, 'llm.completions.', 'assistant'),
    ],
    finishReason: [
      ({ attributes }) => completionReasons(attributes, 'gen_ai.completion.'),
      ({ attributes }) => completionReasons(attributes, 'llm.completions.'),
      ...from(label, 'llm.response.finish_reason'),
    ],
    tools: [offeredFunctions],
    parameters: [parameters],
    input: from(payload, 'traceloop.entity.input', 'db.vector.query.text'),
    output: from(payload, 'traceloop.entity.output', 'mcp.response.value'),
    documents: [foundVectors],
    toolName: [
      // The span of a tool is named after it, with its kind.
      ({ attributes }) => (isTool(attributes) ? label(attributes.peek('traceloop.entity.name')) : undefined),
    ],
    agentName: [
      ({ attributes }) =>
        attributes.peek('traceloop.span.kind') === 'agent'
          ? label(attributes.peek('traceloop.entity.name'))
          : undefined,
    ],
    usage: [
      ({ attributes }) =>
        usageFrom(attributes, {
          input: ['llm.usage.prompt_tokens'],
          output: ['llm.usage.completion_tokens'],
          // The total alone is under this name also where the others are under those of the GenAI conventions.
          total: ['llm.usage.total_tokens'],
          cacheRead: ['llm.usage.cache_read_input_tokens'],
          cacheWrite: ['llm.usage.cache_creation_input_tokens'],
          reasoning: ['llm.usage.reasoning_tokens'],
          details: ['llm.usage.'],
        }),
    ],
    firstTokenTime: [({ span }) => span.events.find(({ name }) => name === 'llm.content.completion.chunk')?.time],
    promptName: from(label, 'traceloop.prompt.key'),
    promptVersion: from(label, 'traceloop.prompt.version'),
    sessionId: association('session_id', 'sessionId', 'thread_id', 'chat_id', 'conversation_id'),
    userId: association('user_id', 'userId', 'user.id'),
    tags: from(labels, 'traceloop.association.properties.tags'),
    traceMetadata: [associations],
  },
};

const withPlace = new Set(['session_id', 'sessionId', 'user_id', 'userId', 'user.id', 'tags']);

/** Properties that have no place of their own are what the application says of the trace. */
function associations({ attributes }: Subject): JsonObject {
  const given = attributes.under(properties).filter(([name]) => !withPlace.has(name));
  attributes.claim(given.map(([name]) => properties + name));
  return Object.fromEntries(given);
}

const isTool = (attributes: Attributes): boolean => attributes.peek('traceloop.span.kind') === 'tool';

/** `gen_ai.prompt.0.role`, `gen_ai.prompt.0.tool_calls.0.name` and so on. Other attributes share the prefix. */
function indexed(attributes: Attributes, prefix: string): readonly JsonObject[] {
  const entries = attributes.under(prefix).filter(([path]) => /^\d{1,9}\./.test(path));
  attributes.claim(entries.map(([path]) => prefix + path));
  const list = nested(entries);
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function indexedMessages(attributes: Attributes, prefix: string, role: string): readonly Message[] | undefined {
  const list = indexed(attributes, prefix);
  if (list.length === 0) return undefined;
  return list.flatMap(
    ({ finish_reason: _, ...message }) => messagesOf([{ ...message, role: label(message['role']) ?? role }]) ?? [],
  );
}

function completionReasons(attributes: Attributes, prefix: string): string | undefined {
  return finishReasons(indexed(attributes, prefix).map(({ finish_reason }) => finish_reason));
}

function offeredFunctions({ attributes }: Subject): readonly unknown[] | undefined {
  const list = nested(attributes.takeUnder('llm.request.functions.'));
  if (!Array.isArray(list) || list.length === 0) return undefined;
  return list.map((each) => {
    if (!isJsonObject(each)) return each;
    const { parameters: schema, ...named } = each;
    return {
      type: 'function',
      function: { ...named, ...(schema === undefined ? {} : { parameters: payload(schema) }) },
    };
  });
}

const parameterNames: Readonly<Record<string, string>> = {
  'llm.top_k': 'top_k',
  'llm.frequency_penalty': 'frequency_penalty',
  'llm.presence_penalty': 'presence_penalty',
  'llm.chat.stop_sequences': 'stop_sequences',
  'llm.temperature': 'temperature',
  'llm.is_streaming': 'stream',
  'llm.request.reasoning_effort': 'reasoning_effort',
};

function parameters({ attributes }: Subject): JsonObject {
  const given = Object.entries(parameterNames).filter(([key]) => attributes.has(key));
  return Object.fromEntries(given.map(([key, name]) => [name, attributes.take(key)]));
}

/** What a vector database found, an event for each. */
function foundVectors({ span }: Subject): readonly unknown[] | undefined {
  const found = span.events.filter(({ name }) => name === 'db.query.result' || name === 'db.search.result');
  if (found.length === 0) return undefined;
  return found.map(({ attributes }) => {
    attributes.claim(attributes.rest().map(([key]) => key));
    return Object.fromEntries(
      attributes.under('').map(([key, value]) => {
        const name = key.replace(/^db\.(query|search)\.result\./, '');
        return [name === 'document' ? 'content' : name, name === 'metadata' ? payload(value) : value];
      }),
    );
  });
}
