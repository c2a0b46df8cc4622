import { describe, expect, it } from 'vitest';
import { json, mapped } from '../mapped.ts';

const generation = { 'langfuse.observation.type': 'generation' };
const usage = (details: object) => mapped({ ...generation, 'langfuse.observation.usage_details': json(details) });

describe('Langfuse', () => {
  it.each([
    ['generation', 'llm'],
    ['embedding', 'embedding'],
    ['retriever', 'retrieval'],
    ['evaluator', 'function'],
    ['guardrail', 'function'],
    ['span', 'other'],
    ['event', 'other'],
  ])('has observations of the type %s, which are %s', (type, expected) => {
    expect(mapped({ 'langfuse.observation.type': type }).span_type).toBe(expected);
  });

  it.each([
    ['additive parts', { input: 40, output: 8, cache_read_input_tokens: 24, total: 72 }, [64, 8, 24, undefined]],
    [
      'additive parts without a total',
      { input: 40, output: 8, input_cached_tokens: 24, output_reasoning_tokens: 2 },
      [64, 10, 24, 2],
    ],
    [
      'Anthropic’s own object',
      { input_tokens: 40, output_tokens: 8, cache_read_input_tokens: 24, cache_creation_input_tokens: 6 },
      [70, 8, 24, undefined],
    ],
    [
      'inclusive counts, as the total says',
      { input: 64, output: 8, input_cached_tokens: 24, total: 72 },
      [64, 8, 24, undefined],
    ],
    [
      'OpenAI’s own object',
      {
        prompt_tokens: 64,
        completion_tokens: 8,
        total_tokens: 72,
        prompt_tokens_details: { cached_tokens: 24 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
      [64, 8, 24, 2],
    ],
    [
      'OpenAI’s other object',
      {
        input_tokens: 64,
        output_tokens: 8,
        total_tokens: 72,
        input_tokens_details: { cached_tokens: 24 },
        output_tokens_details: { reasoning_tokens: 2 },
      },
      [64, 8, 24, 2],
    ],
  ])(
    'counts inclusively: %s',
    (_title, details, [tokens_input, tokens_output, tokens_cache_read, tokens_reasoning]) => {
      const span = usage(details);

      expect([span.tokens_input, span.tokens_output, span.tokens_cache_read, span.tokens_reasoning]).toEqual([
        tokens_input,
        tokens_output,
        tokens_cache_read,
        tokens_reasoning,
      ]);
      expect(span.usage_details).toEqual(details);
    },
  );

  it('reports a cost as total or in parts', () => {
    const cost = (details: object) => mapped({ ...generation, 'langfuse.observation.cost_details': json(details) });

    expect(cost({ input: 0.25, output: 0.5, total: 0.8 })).toMatchObject({
      cost_usd: 0.8,
      metadata: { cost_details: { input: 0.25 } },
    });
    expect(cost({ input: 0.25, output: 0.5 }).cost_usd).toBe(0.75);
  });

  it('tells an error by its level, and keeps any other level', () => {
    expect(
      mapped({ 'langfuse.observation.level': 'ERROR', 'langfuse.observation.status_message': 'overloaded' }),
    ).toMatchObject({ status: 'error', error: 'overloaded' });
    const warning = mapped({ 'langfuse.observation.level': 'WARNING', 'langfuse.observation.status_message': 'slow' });
    expect(warning).not.toHaveProperty('status');
    expect(warning.metadata).toMatchObject({
      'langfuse.observation.level': 'WARNING',
      'langfuse.observation.status_message': 'slow',
    });
  });

  it.each([
    ['messages', json([{ role: 'user', content: 'Hi' }]), [{ role: 'user', content: 'Hi' }]],
    [
      'a request',
      json({ messages: [{ role: 'user', content: 'Hi' }], tools: [{ name: 'look' }] }),
      [{ role: 'user', content: 'Hi' }],
    ],
    [
      'a request of the Responses API',
      json({ instructions: 'Be brief.', input: 'Hi' }),
      [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
    ],
    ['a text', 'Hi', [{ role: 'user', content: 'Hi' }]],
    ['a text of JSON', json('Hi'), [{ role: 'user', content: 'Hi' }]],
  ])('has as a generation’s input %s', (_title, input, messages) => {
    expect(mapped({ ...generation, 'langfuse.observation.input': input }).input_data).toEqual({ messages });
  });

  it('leaves an input alone that is no conversation', () => {
    expect(mapped({ ...generation, 'langfuse.observation.input': json({ topic: 'cats' }) }).input_data).toEqual({
      topic: 'cats',
    });
    expect(mapped({ 'langfuse.observation.type': 'span', 'langfuse.observation.input': 'Hi' }).input_data).toBe('Hi');
  });

  it('says of the trace what it is called, who, where, and all its metadata', () => {
    const span = mapped(
      {
        'langfuse.trace.name': 'checkout',
        'langfuse.trace.input': json({ q: 1 }),
        'langfuse.trace.output': 'done',
        'langfuse.trace.tags': ['a'],
        'langfuse.trace.metadata.tenant': 'acme',
        'langfuse.trace.metadata': json({ plan: 'pro' }),
        'langfuse.user.id': 'ada',
        'langfuse.session.id': 'monday',
        'langfuse.environment': 'prod',
        'langfuse.release': 'v2',
        'langfuse.version': '7',
        'langfuse.observation.metadata.step': json({ n: 1 }),
        'langfuse.observation.prompt.name': 'greeting',
        'langfuse.observation.prompt.version': 3,
      },
      { resource: { 'service.version': '1', 'deployment.environment.name': 'x' } },
    );

    expect(span.facts).toMatchObject({
      name: 'checkout',
      input: { q: 1 },
      output: 'done',
      tags: ['a'],
      user_id: 'ada',
      session_id: 'monday',
      environment: 'prod',
      release: 'v2',
      metadata: { tenant: 'acme', plan: 'pro', version: '7' },
    });
    expect(span).toMatchObject({ metadata: { step: { n: 1 } }, prompt_name: 'greeting', prompt_version: '3' });
  });
});
