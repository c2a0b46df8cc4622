import type { Message } from 'llm-tracer/schema';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import type { Attributes } from '../attributes.ts';
import { type Dialect, from, type Subject, seen } from '../dialect.ts';
import { nested } from '../indexed.ts';
import { arrayOf, decoded } from '../json-text.ts';
import { callOf } from '../message-parts.ts';
import { messagesOf, repeats, textMessage } from '../messages.ts';
import { dollars, kind, label, labels, object, provider, providerOfHost, systemMessage } from '../readers.ts';
import { usageFrom } from '../usage.ts';

const kinds = {
  llm: 'llm',
  chain: 'chain',
  tool: 'tool',
  agent: 'agent',
  retriever: 'retrieval',
  reranker: 'retrieval',
  embedding: 'embedding',
  guardrail: 'function',
  evaluator: 'function',
  prompt: 'function',
  unknown: 'other',
} as const;

/** OpenInference (Phoenix, Arize): messages as indexed attributes, the raw request and answer beside them. */
export const openinference: Dialect = {
  name: 'OpenInference',
  begins: [
    'openinference',
    'llm',
    'input',
    'output',
    'metadata',
    'tag',
    'retrieval',
    'reranker',
    'embedding',
    'tool',
    'tool_call',
  ],
  rules: {
    spanType: from(kind(kinds), 'openinference.span.kind'),
    model: from(label, 'llm.response.model_name', 'llm.model_name', 'embedding.model_name', 'reranker.model_name'),
    requestedModel: [
      ...from(label, 'llm.request.model_name'),
      ({ attributes }) => label(invocation(attributes)['model'] ?? invocation(attributes)['model_name']),
    ],
    provider: [
      ...from(provider, 'llm.system'),
      ...from(providerOfHost, 'llm.provider'),
      ({ attributes }) => provider(attributes.object('metadata')?.['ls_provider']),
    ],
    finishReason: from(label, 'llm.finish_reason'),
    parameters: [parameters],
    tools: [offeredTools],
    system: [
      ({ attributes }) => systemMessage(invocation(attributes)['system'] ?? invocation(attributes)['instructions']),
    ],
    inputMessages: [({ attributes }) => messagesUnder(attributes, 'llm.input_messages.', 'input'), prompts],
    outputMessages: [({ attributes }) => messagesUnder(attributes, 'llm.output_messages.', 'output'), completions],
    input: [embeddedTexts, rerankerInput, value('input')],
    output: [value('output'), vectors],
    documents: [
      ({ attributes }) => documentsUnder(attributes, 'retrieval.documents.'),
      ({ attributes }) => documentsUnder(attributes, 'reranker.output_documents.'),
    ],
    toolName: from(label, 'tool.name'),
    toolCallId: from(label, 'tool_call.id', 'tool.id'),
    agentName: from(label, 'agent.name'),
    usage: [
      ({ attributes }) => {
        const own = attributes.object('output.value')?.['usage'];
        const found = usageFrom(attributes, {
          input: ['llm.token_count.prompt'],
          output: ['llm.token_count.completion'],
          total: ['llm.token_count.total'],
          cacheRead: ['llm.token_count.prompt_details.cache_read', 'llm.token_count.prompt_details.cache_input'],
          cacheWrite: ['llm.token_count.prompt_details.cache_write'],
          reasoning: ['llm.token_count.completion_details.reasoning'],
          details: ['llm.token_count.'],
        });
        return found && isJsonObject(own) ? { ...found, details: own } : found;
      },
    ],
    costUsd: [...from(dollars, 'llm.cost.total'), cost],
    costDetails: [({ attributes }) => notEmpty(attributes.takeUnder('llm.cost.'))],
    firstTokenTime: [({ span }) => span.events.find(({ name }) => name === 'First Token Stream Event')?.time],
    promptName: from(label, 'prompt.id', 'llm.prompt_template.name'),
    promptVersion: from(label, 'llm.prompt_template.version'),
    sessionId: [
      ...seen(label, 'session.id'),
      // LangGraph knows a conversation as a thread.
      ({ attributes }) => fromMetadata(attributes, 'session_id', 'thread_id', 'conversation_id'),
    ],
    userId: [...seen(label, 'user.id'), ({ attributes }) => fromMetadata(attributes, 'user_id', 'userId')],
    tags: from(labels, 'tag.tags'),
    metadata: from(object, 'metadata'),
    traceMetadata: [ownMetadata],
  },
};

