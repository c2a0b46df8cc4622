import type { Message } from 'llm-tracer/schema';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import type { Attributes } from '../attributes.ts';
import { type Dialect, from, type Subject } from '../dialect.ts';
import type { UsageFound } from '../findings.ts';
import { arrayOf, decoded } from '../json-text.ts';
import { messagesOf, textMessage } from '../messages.ts';
import { after, count, definitions, finishReasons, kind, label, labels, payload, provider } from '../readers.ts';
import { type UsageKeys, usageFrom } from '../usage.ts';

const kinds = {
  'ai.generatetext': 'agent',
  'ai.streamtext': 'agent',
  'ai.generateobject': 'chain',
  'ai.streamobject': 'chain',
  'ai.generatetext.dogenerate': 'llm',
  'ai.streamtext.dostream': 'llm',
  'ai.generateobject.dogenerate': 'llm',
  'ai.streamobject.dostream': 'llm',
  'ai.embed': 'embedding',
  'ai.embedmany': 'embedding',
  'ai.embed.doembed': 'embedding',
  'ai.embedmany.doembed': 'embedding',
  'ai.rerank': 'retrieval',
  'ai.rerank.dorerank': 'retrieval',
  'ai.toolcall': 'tool',
} as const;

// What the application says of a call: up to version 6, and the runtime context that it chose to include since 7.
const saidUnder = ['ai.telemetry.metadata.', 'ai.settings.context.'];

const told = <Value>(read: (value: unknown) => Value | undefined, ...names: readonly string[]) =>
  names.flatMap((name) => from(read, ...saidUnder.map((prefix) => prefix + name)));

/**
 * The Vercel AI SDK's own attributes: all of them up to version 6, and what version 7 adds to the GenAI conventions. Answers
 * stand in pieces (`ai.response.text`, `.toolCalls`, `.object`), which up to version 3 began with `ai.result`.
 */
export const aiSdk: Dialect = {
  name: 'Vercel AI SDK',
  begins: ['ai', 'operation'],
  rules: {
    spanType: [...from(kind(kinds), 'ai.operationId'), operationName],
    model: from(label, 'ai.response.model'),
    requestedModel: from(label, 'ai.model.id'),
    provider: from(provider, 'ai.model.provider'),
    finishReason: from(finishReasons, 'ai.response.finishReason', 'ai.finishReason', 'ai.result.finishReason'),
    responseId: from(label, 'ai.response.id'),
    tools: from(definitions, 'ai.prompt.tools'),
    parameters: [parameters],
    inputMessages: [...from(messagesOf, 'ai.prompt.messages'), promptMessages],
    outputMessages: [answer],
    input: [...from(payload, 'ai.toolCall.input', 'ai.toolCall.args', 'ai.prompt', 'ai.value'), values, rerankInput],
    output: [...from(payload, 'ai.toolCall.output', 'ai.toolCall.result', 'ai.ranking'), result, embeddings],
    toolName: from(label, 'ai.toolCall.name'),
    toolCallId: from(label, 'ai.toolCall.id'),
    usage: [usage],
    firstTokenTime: [
      ...from(after(1_000), 'ai.response.msToFirstChunk', 'ai.stream.msToFirstChunk'),
      ({ span }) => span.events.find(({ name }) => name === 'ai.stream.firstChunk')?.time,
    ],
    promptName: [({ attributes }) => label(attributes.object('ai.telemetry.metadata.langfusePrompt')?.['name'])],
    promptVersion: [({ attributes }) => label(attributes.object('ai.telemetry.metadata.langfusePrompt')?.['version'])],
    sessionId: [...told(label, 'sessionId', 'session_id', 'conversationId', 'threadId', 'chatId')],
    userId: [...told(label, 'userId', 'user_id')],
    tags: [...told(labels, 'tags')],
    release: [...told(label, 'release')],
    metadata: [({ attributes }) => ownMetadata(attributes)],
    traceMetadata: [({ attributes }) => ownMetadata(attributes)],
  },
};

const withPlace = new Set(['sessionId', 'session_id', 'userId', 'user_id', 'tags', 'release', 'langfusePrompt']);

function ownMetadata(attributes: Attributes): JsonObject {
  const given = saidUnder.flatMap((prefix) => {
    const entries = attributes.under(prefix).filter(([name]) => !withPlace.has(name));
    attributes.claim(entries.map(([name]) => prefix + name));
    return entries;
  });
  return Object.fromEntries(given.map(([name, value]) => [name, decoded(value)]));
}

/** `operation.name` is the operation and, after a space, the id that the application gave. */
function operationName({ attributes }: Subject) {
  const operation = label(attributes.peek('operation.name'))?.split(' ')[0];
  return operation?.startsWith('ai.') ? kind(kinds)(operation) : undefined;
}

const settings = 'ai.settings.';

function parameters({ attributes }: Subject): JsonObject {
  const given = attributes.under(settings).filter(([name]) => !name.startsWith('context.'));
  attributes.claim(given.map(([name]) => settings + name));
  const choice = attributes.take('ai.prompt.toolChoice');
  return {
    ...Object.fromEntries(given),
    ...(choice === undefined ? {} : { toolChoice: decoded(choice) }),
  };
}

/** The outer span has `{system, prompt, messages}` as the application gave them. */
function promptMessages({ attributes }: Subject): readonly Message[] | undefined {
  const { system, messages } = attributes.object('ai.prompt') ?? {};
  const said = messages === undefined ? undefined : messagesOf(messages);
  if (said === undefined) return undefined;
  attributes.take('ai.prompt');
  return typeof system === 'string' ? [textMessage('system', system), ...said] : said;
}

