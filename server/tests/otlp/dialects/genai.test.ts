import { describe, expect, it } from 'vitest';
import { timeAt } from '../builders.ts';
import { json, mapped } from '../mapped.ts';

const chat = { 'gen_ai.operation.name': 'chat' };
const question = { role: 'user', content: 'What is 6 times 7?' };
const answer = { role: 'assistant', content: '42' };
const call = { id: 'c1', type: 'function', function: { name: 'multiply', arguments: '{"a":6,"b":7}' } };

describe('GenAI messages', () => {
  const input = [
    { role: 'user', parts: [{ type: 'text', content: question.content }] },
    { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'multiply', arguments: { a: 6, b: 7 } }] },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: { product: 42 } }] },
  ];
  const output = [{ role: 'assistant', parts: [{ type: 'text', content: '42' }], finish_reason: 'stop' }];
  const system = [{ type: 'text', content: 'Be brief.' }];
  const normal = {
    input_data: {
      messages: [
        { role: 'system', content: 'Be brief.' },
        question,
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', content: '{"product":42}', tool_call_id: 'c1' },
      ],
    },
    output_data: { messages: [answer] },
  };
  const current = {
    'gen_ai.system_instructions': system,
    'gen_ai.input.messages': input,
    'gen_ai.output.messages': output,
  };

  it('are read from structured attributes', () => {
    expect(mapped({ ...chat, ...current })).toMatchObject(normal);
  });

  it('are read from JSON text', () => {
    const texts = Object.fromEntries(Object.entries(current).map(([key, value]) => [key, json(value)]));

    expect(mapped({ ...chat, ...texts })).toMatchObject(normal);
  });

  it('are read from the one event that holds everything, which then is gone', () => {
    const span = mapped(chat, { events: [{ name: 'gen_ai.client.inference.operation.details', attributes: current }] });

    expect(span).toMatchObject(normal);
    expect(span.events).toBeUndefined();
  });

  it('are read from an event for each', () => {
    const span = mapped(chat, {
      events: [
        { name: 'gen_ai.system.message', attributes: { content: 'Be brief.', 'gen_ai.system': 'openai' } },
        { name: 'gen_ai.user.message', attributes: { content: question.content } },
        { name: 'gen_ai.assistant.message', attributes: { tool_calls: json([call]) } },
        { name: 'gen_ai.tool.message', attributes: { id: 'c1', content: '{"product":42}' } },
        { name: 'gen_ai.choice', attributes: { index: 0, finish_reason: 'stop', message: json({ content: '42' }) } },
      ],
    });

    expect(span).toMatchObject({ ...normal, finish_reason: 'stop' });
    expect(span.events).toBeUndefined();
  });

  it('are read from events whose body is JSON in one attribute', () => {
    const span = mapped(chat, {
      events: [
        {
          name: 'gen_ai.user.message',
          attributes: { 'gen_ai.event.content': json({ role: 'user', content: question.content }) },
        },
        {
          name: 'gen_ai.choice',
          attributes: {
            'gen_ai.event.content': json({
              index: 0,
              finish_reason: 'stop',
              message: { role: 'assistant', content: '42' },
            }),
          },
        },
      ],
    });

    expect(span).toMatchObject({ input_data: { messages: [question] }, output_data: { messages: [answer] } });
  });

  it('are read from the oldest events, and from attributes of the same names', () => {
    const events = [
      { name: 'gen_ai.content.prompt', attributes: { 'gen_ai.prompt': json([question]) } },
      { name: 'gen_ai.content.completion', attributes: { 'gen_ai.completion': json([answer]) } },
    ];
    const expected = { input_data: { messages: [question] }, output_data: { messages: [answer] } };

    expect(mapped(chat, { events })).toMatchObject(expected);
    expect(mapped({ ...chat, 'gen_ai.prompt': question.content, 'gen_ai.completion': '42' })).toMatchObject(expected);
  });

  it('keep parts of any other type, reasoning and refusals', () => {
    const blob = { type: 'blob', mime_type: 'image/png', modality: 'image', content: 'AAAA' };
    const strange = { type: 'hologram', data: [1] };
    const { input_data, output_data } = mapped({
      ...chat,
      'gen_ai.input.messages': json([{ role: 'user', parts: [{ type: 'text', content: 'See' }, blob, strange] }]),
      'gen_ai.output.messages': json([
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', content: 'Hm.' },
            { type: 'text', content: 'A cat.' },
          ],
        },
      ]),
    });

    expect(input_data).toEqual({
      messages: [{ role: 'user', content: [{ type: 'text', text: 'See' }, blob, strange] }],
    });
    expect(output_data).toEqual({ messages: [{ role: 'assistant', content: 'A cat.', reasoning: 'Hm.' }] });
  });

  it('of several choices stay several', () => {
    const choice = (index: number) => ({
      name: 'gen_ai.choice',
      attributes: { index, finish_reason: 'stop', message: json({ content: `answer ${index}` }) },
    });

    expect(mapped(chat, { events: [choice(1), choice(0)] }).output_data).toEqual({
      messages: [
        { role: 'assistant', content: 'answer 0' },
        { role: 'assistant', content: 'answer 1' },
      ],
    });
  });
});