const invocation = (attributes: Attributes): JsonObject =>
  attributes.object('llm.invocation_parameters') ?? attributes.object('embedding.invocation_parameters') ?? {};

// Parts of a raw request that have a place of their own.
const notParameters = new Set([
  'model',
  'model_name',
  'messages',
  'input',
  'prompt',
  'system',
  'instructions',
  'tools',
  'contents',
]);

function parameters({ attributes }: Subject): JsonObject {
  const given = invocation(attributes);
  attributes.claim(['llm.invocation_parameters', 'embedding.invocation_parameters']);
  return Object.fromEntries(Object.entries(given).filter(([name]) => !notParameters.has(name)));
}

function offeredTools({ attributes }: Subject): readonly unknown[] | undefined {
  const listed = nested(attributes.takeUnder('llm.tools.'));
  const tools = Array.isArray(listed)
    ? listed.map((each) => decoded(isJsonObject(each) ? (objectIn(each, 'tool')['json_schema'] ?? each) : each))
    : [];
  return tools.length > 0 ? tools : arrayOf(invocation(attributes)['tools']);
}

const objectIn = (parent: unknown, name: string): JsonObject => {
  const child = isJsonObject(parent) ? parent[name] : undefined;
  return isJsonObject(child) ? child : {};
};

/** The messages; and where the raw request or answer beside them says nothing more, that is told too. */
function messagesUnder(attributes: Attributes, prefix: string, side: Side): readonly Message[] | undefined {
  const list = nested(attributes.takeUnder(prefix));
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const said = list.flatMap((each) => messageOf(objectIn(each, 'message')));
  if (repeats(attributes.json(`${side}.value`), said)) attributes.claim([`${side}.value`, `${side}.mime_type`]);
  return said;
}

/** A message out of its indexed parts. A call may be told twice, beside the contents and among them. */
function messageOf(message: JsonObject): Message[] {
  const { role, content, contents, tool_calls, function_call_name, function_call_arguments_json, ...others } = message;
  const parts = Array.isArray(contents) ? contents.map(partOf) : content === undefined ? [] : [content];
  const calls = Array.isArray(tool_calls) ? tool_calls.filter(isJsonObject).map(callOf) : [];
  if (function_call_name !== undefined)
    calls.push(callOf({ name: function_call_name, arguments: function_call_arguments_json }));
  const isTold = (part: unknown) =>
    isJsonObject(part) &&
    part['type'] === 'tool_use' &&
    calls.some(({ id, function: called }) => id === part['id'] && called.name === part['name']);
  return (
    messagesOf([
      {
        ...others,
        role: label(role) ?? 'user',
        content: parts.length === 1 && typeof parts[0] === 'string' ? parts[0] : parts.filter((part) => !isTold(part)),
        ...(calls.length === 0 ? {} : { tool_calls: calls }),
      },
    ]) ?? []
  );
}

function partOf(part: unknown): unknown {
  const content = objectIn(part, 'message_content');
  const call = objectIn(part, 'tool_call');
  if (Object.keys(call).length > 0) {
    const { id, function: called } = callOf(call);
    return { type: 'tool_use', id, name: called.name, arguments: called.arguments };
  }
  const image = objectIn(objectIn(content, 'image'), 'image');
  if (content['type'] === 'image' && image['url'] !== undefined) return { type: 'image_url', image_url: image };
  return content;
}

/** Prompts and answers of completion APIs, which know no roles. */
function prompts({ attributes }: Subject): readonly Message[] | undefined {
  return textsUnder(attributes, 'llm.prompts.', 'prompt', 'user');
}
function completions({ attributes }: Subject): readonly Message[] | undefined {
  return textsUnder(attributes, 'llm.choices.', 'completion', 'assistant');
}

