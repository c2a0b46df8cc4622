import type { Message } from 'llm-tracer/schema';
import type { JsonObject } from '../../domain/json.ts';
import type { Attributes } from '../attributes.ts';
import { type Dialect, from, type Subject, seen } from '../dialect.ts';
import type { ErrorFound, UsageFound } from '../findings.ts';
import { decoded } from '../json-text.ts';
import { messagesWithin, textMessage } from '../messages.ts';
import { count, definitions, dollars, kind, label, labels, object, payload, time } from '../readers.ts';

const kinds = {
  generation: 'llm',
  embedding: 'embedding',
  agent: 'agent',
  tool: 'tool',
  chain: 'chain',
  retriever: 'retrieval',
  evaluator: 'function',
  guardrail: 'function',
  span: 'other',
  event: 'other',
} as const;

/** Langfuse's attributes (SDKs from version 3 on). Usage counts are additive: an input without what was cached. */
export const langfuse: Dialect = {
  name: 'Langfuse',
  begins: ['langfuse'],
  rules: {
    spanType: from(kind(kinds), 'langfuse.observation.type'),
    model: from(label, 'langfuse.observation.model.name'),
    parameters: from(object, 'langfuse.observation.model.parameters'),
    tools: [offeredTools],
    inputMessages: [(subject) => callMessages(subject, 'langfuse.observation.input', 'user')],
    outputMessages: [(subject) => callMessages(subject, 'langfuse.observation.output', 'assistant')],
    input: from(payload, 'langfuse.observation.input'),
    output: from(payload, 'langfuse.observation.output'),
    usage: [usage],
    costUsd: [cost],
    costDetails: from(object, 'langfuse.observation.cost_details'),
    firstTokenTime: from(time, 'langfuse.observation.completion_start_time'),
    promptName: from(label, 'langfuse.observation.prompt.name'),
    promptVersion: from(label, 'langfuse.observation.prompt.version'),
    error: [error],
    metadata: [(subject) => metadataUnder(subject, 'langfuse.observation.metadata')],
    sessionId: [...from(label, 'langfuse.session.id'), ...seen(label, 'session.id')],
    userId: [...from(label, 'langfuse.user.id'), ...seen(label, 'user.id')],
    tags: from(labels, 'langfuse.trace.tags', 'langfuse.tags'),
    environment: from(label, 'langfuse.environment'),
    release: from(label, 'langfuse.release'),
    traceName: from(label, 'langfuse.trace.name'),
    traceInput: from(payload, 'langfuse.trace.input'),
    traceOutput: from(payload, 'langfuse.trace.output'),
    traceMetadata: [traceMetadata],
  },
};

/** `langfuse.observation.metadata.<key>`, or all of it as JSON under the name itself. */
function metadataUnder({ attributes }: Subject, key: string): JsonObject {
  const whole = attributes.object(key);
  if (whole !== undefined) attributes.take(key);
  const single = attributes.takeUnder(`${key}.`).map(([name, value]) => [name, decoded(value)] as const);
  return Object.fromEntries([...Object.entries(whole ?? {}), ...single]);
}

function traceMetadata(subject: Subject): JsonObject {
  const version = label(subject.attributes.take('langfuse.version'));
  return { ...(version === undefined ? {} : { version }), ...metadataUnder(subject, 'langfuse.trace.metadata') };
}

const emptyOr = (value: unknown): unknown => (value === '' ? undefined : value);

const isModelCall = (attributes: Attributes): boolean =>
  label(attributes.peek('langfuse.observation.type'))?.toLowerCase() === 'generation';

/** Messages of a generation: a list, `{messages, tools}` as OpenAI is asked, one message, or the bare text of one. */
function callMessages({ attributes }: Subject, key: string, role: string): readonly Message[] | undefined {
  if (!isModelCall(attributes)) return undefined;
  const value = emptyOr(attributes.json(key));
  const said = messagesWithin(value) ?? (typeof value === 'string' ? [textMessage(role, value)] : undefined);
  if (said !== undefined) attributes.take(key);
  return said;
}

