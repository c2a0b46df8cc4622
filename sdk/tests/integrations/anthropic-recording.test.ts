import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { Tracer, TracerError } from '../../src/index.ts';
import { wrapAnthropic } from '../../src/integrations/anthropic.ts';
import { recording } from '../recording.ts';
import { telling, weatherTool } from './anthropic-programs.ts';
import { anthropicClient, type FakeLlm, startProvider } from './providers.ts';

// What is stored equals what the provider answered, to the token.

let fake: FakeLlm;
beforeAll(async () => {
  fake = await startProvider();
});
afterAll(() => fake.close());

const start = (options?: Parameters<typeof wrapAnthropic>[2]) => {
  const { tracer, transport } = recording();
  const bare = anthropicClient(fake);
  const anthropic = wrapAnthropic(bare, tracer, options);
  const spans = async () => {
    await tracer.flush();
    return transport.spans;
  };
  const span = async () => {
    const [first, ...others] = await spans();
    expect(others).toEqual([]);
    if (first === undefined) throw new Error('there is no span');
    return first;
  };
  return { tracer, bare, anthropic, spans, span };
};

const thinking = { thinking: { type: 'enabled' as const, budget_tokens: 1024 }, max_tokens: 2000 };
const answers = {
  'a text': ['[cached:5] What is the capital of France?', {}],
  'parallel tools': ['What is the weather in Paris and Tokyo?', { tools: [weatherTool] }],
  thinking: ['[thinking:Let me see.] Hello', thinking],
  'a redacted thought': ['[redacted] Hello', thinking],
} as const;

describe.each(Object.entries(answers))('%s', (_title, [prompt, more]) => {
  const ways = {
    plain: (anthropic: Anthropic) => anthropic.messages.create(telling(prompt, more as object)),
    streamed: async (anthropic: Anthropic) => {
      for await (const _ of await anthropic.messages.create({ ...telling(prompt, more as object), stream: true }));
    },
    'through the helper': (anthropic: Anthropic) =>
      anthropic.messages.stream(telling(prompt, more as object) as never).finalMessage(),
    'in the beta': (anthropic: Anthropic) => anthropic.beta.messages.create(telling(prompt, more as object)),
  };

  test.each(Object.entries(ways))('is recorded to the token, %s', async (_way, call) => {
    const { bare, anthropic, span } = start();
    const answer = await bare.messages.create(telling(prompt, more as object));
    await call(anthropic);

    const { usage, content, stop_reason, model, id } = answer;
    const text = content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');
    const calls = content.flatMap((block) =>
      block.type === 'tool_use'
        ? [{ id: block.id, type: 'function', function: { name: block.name, arguments: JSON.stringify(block.input) } }]
        : [],
    );
    const [thought] = content.flatMap((block) => (block.type === 'thinking' ? [block.thinking] : []));
    const isRedacted = content.some((block) => block.type === 'redacted_thinking');
    const recorded = await span();
    expect(recorded).toMatchObject({
      name: 'chat claude-haiku-4-5',
      span_type: 'llm',
      provider: 'anthropic',
      requested_model: 'claude-haiku-4-5',
      model,
      metadata: { id },
      finish_reason: stop_reason,
      tokens_input:
        usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0),
      tokens_output: usage.output_tokens,
      tokens_cache_read: usage.cache_read_input_tokens,
      tokens_cache_write: usage.cache_creation_input_tokens,
      usage_details: { input_tokens: usage.input_tokens, output_tokens: usage.output_tokens },
    });
    expect(recorded.tokens_reasoning).toBe(usage.output_tokens_details?.thinking_tokens);
    expect(recorded.output_data).toEqual({
      messages: [
        {
          role: 'assistant',
          content: isRedacted
            ? [
                { type: 'redacted_thinking', data: expect.any(String) },
                { type: 'text', text },
              ]
            : text,
          ...(thought === undefined ? {} : { reasoning: thought }),
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
        },
      ],
    });
  });
});

