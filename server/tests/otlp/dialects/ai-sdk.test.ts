import { describe, expect, it } from 'vitest';
import { timeAt } from '../builders.ts';
import { json, mapped } from '../mapped.ts';

const generate = { 'ai.operationId': 'ai.generateText.doGenerate' };

describe('Vercel AI SDK', () => {
  it.each([
    ['ai.generateText', 'agent'],
    ['ai.streamText', 'agent'],
    ['ai.generateObject', 'chain'],
    ['ai.generateText.doGenerate', 'llm'],
    ['ai.streamObject.doStream', 'llm'],
    ['ai.embedMany.doEmbed', 'embedding'],
    ['ai.toolCall', 'tool'],
    ['ai.rerank', 'retrieval'],
  ])('has the operation %s, which is %s', (operation, type) => {
    expect(mapped({ 'ai.operationId': operation }).span_type).toBe(type);
    expect(mapped({ 'operation.name': `${operation} my-function` }).span_type).toBe(type);
  });

  it('had answers under other names up to version 3', () => {
    expect(
      mapped({
        ...generate,
        'ai.prompt.messages': json([{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }]),
        'ai.result.text': 'Hello',
        'ai.result.toolCalls': json([{ toolCallId: 'c1', toolName: 'look', args: { x: 1 } }]),
        'ai.finishReason': 'tool-calls',
        'ai.usage.promptTokens': 10,
        'ai.usage.completionTokens': 2,
      }),
    ).toMatchObject({
      input_data: { messages: [{ role: 'user', content: 'Hi' }] },
      output_data: {
        messages: [
          {
            role: 'assistant',
            content: 'Hello',
            tool_calls: [{ id: 'c1', function: { name: 'look', arguments: '{"x":1}' } }],
          },
        ],
      },
      finish_reason: 'tool-calls',
      tokens_input: 10,
      tokens_output: 2,
    });
  });

  it('answers with an object as text of the message', () => {
    expect(
      mapped({ 'ai.operationId': 'ai.generateObject.doGenerate', 'ai.response.object': json({ city: 'Paris' }) })
        .output_data,
    ).toEqual({
      messages: [{ role: 'assistant', content: '{"city":"Paris"}' }],
    });
    expect(
      mapped({ 'ai.operationId': 'ai.generateObject', 'ai.response.object': json({ city: 'Paris' }) }).output_data,
    ).toEqual({ city: 'Paris' });
  });

  // Version 5 handed on what Anthropic counts, which leaves out what was cached; 6 counts inclusively and says so.
  it.each([
    [
      'version 5 with Anthropic',
      {
        'ai.usage.inputTokens': 10,
        'ai.usage.cachedInputTokens': 30,
        'ai.response.providerMetadata': json({
          anthropic: { usage: { input_tokens: 10, cache_creation_input_tokens: 60, cache_read_input_tokens: 30 } },
        }),
      },
      'anthropic.messages',
      100,
    ],
    [
      'version 5 with Anthropic, without its data',
      { 'ai.usage.inputTokens': 70, 'ai.usage.cachedInputTokens': 30 },
      'anthropic.messages',
      100,
    ],
    [
      'version 6 with Anthropic',
      {
        'ai.usage.inputTokens': 100,
        'ai.usage.inputTokenDetails.noCacheTokens': 10,
        'ai.usage.inputTokenDetails.cacheReadTokens': 30,
        'ai.usage.inputTokenDetails.cacheWriteTokens': 60,
      },
      'anthropic.messages',
      100,
    ],
    [
      'version 5 with OpenAI',
      { 'ai.usage.inputTokens': 100, 'ai.usage.cachedInputTokens': 30 },
      'openai.responses',
      100,
    ],
    [
      'version 4 with OpenAI, whose cached tokens are in its data',
      { 'ai.usage.promptTokens': 100, 'ai.response.providerMetadata': json({ openai: { cachedPromptTokens: 30 } }) },
      'openai.chat',
      100,
    ],
  ])('counts inclusively: %s', (_title, attributes, provider, tokens_input) => {
    expect(
      mapped({ ...generate, ...attributes, 'ai.model.provider': provider, 'ai.usage.outputTokens': 5 }),
    ).toMatchObject({
      tokens_input,
      tokens_output: 5,
      tokens_cache_read: 30,
    });
  });

  it('knows the first token by milliseconds, or by an event', () => {
    expect(mapped({ ...generate, 'ai.response.msToFirstChunk': 250.5 }).first_token_time).toBe(
      timeAt(250).replace('000Z', '500Z'),
    );
    expect(mapped(generate, { events: [{ name: 'ai.stream.firstChunk', at: 120 }] }).first_token_time).toBe(
      timeAt(120),
    );
  });

  it('says who and what as metadata of a call, or as runtime context since version 7', () => {
    const told = (prefix: string) =>
      mapped({ ...generate, [`${prefix}userId`]: 'ada', [`${prefix}sessionId`]: 'monday', [`${prefix}tenant`]: 'acme' })
        .facts;

    for (const prefix of ['ai.telemetry.metadata.', 'ai.settings.context.'])
      expect(told(prefix)).toMatchObject({ user_id: 'ada', session_id: 'monday', metadata: { tenant: 'acme' } });
  });

  it('has a tool’s arguments and result under either name', () => {
    for (const [input, output] of [
      ['args', 'result'],
      ['input', 'output'],
    ])
      expect(
        mapped({
          'ai.operationId': 'ai.toolCall',
          'ai.toolCall.name': 'look',
          [`ai.toolCall.${input}`]: json({ x: 1 }),
          [`ai.toolCall.${output}`]: json('a cat'),
        }),
      ).toMatchObject({
        span_type: 'tool',
        input_data: { x: 1 },
        output_data: 'a cat',
        metadata: { 'gen_ai.tool.name': 'look' },
      });
  });
});