describe('GenAI spans', () => {
  it.each([
    ['chat', 'llm'],
    ['generate_content', 'llm'],
    ['text_completion', 'llm'],
    ['embeddings', 'embedding'],
    ['retrieval', 'retrieval'],
    ['execute_tool', 'tool'],
    ['create_agent', 'agent'],
    ['invoke_agent', 'agent'],
    ['invoke_workflow', 'chain'],
    ['plan', 'chain'],
    ['update_memory', 'function'],
    ['something_new', 'other'],
  ])('of the operation %s are %s', (operation, type) => {
    expect(mapped({ 'gen_ai.operation.name': operation }).span_type).toBe(type);
  });

  it('have both models, provider, parameters, finish reason, response id, session', () => {
    const span = mapped({
      ...chat,
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.provider.name': 'OpenAI',
      'gen_ai.system': 'openai',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.choice.count': 2,
      'gen_ai.request.stop_sequences': ['.'],
      'gen_ai.output.type': 'json',
      'gen_ai.response.finish_reasons': ['stop', 'length'],
      'gen_ai.response.id': 'r1',
      'gen_ai.conversation.id': 'monday',
      'gen_ai.response.time_to_first_chunk': 0.25,
    });

    expect(span).toMatchObject({
      model: 'gpt-4o-2024-08-06',
      requested_model: 'gpt-4o',
      provider: 'openai',
      model_parameters: { temperature: 0.5, n: 2, stop_sequences: ['.'], output_type: 'json' },
      finish_reason: 'stop,length',
      first_token_time: timeAt(250),
      facts: { session_id: 'monday' },
    });
    expect(Object.keys(span.metadata ?? {}).filter((key) => key.startsWith('gen_ai.'))).toEqual(['gen_ai.response.id']);
  });

  it.each([
    [
      'current names',
      'input_tokens',
      'output_tokens',
      'cache_read.input_tokens',
      'cache_creation.input_tokens',
      'reasoning.output_tokens',
    ],
    [
      'older names',
      'prompt_tokens',
      'completion_tokens',
      'cache_read_input_tokens',
      'cache_creation_input_tokens',
      'reasoning_tokens',
    ],
  ])('have usage under %s', (_title, input, output, read, write, reasoning) => {
    const name = (end: string) => `gen_ai.usage.${end}`;

    expect(
      mapped({
        ...chat,
        [name(input)]: 100,
        [name(output)]: 20,
        [name(read)]: 30,
        [name(write)]: 40,
        [name(reasoning)]: 5,
      }),
    ).toMatchObject({
      tokens_input: 100,
      tokens_output: 20,
      tokens_cache_read: 30,
      tokens_cache_write: 40,
      tokens_reasoning: 5,
      usage_details: { [input]: 100, [output]: 20, [read]: 30 },
    });
  });

  it('without usage have none, rather than 0', () => {
    const span = mapped({ ...chat, 'gen_ai.usage.cache_read.input_tokens': 0 });

    expect(span).not.toHaveProperty('tokens_input');
    expect(span).not.toHaveProperty('usage_details');
  });

  it.each([
    [{ 'gen_ai.usage.cost': 0.5 }, 0.5],
    [{ 'gen_ai.usage.input_cost': 0.25, 'gen_ai.usage.output_cost': 0.5 }, 0.75],
    [{ 'gen_ai.usage.cost': 0 }, 0],
  ])('have the cost that %j reports', (attributes, cost_usd) => {
    expect(mapped({ ...chat, ...attributes })).toMatchObject({ cost_usd, cost_source: 'reported' });
  });

  it('of a tool have its arguments and result', () => {
    expect(
      mapped({
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'multiply',
        'gen_ai.tool.call.id': 'c1',
        'gen_ai.tool.call.arguments': json({ a: 6 }),
        'gen_ai.tool.call.result': 'forty-two',
      }),
    ).toMatchObject({
      span_type: 'tool',
      input_data: { a: 6 },
      output_data: 'forty-two',
      metadata: { 'gen_ai.tool.name': 'multiply', 'gen_ai.tool.call.id': 'c1' },
    });
  });

  it('of a retrieval have query and documents', () => {
    const documents = [{ id: 'd1', content: 'text', score: 0.5 }];

    expect(
      mapped({
        'gen_ai.operation.name': 'retrieval',
        'gen_ai.retrieval.query.text': 'q',
        'gen_ai.retrieval.documents': json(documents),
      }),
    ).toMatchObject({
      span_type: 'retrieval',
      input_data: 'q',
      output_data: { documents },
    });
  });

  it('keep what no rule knows', () => {
    expect(mapped({ ...chat, 'gen_ai.later': 'x', 'app.key': ['a', 1] }).metadata).toMatchObject({
      'gen_ai.later': 'x',
      'app.key': ['a', 1],
    });
  });

  it.each([
    [{ 'gen_ai.tool.name': 'x' }, 'tool'],
    [{ 'gen_ai.request.model': 'm', 'gen_ai.system': 'openai' }, 'llm'],
    [{ 'gen_ai.agent.name': 'x' }, 'agent'],
    [{ 'db.system': 'pinecone' }, 'retrieval'],
    [{ 'mcp.method.name': 'tools/call' }, 'tool'],
    [{ 'http.request.method': 'GET' }, 'other'],
  ])('that name no operation are told by %j', (attributes, type) => {
    expect(mapped(attributes).span_type).toBe(type);
  });
});
