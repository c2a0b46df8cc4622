import type { JsonObject } from '../../domain/json.ts';
import { type Dialect, from, type Subject } from '../dialect.ts';
import type { UsageFound } from '../findings.ts';
import { decoded } from '../json-text.ts';
import { count, kind, label, labels } from '../readers.ts';
import { usageFrom } from '../usage.ts';

const kinds = {
  llm: 'llm',
  chain: 'chain',
  tool: 'tool',
  retriever: 'retrieval',
  embedding: 'embedding',
  prompt: 'function',
  parser: 'function',
} as const;

const metadataOf = 'langsmith.metadata.';

/** LangSmith's own attributes (its SDK in OpenTelemetry mode); messages and usage are by the GenAI names. */
export const langsmith: Dialect = {
  name: 'LangSmith',
  begins: ['langsmith'],
  rules: {
    spanType: from(kind(kinds), 'langsmith.span.kind'),
    provider: from(label, `${metadataOf}ls_provider`),
    requestedModel: from(label, `${metadataOf}ls_model_name`),
    // What it calls a session of a trace is the project.
    sessionId: from(label, ...['session_id', 'thread_id', 'conversation_id'].map((name) => metadataOf + name)),
    userId: from(label, ...['user_id', 'userId'].map((name) => metadataOf + name)),
    tags: from(labels, 'langsmith.span.tags'),
    usage: [usage],
    traceMetadata: [metadata],
  },
};

const withPlace = /^(ls_|session_id$|thread_id$|conversation_id$|user_id$|userId$)/;

function metadata({ attributes }: Subject): JsonObject {
  const given = attributes.under(metadataOf).filter(([name]) => !withPlace.test(name));
  attributes.claim(given.map(([name]) => metadataOf + name));
  return Object.fromEntries(given.map(([name, value]) => [name, decoded(value)]));
}

const details = ['gen_ai.usage.input_token_details', 'gen_ai.usage.output_token_details'];

/** Counts by the GenAI names, whose parts stand in JSON beside them. */
function usage({ attributes }: Subject): UsageFound | undefined {
  const [input, output] = details.map((key) => attributes.object(key));
  const found = usageFrom(attributes, {
    input: ['gen_ai.usage.input_tokens'],
    output: ['gen_ai.usage.output_tokens'],
    total: ['gen_ai.usage.total_tokens'],
    details: ['gen_ai.usage.'],
  });
  return (
    found && {
      ...found,
      cacheRead: count(input?.['cache_read']),
      cacheWrite: count(input?.['cache_creation']),
      reasoning: count(output?.['reasoning']),
    }
  );
}