const isModelCall = (attributes: Attributes): boolean =>
  attributes.has('ai.prompt.messages') || /\.do(Generate|Stream)$/.test(String(attributes.peek('ai.operationId')));

/** The pieces of an answer, in either version's names. */
function pieces(attributes: Attributes) {
  const piece = (name: string): unknown =>
    attributes.take(`ai.response.${name}`) ?? attributes.take(`ai.result.${name}`);
  return { text: piece('text'), reasoning: piece('reasoning'), toolCalls: piece('toolCalls'), object: piece('object') };
}

function answer({ attributes }: Subject): readonly Message[] | undefined {
  if (!isModelCall(attributes)) return undefined;
  const { text, reasoning, toolCalls, object } = pieces(attributes);
  const calls = arrayOf(toolCalls) ?? [];
  const content = text ?? (typeof object === 'string' || object === undefined ? object : JSON.stringify(object));
  if (content === undefined && reasoning === undefined && calls.length === 0) return undefined;
  return messagesOf([
    {
      role: 'assistant',
      content: calls.length > 0 && content === '' ? null : content,
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
      ...(typeof reasoning === 'string' ? { reasoning } : {}),
    },
  ]);
}

/** What the outer span says came of it: a text, where that is all. */
function result({ attributes }: Subject): unknown {
  if (isModelCall(attributes)) return undefined;
  const { text, object, toolCalls, reasoning } = pieces(attributes);
  const given = Object.entries({ text, object, toolCalls, reasoning })
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => [name, name === 'text' ? value : decoded(value)] as const);
  const [first] = given;
  if (first === undefined) return undefined;
  return given.length === 1 && (first[0] === 'text' || first[0] === 'object') ? first[1] : Object.fromEntries(given);
}

function values({ attributes }: Subject): unknown {
  const texts = arrayOf(attributes.take('ai.values'))?.map(decoded);
  return texts?.length === 1 ? texts[0] : texts;
}

function embeddings({ attributes }: Subject): unknown {
  const one = attributes.take('ai.embedding');
  const vectors = arrayOf(attributes.take('ai.embeddings'))?.map(decoded) ?? (one === undefined ? [] : [decoded(one)]);
  return vectors.length === 0 ? undefined : { embeddings: vectors };
}

function rerankInput({ attributes }: Subject): unknown {
  const documents = definitions(attributes.take('ai.documents'));
  return documents === undefined ? undefined : { documents };
}

const keys: UsageKeys = {
  input: ['ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens', 'gen_ai.usage.input_tokens'],
  output: ['ai.usage.outputTokens', 'ai.usage.completionTokens', 'gen_ai.usage.output_tokens'],
  total: ['ai.usage.totalTokens'],
  cacheRead: [
    'ai.usage.inputTokenDetails.cacheReadTokens',
    'ai.usage.cachedInputTokens',
    'gen_ai.usage.cache_read.input_tokens',
  ],
  cacheWrite: ['ai.usage.inputTokenDetails.cacheWriteTokens', 'gen_ai.usage.cache_creation.input_tokens'],
  reasoning: ['ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens'],
  details: ['ai.usage.', 'gen_ai.usage.'],
};

/**
 * Counts, with what only the provider's own data tells. Version 5 handed Anthropic's (and Bedrock's) input on as they count it,
 * without cached tokens; from 6 on all are inclusive, and `inputTokenDetails` says so.
 */
function usage({ attributes }: Subject): UsageFound | undefined {
  const isInclusive = attributes.under('ai.usage.inputTokenDetails.').length > 0;
  if (attributes.under('ai.').length === 0) return undefined;
  const found = usageFrom(attributes, keys);
  if (found === undefined) return undefined;
  const own = providerUsage(
    attributes.object('ai.response.providerMetadata') ?? attributes.object('ai.result.providerMetadata'),
  );
  const cacheRead = found.cacheRead ?? own.cacheRead;
  const cacheWrite = found.cacheWrite ?? own.cacheWrite;
  const countsApart = /anthropic|bedrock/i.test(String(attributes.peek('ai.model.provider') ?? ''));
  const isExclusive =
    isInclusive || !countsApart ? undefined : own.input === undefined || own.input === found.input ? true : undefined;
  return { ...found, cacheRead, cacheWrite, reasoning: found.reasoning ?? own.reasoning, isExclusive };
}

interface ProviderUsage {
  readonly input?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly reasoning?: number | undefined;
}

function providerUsage(metadata: JsonObject | undefined): ProviderUsage {
  for (const own of Object.values(metadata ?? {})) {
    if (!isJsonObject(own)) continue;
    const usage = isJsonObject(own['usage']) ? own['usage'] : {};
    const found = {
      input: count(usage['input_tokens'] ?? usage['inputTokens']),
      cacheRead: count(usage['cache_read_input_tokens'] ?? usage['cacheReadInputTokens'] ?? own['cachedPromptTokens']),
      cacheWrite: count(
        usage['cache_creation_input_tokens'] ?? usage['cacheWriteInputTokens'] ?? own['cacheCreationInputTokens'],
      ),
      reasoning: count(own['reasoningTokens']),
    };
    if (Object.values(found).some((value) => value !== undefined)) return found;
  }
  return {};
}