function textsUnder(
  attributes: Attributes,
  prefix: string,
  name: string,
  role: string,
): readonly Message[] | undefined {
  const list = nested(attributes.takeUnder(prefix));
  if (!Array.isArray(list) || list.length === 0) return undefined;
  return list.map((each) => textMessage(role, String(objectIn(each, name)['text'] ?? '')));
}

type Side = 'input' | 'output';

/** A value, which is JSON where that can be told. */
function value(side: Side) {
  return ({ attributes }: Subject): unknown => {
    const isText = attributes.peek(`${side}.mime_type`) === 'text/plain';
    const given = isText ? attributes.peek(`${side}.value`) : attributes.json(`${side}.value`);
    if (given === undefined || given === '') return undefined;
    attributes.claim([`${side}.value`, `${side}.mime_type`]);
    return given;
  };
}

function documentsUnder(attributes: Attributes, prefix: string): readonly unknown[] | undefined {
  const list = nested(attributes.takeUnder(prefix));
  if (!Array.isArray(list) || list.length === 0) return undefined;
  return list.map((each) => {
    const document = objectIn(each, 'document');
    const metadata = decoded(document['metadata']);
    return metadata === undefined ? document : { ...document, metadata };
  });
}

function embeddedTexts({ attributes }: Subject): unknown {
  const list = nested(attributes.under('embedding.embeddings.'));
  if (!Array.isArray(list)) return undefined;
  const texts = list.map((each) => objectIn(each, 'embedding')['text']).filter((text) => text !== undefined);
  attributes.claim(
    attributes
      .under('embedding.embeddings.')
      .map(([rest]) => `embedding.embeddings.${rest}`)
      .filter((key) => key.endsWith('.embedding.text')),
  );
  return texts.length === 0 ? undefined : texts.length === 1 ? texts[0] : texts;
}

function vectors({ attributes }: Subject): unknown {
  const list = nested(attributes.under('embedding.embeddings.'));
  if (!Array.isArray(list)) return undefined;
  const embeddings = list
    .map((each) => decoded(objectIn(each, 'embedding')['vector']))
    .filter((each) => each !== undefined);
  attributes.claim(
    attributes
      .under('embedding.embeddings.')
      .map(([rest]) => `embedding.embeddings.${rest}`)
      .filter((key) => key.endsWith('.embedding.vector')),
  );
  return embeddings.length === 0 ? undefined : { embeddings };
}

function rerankerInput({ attributes }: Subject): unknown {
  const documents = documentsUnder(attributes, 'reranker.input_documents.');
  if (documents === undefined) return undefined;
  const query = label(attributes.take('reranker.query'));
  return { ...(query === undefined ? {} : { query }), documents };
}

function cost({ attributes }: Subject): number | undefined {
  const keys = ['llm.cost.prompt', 'llm.cost.completion'];
  const costs = keys.map((key) => dollars(attributes.peek(key))).filter((each) => each !== undefined);
  if (costs.length === 0) return undefined;
  attributes.claim(keys);
  return costs.reduce((sum, each) => sum + each, 0);
}

const notEmpty = (entries: readonly (readonly [string, unknown])[]): JsonObject | undefined =>
  entries.length === 0 ? undefined : Object.fromEntries(entries);

function fromMetadata(attributes: Attributes, ...names: readonly string[]): string | undefined {
  const metadata = attributes.object('metadata') ?? {};
  return names.map((name) => label(metadata[name])).find((found) => found !== undefined);
}

// What frameworks note of a single step, which says nothing of the trace.
const ofTheStep =
  /^(ls_|langgraph_|lc_|__|checkpoint_ns$|checkpoint_id$|versions$|run_id$|thread_id$|session_id$|user_id$)/;

function ownMetadata({ attributes }: Subject): JsonObject {
  const metadata = attributes.object('metadata') ?? {};
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !ofTheStep.test(name)));
}