describe('a message', () => {
  test('is recorded with its input as messages', async () => {
    const { anthropic, span } = start();
    await anthropic.messages.create({
      ...telling('Hello', { system: 'Be brief.', stop_sequences: ['STOP'], tools: [weatherTool] }),
      messages: [
        { role: 'user', content: 'What is the weather?' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'A tool knows.', signature: 's' },
            { type: 'tool_use', id: 't1', name: 'get_weather', input: { city: 'Paris' } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: 'sunny' }] },
            { type: 'text', text: 'And?' },
            { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
          ],
        },
      ],
    });

    expect(await span()).toMatchObject({
      model_parameters: { stop_sequences: ['STOP'], max_tokens: 500 },
      tools: [{ name: 'get_weather' }],
      input_data: {
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'What is the weather?' },
          {
            role: 'assistant',
            content: null,
            reasoning: 'A tool knows.',
            tool_calls: [
              { id: 't1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } },
            ],
          },
          { role: 'tool', tool_call_id: 't1', content: 'sunny' },
          { role: 'user', content: [{ type: 'text', text: 'And?' }, { type: 'image' }] },
        ],
      },
    });
  });

  test('counts written and read cache tokens as part of the input', async () => {
    const { anthropic, spans } = start();
    const cached = telling([
      { type: 'text', text: 'A long text. '.repeat(40), cache_control: { type: 'ephemeral' } },
      { type: 'text', text: 'Hello' },
    ]);
    const { usage: written } = await anthropic.messages.create(cached);
    const { usage: read } = await anthropic.messages.create(cached);

    const [first, second] = await spans();
    expect(written.cache_creation_input_tokens).toBeGreaterThan(50);
    expect(first).toMatchObject({
      tokens_input: written.input_tokens + (written.cache_creation_input_tokens ?? 0),
      tokens_cache_write: written.cache_creation_input_tokens,
    });
    expect(second).toMatchObject({
      tokens_input: read.input_tokens + (read.cache_read_input_tokens ?? 0),
      tokens_cache_read: read.cache_read_input_tokens,
    });
    expect(second?.tokens_input).toBe(first?.tokens_input);
  });

  test('that is given up keeps what had been read', async () => {
    const { anthropic, span } = start();
    let text = '';
    for await (const event of await anthropic.messages.create({ ...telling('[tokens:20]'), stream: true })) {
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') text += event.delta.text;
      if (text.split(' ').length > 4) break;
    }

    expect(await span()).toMatchObject({
      output_data: { messages: [{ role: 'assistant', content: text }] },
      events: [{ name: 'cancelled' }],
    });
  });

  test('whose tool input is cut off keeps it as it was written', async () => {
    const { anthropic, span } = start();
    let json = '';
    let count = 0;
    const request = telling('[call:get_weather {"city":"Paris"}]', { tools: [weatherTool] });
    for await (const event of await anthropic.messages.create({ ...request, stream: true })) {
      if (event.type !== 'content_block_delta' || event.delta.type !== 'input_json_delta') continue;
      json += event.delta.partial_json;
      count += 1;
      if (count === 4) break;
    }

    expect(json).toMatch(/^\{"./);
    expect((await span()).output_data).toMatchObject({
      messages: [{ tool_calls: [{ function: { name: 'get_weather', arguments: json } }] }],
    });
  });

  test('that fails is recorded with the error of the client', async () => {
    const { anthropic, span } = start();

    await expect(anthropic.messages.create(telling('[error:529]'))).rejects.toThrow(Anthropic.APIError);

    expect(await span()).toMatchObject({ status: 'error', error: expect.stringContaining('overloaded') });
  });

  test('of the tool runner is recorded call by call', async () => {
    const { tracer, anthropic, spans } = start();
    await tracer.span('agent', () =>
      anthropic.beta.messages.toolRunner({
        ...(telling('What is the weather in Paris?') as never as { model: string; max_tokens: number; messages: [] }),
        tools: [
          betaTool({
            name: 'get_weather',
            description: 'The weather in a city.',
            inputSchema: weatherTool.input_schema,
            run: () => 'sunny',
          }),
        ],
      }),
    );

    const all = await spans();
    const agent = all.find((span) => span.name === 'agent');
    const calls = all.filter((span) => span.parent_span_id === agent?.span_id);
    expect(calls.map((span) => span.finish_reason)).toEqual(['tool_use', 'end_turn']);
    // The conversation so far is with the provider: the runner sends what is new.
    expect(calls[1]?.input_data).toMatchObject({ messages: [{ role: 'tool', content: 'sunny' }] });
  });

  test('through another platform says whose it is', async () => {
    const { anthropic, span } = start({ provider: 'aws' });
    await anthropic.messages.create(telling('Hello'));

    expect((await span()).provider).toBe('aws');
  });
});

describe('a wrapped client', () => {
  test('has its type, and is the bare one when tracing is off', () => {
    const { bare, anthropic } = start();

    expectTypeOf(anthropic).toEqualTypeOf<Anthropic>();
    expect(anthropic).toBeInstanceOf(Anthropic);
    expect(wrapAnthropic(bare, new Tracer({ enabled: false }))).toBe(bare);
  });

  test('records once when it is wrapped twice, and makes clients that are wrapped', async () => {
    const { tracer, anthropic, spans } = start();
    await wrapAnthropic(anthropic, tracer).messages.create(telling('Hello'));
    await anthropic.withOptions({ timeout: 5000 }).messages.create(telling('Hello'));

    expect(await spans()).toHaveLength(2);
  });

  test('is refused where it is none', () => {
    expect(() => wrapAnthropic({} as Anthropic, recording().tracer)).toThrow(TracerError);
  });
});
