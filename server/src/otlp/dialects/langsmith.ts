import type { JsonObject } from '../../domain/json.ts';
import { type Dialect, from, type Subject } from '../dialect.ts';
import { decoded } from '../json-text.ts';
import { kind, label, labels } from '../readers.ts';

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
    sessionId: from(
      label,
      'langsmith.trace.session_id',
      ...['session_id', 'thread_id', 'conversation_id'].map((name) => metadataOf + name),
    ),
    userId: from(label, ...['user_id', 'userId'].map((name) => metadataOf + name)),
    tags: from(labels, 'langsmith.span.tags'),
    traceName: from(label, 'langsmith.trace.name'),
    traceMetadata: [metadata],
  },
};

const withPlace = /^(ls_|session_id$|thread_id$|conversation_id$|user_id$|userId$)/;

function metadata({ attributes }: Subject): JsonObject {
  const given = attributes.under(metadataOf).filter(([name]) => !withPlace.test(name));
  attributes.claim(given.map(([name]) => metadataOf + name));
  return Object.fromEntries(given.map(([name, value]) => [name, decoded(value)]));
}
