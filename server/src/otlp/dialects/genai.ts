import type { Message } from 'llm-tracer/schema';
import type { Attributes } from '../attributes.ts';
import { type Dialect, from, type Subject } from '../dialect.ts';
import { decoded, objectOf } from '../json-text.ts';
import { messagesOf } from '../messages.ts';
import {
  after,
  count,
  definitions,
  dollars,
  finishReasons,
  kind,
  label,
  messages,
  messagesOr,
  payload,
  provider,
  systemMessage,
} from '../readers.ts';
import type { OtlpEvent } from '../request.ts';
import { usageFrom } from '../usage.ts';

const kinds = {
  chat: 'llm',
  generate_content: 'llm',
  text_completion: 'llm',
  completion: 'llm',
  embeddings: 'embedding',
  embedding: 'embedding',
  retrieval: 'retrieval',
  rerank: 'retrieval',
  search_memory: 'retrieval',
  execute_tool: 'tool',
  create_agent: 'agent',
  invoke_agent: 'agent',
  invoke_workflow: 'chain',
  agent_step: 'chain',
  plan: 'chain',
  create_memory: 'function',
  update_memory: 'function',
  upsert_memory: 'function',
  delete_memory: 'function',
} as const;

// Span events that hold messages, each one of them, as instrumentations up to 1.36 send them; and whose they are.
const messageEvents: Readonly<Record<string, string>> = {
  'gen_ai.system.message': 'system',
  'gen_ai.user.message': 'user',
  'gen_ai.assistant.message': 'assistant',
  'gen_ai.tool.message': 'tool',
};
const detailsEvent = 'gen_ai.client.inference.operation.details';

/** OpenTelemetry's GenAI conventions in all their shapes: attributes, one event with everything, an event for each message. */
export const genai: Dialect = {
  name: 'OpenTelemetry GenAI',
  begins: ['gen_ai', 'anthropic', 'operation'],
  rules: {
    spanType: from(kind(kinds), 'gen_ai.operation.name'),
    model: from(label, 'gen_ai.response.model'),
    requestedModel: from(label, 'gen_ai.request.model'),
    provider: from(provider, 'gen_ai.provider.name', 'gen_ai.system'),
    finishReason: [
      ...from(finishReasons, 'gen_ai.response.finish_reasons', 'anthropic.message.stop_reason'),
      choiceFinishReasons,
    ],
    responseId: from(label, 'gen_ai.response.id'),
    tools: [
      ...from(definitions, 'gen_ai.tool.definitions'),
      (subject) => fromDetails(subject, 'gen_ai.tool.definitions', definitions),
    ],
    parameters: [parameters],
    system: [
      ...from(systemMessage, 'gen_ai.system_instructions'),
      (subject) => fromDetails(subject, 'gen_ai.system_instructions', systemMessage),
    ],
    inputMessages: [
      ...from(messages, 'gen_ai.input.messages'),
      (subject) => fromDetails(subject, 'gen_ai.input.messages', messages),
      inputEvents,
      (subject) => fromEvent(subject, 'gen_ai.content.prompt', 'gen_ai.prompt', messagesOr('user')),
      ...from(messagesOr('user'), 'gen_ai.prompt'),
    ],
    outputMessages: [
      ...from(messages, 'gen_ai.output.messages'),
      (subject) => fromDetails(subject, 'gen_ai.output.messages', messages),
      choiceEvents,
      (subject) => fromEvent(subject, 'gen_ai.content.completion', 'gen_ai.completion', messagesOr('assistant')),
      ...from(messagesOr('assistant'), 'gen_ai.completion'),
    ],
    input: from(payload, 'gen_ai.tool.call.arguments', 'gen_ai.retrieval.query.text', 'gen_ai.prompt'),
    output: from(payload, 'gen_ai.tool.call.result', 'gen_ai.tool.message', 'gen_ai.completion'),
    documents: from(definitions, 'gen_ai.retrieval.documents'),
    toolName: from(label, 'gen_ai.tool.name'),
    toolCallId: from(label, 'gen_ai.tool.call.id'),
    agentName: from(label, 'gen_ai.agent.name'),
    usage: [
      ({ attributes }) =>
        usageFrom(attributes, {
          input: ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'],
          output: ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'],
          total: ['gen_ai.usage.total_tokens', 'llm.usage.total_tokens'],
          cacheRead: [
            'gen_ai.usage.cache_read.input_tokens',
            'gen_ai.usage.cache_read_input_tokens',
            'gen_ai.usage.input_tokens.cached',
            'gen_ai.usage.details.cache_read_tokens',
            'gen_ai.usage.details.cache_read_input_tokens',
          ],
          cacheWrite: [
            'gen_ai.usage.cache_creation.input_tokens',
            'gen_ai.usage.cache_creation_input_tokens',
            'gen_ai.usage.cache_write.input_tokens',
            'gen_ai.usage.details.cache_write_tokens',
            'gen_ai.usage.details.cache_creation_input_tokens',
          ],
          reasoning: [
            'gen_ai.usage.reasoning.output_tokens',
            'gen_ai.usage.reasoning_tokens',
            'gen_ai.usage.output_tokens.reasoning',
            'gen_ai.usage.details.reasoning_tokens',
          ],
          details: ['gen_ai.usage.'],
        }),
    ],
    costUsd: [...from(dollars, 'gen_ai.usage.cost', 'gen_ai.usage.total_cost', 'operation.cost'), partialCost],
    firstTokenTime: from(
      after(1_000_000),
      'gen_ai.response.time_to_first_chunk',
      'gen_ai.response.time_to_first_token',
    ),
    promptName: from(label, 'gen_ai.prompt.name'),
    promptVersion: from(label, 'gen_ai.prompt.version'),
    sessionId: from(label, 'gen_ai.conversation.id'),
  },
};

