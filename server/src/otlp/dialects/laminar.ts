import type { JsonObject } from '../../domain/json.ts';
import { type Dialect, from, type Subject } from '../dialect.ts';
import { decoded } from '../json-text.ts';
import { kind, label, labels, messages, payload } from '../readers.ts';

const kinds = {
  llm: 'llm',
  cached: 'llm',
  tool: 'tool',
  executor: 'chain',
  evaluation: 'chain',
  evaluator: 'function',
  human_evaluator: 'function',
  pipeline: 'chain',
  event: 'other',
  default: 'other',
} as const;

const properties = 'lmnr.association.properties.';
const metadataOf = `${properties}metadata.`;

/** Laminar: its own attributes for inputs, outputs and association, tokens and cost by the GenAI names. */
export const laminar: Dialect = {
  name: 'Laminar',
  begins: ['lmnr'],
  rules: {
    spanType: from(kind(kinds), 'lmnr.span.type'),
    inputMessages: [whenModelCall('lmnr.span.input')],
    outputMessages: [whenModelCall('lmnr.span.output')],
    input: from(payload, 'lmnr.span.input'),
    output: from(payload, 'lmnr.span.output'),
    sessionId: from(label, `${properties}session_id`, 'lmnr.session_id'),
    userId: from(label, `${properties}user_id`, 'lmnr.user_id'),
    tags: from(labels, `${properties}tags`, `${properties}labels`, 'lmnr.span.tags'),
    traceMetadata: [metadata],
  },
};

function whenModelCall(key: string) {
  return ({ attributes }: Subject) => {
    if (label(attributes.peek('lmnr.span.type'))?.toUpperCase() !== 'LLM') return undefined;
    const said = messages(attributes.peek(key));
    if (said !== undefined) attributes.take(key);
    return said;
  };
}

function metadata({ attributes }: Subject): JsonObject {
  return Object.fromEntries(attributes.takeUnder(metadataOf).map(([name, value]) => [name, decoded(value)]));
}
