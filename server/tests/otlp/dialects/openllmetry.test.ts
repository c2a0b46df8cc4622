import { describe, expect, it } from 'vitest';
import { json, mapped } from '../mapped.ts';

describe('OpenLLMetry', () => {
  it('has messages as indexed attributes, in order of their numbers', () => {
    const span = mapped({
      'llm.request.type': 'chat',
      'gen_ai.system': 'OpenAI',
      'gen_ai.request.model': 'gpt-4',
      'gen_ai.prompt.10.role': 'user',
      'gen_ai.prompt.10.content': 'And then?',
      'gen_ai.prompt.0.role': 'system',
      'gen_ai.prompt.0.content': 'Be brief.',
      'gen_ai.prompt.1.role': 'user',
      'gen_ai.prompt.1.content': json([
        { type: 'text', text: 'Look' },
        { type: 'image_url', image_url: { url: 'data:' } },
      ]),
      'gen_ai.prompt.2.role': 'assistant',
      'gen_ai.prompt.2.tool_calls.0.id': 'c1',
      'gen_ai.prompt.2.tool_calls.0.name': 'look',
      'gen_ai.prompt.2.tool_calls.0.arguments': '{"x":1}',
      'gen_ai.prompt.3.role': 'tool',
      'gen_ai.prompt.3.tool_call_id': 'c1',
      'gen_ai.prompt.3.content': 'a cat',
      'gen_ai.completion.0.role': 'assistant',
      'gen_ai.completion.0.content': 'A cat.',
      'gen_ai.completion.0.finish_reason': 'stop',
    });

    expect(span).toMatchObject({ span_type: 'llm', provider: 'openai', finish_reason: 'stop' });
    expect(span.input_data).toEqual({
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image_url', image_url: { url: 'data:' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{"x":1}' } }],
        },
        { role: 'tool', content: 'a cat', tool_call_id: 'c1' },
        { role: 'user', content: 'And then?' },
      ],
    });
    expect(span.output_data).toEqual({ messages: [{ role: 'assistant', content: 'A cat.' }] });
    expect(Object.keys(span.metadata ?? {}).filter((key) => key.startsWith('gen_ai.'))).toEqual([]);
  });

  it('has tools and parameters under names of its own', () => {
    expect(
      mapped({
        'llm.request.type': 'chat',
        'llm.request.functions.0.name': 'look',
        'llm.request.functions.0.description': 'Looks',
        'llm.request.functions.0.parameters': json({ type: 'object' }),
        'llm.top_k': 5,
        'llm.chat.stop_sequences': ['.'],
        'gen_ai.request.temperature': 0.5,
        'gen_ai.usage.prompt_tokens': 10,
        'gen_ai.usage.completion_tokens': 2,
        'llm.usage.total_tokens': 12,
      }),
    ).toMatchObject({
      tools: [{ type: 'function', function: { name: 'look', description: 'Looks', parameters: { type: 'object' } } }],
      model_parameters: { top_k: 5, stop_sequences: ['.'], temperature: 0.5 },
      tokens_input: 10,
      tokens_output: 2,
    });
  });

  it.each([
    ['workflow', 'chain'],
    ['task', 'function'],
    ['agent', 'agent'],
    ['tool', 'tool'],
    ['session', 'chain'],
    ['unknown', 'other'],
  ])('has spans of the kind %s, which are %s', (kind, type) => {
    expect(mapped({ 'traceloop.span.kind': kind }).span_type).toBe(type);
  });

  it('says of the trace who and what in association properties', () => {
    const { facts, metadata } = mapped({
      'traceloop.association.properties.user_id': 'ada',
      'traceloop.association.properties.chat_id': 'monday',
      'traceloop.association.properties.tenant': 'acme',
    });

    expect(facts).toMatchObject({
      user_id: 'ada',
      session_id: 'monday',
      metadata: { tenant: 'acme', chat_id: 'monday' },
    });
    expect(metadata).not.toHaveProperty('traceloop.association.properties.tenant');
  });

  it('has what a vector search found in events', () => {
    const span = mapped(
      { 'db.system': 'chroma', 'db.vector.query.top_k': 2 },
      {
        events: [
          {
            name: 'db.query.result',
            attributes: {
              'db.query.result.id': 'd1',
              'db.query.result.distance': 0.5,
              'db.query.result.document': 'text',
              'db.query.result.metadata': json({ page: 3 }),
            },
          },
        ],
      },
    );

    expect(span).toMatchObject({
      span_type: 'retrieval',
      output_data: { documents: [{ id: 'd1', distance: 0.5, content: 'text', metadata: { page: 3 } }] },
    });
    expect(span.events).toBeUndefined();
  });
});