// Under their names of the conventions but for one, which every API calls n.
const renamed: ReadonlyMap<string, string> = new Map([['choice.count', 'n']]);

function parameters({ attributes }: Subject) {
  const given = attributes.under('gen_ai.request.').filter(([name]) => name !== 'model');
  attributes.claim(given.map(([name]) => `gen_ai.request.${name}`));
  const outputType = attributes.take('gen_ai.output.type');
  return {
    ...(outputType === undefined ? {} : { output_type: outputType }),
    ...Object.fromEntries(given.map(([name, value]) => [renamed.get(name) ?? name, value])),
  };
}

/** A total of what input and output cost, where there is no total. */
function partialCost({ attributes }: Subject): number | undefined {
  const keys = ['gen_ai.usage.input_cost', 'gen_ai.usage.output_cost'];
  const costs = keys.map((key) => dollars(attributes.peek(key))).filter((cost) => cost !== undefined);
  if (costs.length === 0) return undefined;
  attributes.claim(keys);
  return costs.reduce((sum, cost) => sum + cost, 0);
}

const eventsOf = ({ span }: Subject, name: string): OtlpEvent[] => span.events.filter((event) => event.name === name);

/** What an attribute of the one event that holds everything says. */
function fromDetails<T>(subject: Subject, key: string, read: (value: unknown) => T | undefined): T | undefined {
  return fromEvent(subject, detailsEvent, key, read);
}

function fromEvent<T>(
  subject: Subject,
  name: string,
  key: string,
  read: (value: unknown) => T | undefined,
): T | undefined {
  for (const { attributes } of eventsOf(subject, name)) {
    const value = read(attributes.peek(key));
    if (value === undefined) continue;
    attributes.take(key);
    return value;
  }
  return undefined;
}

/** The body of a message's event: its attributes, or JSON in one of them. */
function bodyOf(attributes: Attributes): Record<string, unknown> {
  const content = objectOf(attributes.peek('gen_ai.event.content'));
  attributes.claim(attributes.rest().map(([key]) => key));
  if (content !== undefined) return content;
  return Object.fromEntries(attributes.under('').map(([key, value]) => [key, decoded(value)]));
}

function inputEvents({ span }: Subject): readonly Message[] | undefined {
  const said = span.events.filter(({ name }) => Object.hasOwn(messageEvents, name));
  if (said.length === 0) return undefined;
  return said.flatMap(({ name, attributes }) => {
    const { role, id, ...body } = bodyOf(attributes);
    return (
      messagesOf([
        { ...body, role: label(role) ?? messageEvents[name], ...(id === undefined ? {} : { tool_call_id: id }) },
      ]) ?? []
    );
  });
}

function choiceEvents(subject: Subject): readonly Message[] | undefined {
  const choices = eventsOf(subject, 'gen_ai.choice');
  if (choices.length === 0) return undefined;
  return choices
    .map(({ attributes }) => bodyOf(attributes))
    .sort((a, b) => (count(a['index']) ?? 0) - (count(b['index']) ?? 0))
    .flatMap(({ message, ...flat }) => {
      const said = objectOf(message) ?? (typeof message === 'string' ? { content: message } : flat);
      return messagesOf([{ ...said, role: label(said['role']) ?? 'assistant' }]) ?? [];
    });
}

function choiceFinishReasons(subject: Subject): string | undefined {
  return finishReasons(eventsOf(subject, 'gen_ai.choice').map(({ attributes }) => attributes.peek('finish_reason')));
}