function offeredTools({ attributes }: Subject): readonly unknown[] | undefined {
  return definitions(attributes.object('langfuse.observation.input')?.['tools']);
}

/** The sum of what was reported by part, or the total where there is one. */
function cost({ attributes }: Subject): number | undefined {
  const details = attributes.object('langfuse.observation.cost_details');
  if (details === undefined) return undefined;
  const { total, ...parts } = details;
  const costs = Object.values(parts)
    .map(dollars)
    .filter((part) => part !== undefined);
  return dollars(total) ?? (costs.length === 0 ? undefined : costs.reduce((a, b) => a + b, 0));
}

const cacheRead = /cache_?read|cached/i;
const cacheWrite = /cache_?(creation|write)/i;

/**
 * `usage_details` is an object of additive amounts, by the words that Langfuse itself goes by: all whose name has "input"
 * make the input, all with "output" the output. Usage objects of providers are taken as what they are.
 */
function usage({ attributes }: Subject): UsageFound | undefined {
  const key = 'langfuse.observation.usage_details';
  const details = attributes.object(key);
  const found = details && (providerUsage(details) ?? additiveUsage(details));
  if (found !== undefined) attributes.take(key);
  return found;
}

function additiveUsage(details: JsonObject): UsageFound | undefined {
  const amounts = Object.entries(details).flatMap(([name, value]) => {
    const amount = count(value);
    return amount === undefined || name === 'total' ? [] : [[name, amount] as const];
  });
  const sumOf = (isPart: (name: string) => boolean): number | undefined => {
    const parts = amounts.filter(([name]) => isPart(name));
    return parts.length === 0 ? undefined : parts.reduce((sum, [, amount]) => sum + amount, 0);
  };
  const input = sumOf((name) => name.includes('input'));
  const output = sumOf((name) => name.includes('output'));
  if (input === undefined && output === undefined) return undefined;
  const total = count(details['total']);
  const bare = { input: count(details['input']), output: count(details['output']) };
  // Who counted inclusively all the same says so by the total.
  const isInclusive =
    total !== undefined && total !== (input ?? 0) + (output ?? 0) && total === (bare.input ?? 0) + (bare.output ?? 0);
  return {
    input: isInclusive ? bare.input : input,
    output: isInclusive ? bare.output : output,
    cacheRead: sumOf((name) => name.includes('input') && cacheRead.test(name)),
    cacheWrite: sumOf((name) => name.includes('input') && cacheWrite.test(name)),
    reasoning: sumOf((name) => name.includes('output') && /reasoning|thinking/i.test(name)),
    isExclusive: false,
    details,
  };
}

/** A usage object as OpenAI gives it, which counts inclusively. */
function providerUsage(details: JsonObject): UsageFound | undefined {
  const isChat = 'prompt_tokens' in details || 'completion_tokens' in details || 'promptTokens' in details;
  const isResponses = 'input_tokens_details' in details || 'output_tokens_details' in details;
  if (!isChat && !isResponses) return undefined;
  const detail = (...names: readonly string[]): JsonObject =>
    names.map((name) => object(details[name])).find((found) => found !== undefined) ?? {};
  const input = detail('prompt_tokens_details', 'input_tokens_details');
  const output = detail('completion_tokens_details', 'output_tokens_details');
  return {
    input: count(details['prompt_tokens'] ?? details['promptTokens'] ?? details['input_tokens']),
    output: count(details['completion_tokens'] ?? details['completionTokens'] ?? details['output_tokens']),
    total: count(details['total_tokens'] ?? details['totalTokens']),
    cacheRead: count(input['cached_tokens']),
    reasoning: count(output['reasoning_tokens']),
    details,
  };
}

/** Langfuse leaves OTLP's status alone and has a level instead. */
function error({ attributes }: Subject): ErrorFound | undefined {
  if (label(attributes.peek('langfuse.observation.level'))?.toUpperCase() !== 'ERROR') return undefined;
  return { message: label(attributes.take('langfuse.observation.status_message')) };
}
