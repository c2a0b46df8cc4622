import type { SpanType } from 'llm-tracer/schema';
import { type Dialect, from, type Subject, seen } from '../dialect.ts';
import { label, provider } from '../readers.ts';

/**
 * Spans that follow none of the conventions for model calls, and what general conventions say of any: who was served, where,
 * by which release. Asked last, so it also settles what a span is that says only half of it.
 */
export const plain: Dialect = {
  name: 'plain',
  rules: {
    spanType: [told],
    provider: from(provider, 'gen_ai.provider.name', 'gen_ai.system'),
    sessionId: seen(label, 'session.id'),
    userId: seen(label, 'user.id', 'enduser.id'),
    environment: [
      ...seen(label, 'deployment.environment.name', 'deployment.environment'),
      (subject) => ofResource(subject, 'deployment.environment.name'),
      (subject) => ofResource(subject, 'deployment.environment'),
    ],
    release: [(subject) => ofResource(subject, 'service.version')],
  },
};

const vectorStores = new Set(['chroma', 'pinecone', 'qdrant', 'weaviate', 'milvus', 'lancedb', 'marqo', 'pgvector']);

/** A span without a kind that names a tool is one's; one with vectors is a search; one with a model and tokens or messages a call. */
function told({ attributes }: Subject): SpanType {
  const has = (...keys: readonly string[]): boolean => keys.some((key) => attributes.has(key));
  const database = label(attributes.peek('db.system.name') ?? attributes.peek('db.system'))?.toLowerCase();
  if (has('gen_ai.tool.name', 'gen_ai.tool.call.id')) return 'tool';
  if (attributes.peek('mcp.method.name') === 'tools/call') return 'tool';
  if (attributes.under('db.vector.').length > 0 || (database !== undefined && vectorStores.has(database)))
    return 'retrieval';
  if (has('gen_ai.agent.name', 'gen_ai.agent.id') && !has('gen_ai.request.model', 'gen_ai.response.model'))
    return 'agent';
  if (has('gen_ai.request.model', 'gen_ai.response.model', 'llm.request.model')) return 'llm';
  return 'other';
}

const ofResource = ({ span }: Subject, key: string): string | undefined => label(span.origin.resource.get(key));
