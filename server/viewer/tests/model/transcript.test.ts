import { describe, expect, it } from 'vitest';
import { buildSpanTree } from '../../src/model/span-tree.ts';
import { transcriptSteps } from '../../src/model/transcript.ts';
import { aSpan, aTrace, startMs } from './any-spans.ts';

const tree = buildSpanTree(
  aTrace(1_000),
  [
    aSpan('agent', 0, 900, undefined, { span_type: 'agent' }),
    aSpan('plan', 10, 100, 'agent', { span_type: 'llm' }),
    aSpan('delegate', 110, 500, 'agent', { span_type: 'tool' }),
    aSpan('researcher', 120, 490, 'delegate', { span_type: 'agent' }),
    aSpan('think', 130, 200, 'researcher', { span_type: 'llm' }),
    aSpan('search', 210, 300, 'researcher', { span_type: 'tool' }),
    aSpan('helper', 310, 400, 'researcher', { span_type: 'agent' }),
    aSpan('read', 320, 390, 'helper', { span_type: 'llm' }),
    aSpan('answer', 600, 800, 'agent', { span_type: 'llm' }),
    aSpan('idle', 810, 820, 'agent', { span_type: 'agent' }),
    aSpan('loose', 850, 860, undefined, { span_type: 'llm' }),
  ],
  startMs + 5_000,
);
const steps = (root: string) =>
  transcriptSteps(tree, root === 'trace' ? 0 : (tree.indexOf.get(root) ?? -1)).map(
    ({ index, isAgent }) => `${isAgent ? 'agent ' : ''}${tree.ids[index]}`,
  );

describe('the steps of a run', () => {
  it('are its model calls and tools in time, an agent within another as one', () => {
    expect(steps('trace')).toEqual(['plan', 'delegate', 'agent researcher', 'answer', 'loose']);
  });

  it('of such an agent are its own, with the agents that it asked', () => {
    expect(steps('researcher')).toEqual(['think', 'search', 'agent helper']);
    expect(steps('helper')).toEqual(['read']);
  });
});
