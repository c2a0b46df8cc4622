import type { SpanType } from 'llm-tracer/schema';

/** The types of spans, in the order in which they are offered. */
export const spanTypes: readonly SpanType[] = [
  'llm',
  'agent',
  'tool',
  'function',
  'retrieval',
  'embedding',
  'chain',
  'other',
];
