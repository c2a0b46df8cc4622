import { createOpenAI } from '@ai-sdk/openai';
import type { Telemetry } from 'ai';
import * as ai7 from 'ai';
import * as ai5 from 'ai-5';
import * as ai6 from 'ai-6';
import { createOpenAI as createOpenAI2 } from 'ai-sdk-openai-2';
import { createOpenAI as createOpenAI3 } from 'ai-sdk-openai-3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
// biome-ignore lint/correctness/useImportExtensions: plain JavaScript, whose types stand beside it in a .d.mts
import { type FakeLlm, startFakeLlm } from '../../../examples/fake-llm/fake-llm.mjs';
import type { Tracer } from '../../src/index.ts';
import { aiSdkTelemetry, aiSdkTracer } from '../../src/integrations/ai-sdk.ts';
import type { SpanUpsert } from '../../src/schema/index.ts';
import { nextTick, recording } from '../recording.ts';
import { collectGarbage } from './garbage.ts';
import { longAnswer } from './long-answer.ts';
import { expectNoUnhandledRejections } from './no-unhandled.ts';

let fake: FakeLlm;
expectNoUnhandledRejections();
beforeAll(async () => {
  (globalThis as { AI_SDK_LOG_WARNINGS?: boolean }).AI_SDK_LOG_WARNINGS = false;
  fake = await startFakeLlm();
});
afterAll(async () => {
  await fake.close();
});

// The three versions share what is called here; their types are of three packages.
const versions = [
  {
    version: 5,
    ai: ai5 as unknown as typeof ai7,
    create: createOpenAI2 as unknown as typeof createOpenAI,
    settings: (tracer: Tracer, given: object) => ({
      experimental_telemetry: { isEnabled: true, tracer: aiSdkTracer(tracer), ...given },
    }),
  },
  {
    version: 6,
    ai: ai6 as unknown as typeof ai7,
    create: createOpenAI3 as unknown as typeof createOpenAI,
    settings: (tracer: Tracer, given: object) => ({
      experimental_telemetry: { isEnabled: true, tracer: aiSdkTracer(tracer), ...given },
    }),
  },
  {
    version: 7,
    ai: ai7,
    create: createOpenAI,
    settings: (tracer: Tracer, given: object) => ({
      telemetry: { integrations: [aiSdkTelemetry(tracer)], ...given } as object,
    }),
  },
];

describe.each(versions)('the AI SDK $version', ({ version, ai, create, settings }) => {
  const start = (telemetry: object = {}) => {
    const { tracer, transport } = recording();
    const provider = create({ apiKey: 'key', baseURL: fake.openaiBaseUrl });
    return {
      tracer,
      ai,
      given: settings(tracer, { functionId: 'answer', ...telemetry }),
      chat: provider.chat('gpt-4o-mini'),
      responses: provider.responses('gpt-5'),
      embeddings: provider.textEmbeddingModel('text-embedding-3-small'),
      transport,
      async spans() {
        await nextTick();
        await tracer.flush();
        return transport.spans.filter((span) => span.end_time !== undefined);
      },
      outline: async () => {
        await nextTick();
        await tracer.flush();
        return transport.outline();
      },
    };
  };
  /** What the fake server was told to count, by the last request that it answered. */
  const bareUsage = async (prompt: string, model = 'gpt-4o-mini') => {
    const response = await fetch(`${fake.openaiBaseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: prompt }] }),
    });
    return ((await response.json()) as { usage: { prompt_tokens: number; completion_tokens: number } }).usage;
  };
  const weather = ai.tool({
    description: 'The weather in one city, now.',
    inputSchema: ai.jsonSchema<{ city: string }>({ type: 'object', properties: { city: { type: 'string' } } }),
    execute: async ({ city }): Promise<string> => {
      if (city === 'Atlantis') throw new Error('no weather station');
      return `sunny in ${city}`;
    },
  });
  const schema = ai.jsonSchema<{ word: string }>({
    type: 'object',
    properties: { word: { type: 'string' } },
    required: ['word'],
    additionalProperties: false,
  });
  const named = (spans: readonly SpanUpsert[], name: string) => {
    const found = spans.filter((span) => span.name === name);
    expect(found).toHaveLength(1);
    return found[0] as SpanUpsert;
  };
  const read = async (stream: AsyncIterable<unknown>) => {
    let count = 0;
    for await (const _ of stream) count += 1;
    return count;
  };

  test('records a call with messages, model, parameters, usage and finish reason', async () => {
    const { ai, chat, given, spans } = start();
    const prompt = 'Hello [cached:3] [reasoning:2]';

    const { text } = await ai.generateText({ model: chat, system: 'Be kind.', prompt, temperature: 0.2, ...given });

    const all = await spans();
    const call = named(all, 'chat gpt-4o-mini');
    const agent = named(all, 'answer');
    expect(call).toMatchObject({
      span_type: 'llm',
      provider: 'openai',
      requested_model: 'gpt-4o-mini',
      model: 'gpt-4o-mini-2024-07-18',
      model_parameters: { temperature: 0.2 },
      input_data: {
        messages: [
          { role: 'system', content: 'Be kind.' },
          { role: 'user', content: prompt },
        ],
      },
      output_data: { messages: [{ role: 'assistant', content: text }] },
      finish_reason: 'stop',
      tokens_cache_read: 3,
      tokens_reasoning: 2,
    });
    expect(agent).toMatchObject({ span_type: 'agent', output_data: text, input_data: { messages: [{}, {}] } });
    expect(call.parent_span_id).toBe(agent.span_id);
  });

  test('counts the tokens that the provider counted, once', async () => {
    const { ai, chat, given, spans } = start();
    const prompt = '[say:as many as there are] [cached:5]';
    const usage = await bareUsage(prompt);

    await ai.generateText({ model: chat, prompt, ...given });

    const counted = (await spans()).filter((span) => span.tokens_input !== undefined);
    expect(counted).toMatchObject([
      {
        name: 'chat gpt-4o-mini',
        tokens_input: usage.prompt_tokens,
        tokens_output: usage.completion_tokens,
        tokens_cache_read: 5,
      },
    ]);
  });

  test('records an agent: each model call, parallel tools apart, the one that fails, and nothing twice', async () => {
    const { ai, chat, given, spans, outline } = start();

    const result = await ai.generateText({
      model: chat,
      prompt: 'What is the weather in Paris and Atlantis?',
      tools: { get_weather: weather },
      stopWhen: ai.stepCountIs(3),
      ...given,
    });

    expect(await outline()).toBe(
      [
        'answer',
        '  answer [agent]',
        '    chat gpt-4o-mini [llm]',
        '    get_weather [tool]',
        '    get_weather [tool] ✗ no weather station',
        '    chat gpt-4o-mini [llm]',
      ].join('\n'),
    );
    const all = await spans();
    const [first, second] = all.filter(({ span_type }) => span_type === 'llm');
    expect(first).toMatchObject({
      finish_reason: 'tool-calls',
      tools: [{ name: 'get_weather' }],
      output_data: {
        messages: [
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              { type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } },
              { type: 'function', function: { name: 'get_weather', arguments: '{"city":"Atlantis"}' } },
            ],
          },
        ],
      },
    });
    expect(second?.input_data).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'assistant', tool_calls: [{}, {}] },
        { role: 'tool', name: 'get_weather', content: 'sunny in Paris', tool_call_id: expect.any(String) },
        { role: 'tool', name: 'get_weather' },
      ],
    });
    expect(all.filter(({ span_type }) => span_type === 'tool')).toMatchObject([
      { input_data: { city: 'Atlantis' }, status: 'error', error: 'no weather station' },
      { input_data: { city: 'Paris' }, output_data: 'sunny in Paris' },
    ]);
    const tokens = all.map(({ tokens_input }) => tokens_input ?? 0).reduce((sum, count) => sum + count, 0);
    expect(tokens).toBe(result.steps.reduce((sum, { usage }) => sum + Number(usage.inputTokens), 0));
  });

  test('has what a tool does below the tool, and the whole below what is active', async () => {
    const { ai, tracer, chat, given, outline } = start();
    const tool = ai.tool({
      ...weather,
      execute: ({ city }) => tracer.span('look up', { kind: 'retrieval' }, async () => `sunny in ${city}`),
    });

    await tracer.trace('request', () =>
      ai.generateText({
        model: chat,
        prompt: 'What is the weather in Paris?',
        tools: { get_weather: tool },
        stopWhen: ai.stepCountIs(3),
        ...given,
      }),
    );

    expect(await outline()).toBe(
      [
        'request',
        '  answer [agent]',
        '    chat gpt-4o-mini [llm]',
        '    get_weather [tool]',
        '      look up [retrieval]',
        '    chat gpt-4o-mini [llm]',
      ].join('\n'),
    );
  });

  test('keeps twenty calls at once apart', async () => {
    const { ai, tracer, chat, given, spans } = start();

    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        tracer.trace(`request ${n}`, () => ai.generateText({ model: chat, prompt: `[say:answer ${n}]`, ...given })),
      ),
    );

    const all = await spans();
    expect(new Set(all.map(({ trace_id }) => trace_id)).size).toBe(20);
    for (const call of all.filter(({ span_type }) => span_type === 'llm')) {
      const agent = all.find(({ span_id }) => span_id === call.parent_span_id);
      expect(call.output_data).toMatchObject({ messages: [{ content: agent?.output_data }] });
    }
  });

  test('records a stream: text, reasoning tokens, usage and first token', async () => {
    const { ai, responses, given, spans } = start();

    const result = ai.streamText({ model: responses, prompt: 'Hello [cached:3] [reasoning:20]', ...given });
    await read(result.textStream);

    const all = await spans();
    const usage = await result.usage;
    const call = named(all, 'chat gpt-5');
    expect(call).toMatchObject({
      model: 'gpt-5-2025-08-07',
      finish_reason: 'stop',
      output_data: { messages: [{ role: 'assistant', content: await result.text }] },
      tokens_input: usage.inputTokens,
      tokens_output: usage.outputTokens,
      tokens_cache_read: 3,
      tokens_reasoning: 20,
    });
    expect(String(call.first_token_time) >= call.start_time).toBe(true);
    expect(String(call.first_token_time) <= String(call.end_time)).toBe(true);
    expect(named(all, 'answer').output_data).toBe(await result.text);
  });

  test('records the tool calls of a stream', async () => {
    const { ai, chat, given, spans } = start();

    const result = ai.streamText({
      model: chat,
      prompt: 'What is the weather in Paris and Tokyo?',
      tools: { get_weather: weather },
      stopWhen: ai.stepCountIs(3),
      ...given,
    });
    await read(result.textStream);

    const all = await spans();
    expect(all.filter(({ span_type }) => span_type === 'tool')).toMatchObject([
      { input_data: { city: 'Paris' }, output_data: 'sunny in Paris' },
      { input_data: { city: 'Tokyo' }, output_data: 'sunny in Tokyo' },
    ]);
    expect(all.find(({ span_type }) => span_type === 'llm')?.output_data).toMatchObject({
      messages: [{ tool_calls: [{}, {}] }],
    });
    const usage = await result.totalUsage;
    expect(all.reduce((sum, { tokens_output }) => sum + (tokens_output ?? 0), 0)).toBe(usage.outputTokens);
  });

  test('records an error, which the caller gets as it was', async () => {
    const { ai, chat, given, spans } = start();
    const call = (extra: object) =>
      ai.generateText({ model: chat, prompt: '[error:401]', maxRetries: 0, ...extra }).catch((error: unknown) => error);
    const bare = await call({});

    const traced = await call(given);

    expect(String(traced)).toBe(String(bare));
    expect(ai.APICallError.isInstance(traced)).toBe(true);
    const message = (traced as Error).message;
    for (const span of await spans()) expect(span).toMatchObject({ status: 'error', error: message });
    expect(await spans()).toHaveLength(2);
  });

  test('records a call that was tried again as one that went well', async () => {
    const { ai, chat, given, spans } = start();
    fake.reset();

    await ai.generateText({ model: chat, prompt: `[error:429*1] hello ${version}`, maxRetries: 1, ...given });

    const all = await spans();
    expect(all.filter(({ tokens_input }) => tokens_input !== undefined)).toHaveLength(1);
    expect(named(all, 'answer').status ?? 'ok').toBe('ok');
  });

  test.each(['[disconnect:3] tell me of tea', '[stream-error] tell me of tea'])(
    'records a stream that fails: %s',
    async (prompt) => {
      const { ai, chat, given, spans } = start();

      const result = ai.streamText({ model: chat, prompt, maxRetries: 0, onError() {}, ...given });
      await read(result.textStream).catch(() => {});
      await result.consumeStream({ onError() {} });

      await expect.poll(async () => (await spans()).length).toBe(2);
      expect((await spans()).some(({ status, error }) => status === 'error' && typeof error === 'string')).toBe(true);
    },
  );

  test('records an aborted stream as cancelled, whole', async () => {
    const { ai, chat, given, spans } = start();
    const controller = new AbortController();

    const result = ai.streamText({
      model: chat,
      prompt: '[tokens:50] [delay:5]',
      abortSignal: controller.signal,
      ...given,
    });
    let count = 0;
    for await (const _ of result.textStream) if (++count === 3) controller.abort();

    await expect.poll(async () => (await spans()).length).toBe(2);
    expect(named(await spans(), 'chat gpt-4o-mini').events).toMatchObject([{ name: 'cancelled' }]);
  });

  test('ends what belongs to a stream that nobody reads on, once it is collected', async () => {
    const { ai, given, spans } = start();
    // Without a socket, which would keep things alive for as long as it likes.
    const chat = create({ apiKey: 'key', fetch: async () => longAnswer() }).chat('gpt-4o-mini');
    const readSome = async () => {
      const result = ai.streamText({ model: chat, prompt: 'Tell me everything', ...given });
      let count = 0;
      for await (const _ of result.textStream) if (++count === 3) break;
    };
    await readSome();

    const endedAfterCollection = async () => {
      collectGarbage();
      return (await spans()).length;
    };
    await expect.poll(endedAfterCollection, { timeout: 15_000 }).toBe(2);
    for (const span of await spans()) expect(span.events).toMatchObject([{ name: 'cancelled' }]);
  });

  test('records objects, plain and streamed', async () => {
    const { ai, chat, given, spans } = start();

    const { object } = await ai.generateObject({ model: chat, prompt: 'A word', schema, ...given });
    const streamed = ai.streamObject({ model: chat, prompt: 'A word', schema, ...given });
    await read(streamed.partialObjectStream);

    const all = await spans();
    const calls = all.filter(({ span_type }) => span_type === 'llm');
    const usage = await streamed.usage;
    expect(calls).toHaveLength(2);
    for (const call of calls) {
      expect(call).toMatchObject({
        model: 'gpt-4o-mini-2024-07-18',
        input_data: { messages: [{ role: 'user', content: 'A word' }] },
        tokens_input: usage.inputTokens,
        tokens_output: usage.outputTokens,
        finish_reason: 'stop',
      });
      expect(JSON.parse((call.output_data as { messages: { content: string }[] }).messages[0]?.content ?? '')).toEqual(
        object,
      );
    }
    expect(all.filter(({ name }) => name === 'answer')).toMatchObject([
      { span_type: 'chain', output_data: object },
      { span_type: 'chain', output_data: object },
    ]);
  });

  test('records embeddings without their numbers', async () => {
    const { ai, embeddings, given, spans } = start();

    const one = await ai.embed({ model: embeddings, value: 'tea', ...given });
    const many = await ai.embedMany({ model: embeddings, values: ['tea', 'coffee'], ...given });

    const calls = (await spans()).filter(({ span_type }) => span_type === 'embedding');
    expect(calls).toMatchObject([
      {
        input_data: ['tea'],
        output_data: { count: 1, dimensions: one.embedding.length },
        tokens_input: one.usage.tokens,
      },
      { input_data: ['tea', 'coffee'], output_data: { count: 2 }, tokens_input: many.usage.tokens },
    ]);
    expect(calls[0]).toMatchObject({ name: 'embeddings text-embedding-3-small', provider: 'openai' });
  });

  test('records neither inputs nor outputs where it is told not to', async () => {
    const { ai, chat, given, spans } = start({ recordInputs: false, recordOutputs: false });

    await ai.generateText({
      model: chat,
      prompt: 'What is the secret weather in Paris?',
      tools: { get_weather: weather },
      stopWhen: ai.stepCountIs(3),
      ...given,
    });

    const all = await spans();
    expect(all).toHaveLength(4);
    expect(JSON.stringify(all)).not.toMatch(/secret|sunny|Paris/);
    expect(all.filter(({ tokens_input }) => tokens_input !== undefined)).toHaveLength(2);
  });

  test('records nothing with a tracer that is off, and works', async () => {
    const { tracer, transport } = recording({ enabled: false });
    const chat = create({ apiKey: 'key', baseURL: fake.openaiBaseUrl }).chat('gpt-4o-mini');

    const { text } = await ai.generateText({ model: chat, prompt: '[say:still here]', ...settings(tracer, {}) });

    expect([text, transport.spans]).toEqual(['still here', []]);
  });
});

describe('the telemetry metadata of the AI SDK', () => {
  test('says whose trace it is, where the call made the trace', async () => {
    const { tracer, transport } = recording();
    const model = createOpenAI3({ apiKey: 'key', baseURL: fake.openaiBaseUrl }).chat('gpt-4o-mini');
    const metadata = { userId: 'ada', sessionId: 's-1', tags: ['beta'], plan: 'free' };
    const call = () =>
      ai6.generateText({
        model,
        prompt: 'Hello',
        experimental_telemetry: { isEnabled: true, tracer: aiSdkTracer(tracer), metadata },
      });

    await call();
    await tracer.trace('of somebody else', call);
    await tracer.flush();

    const [own, other] = transport.traces.filter(({ end_time }) => end_time !== undefined);
    expect(own).toMatchObject({ name: 'generateText', user_id: 'ada', session_id: 's-1', tags: ['beta'] });
    expect(other).not.toHaveProperty('user_id');
    expect(transport.span('generateText').metadata).toEqual(metadata);
  });
});

describe('the usage of an Anthropic call', () => {
  // Version 5 leaves cached tokens out of its totals, as Anthropic does.
  test('is inclusive, whichever version counted it', async () => {
    const { tracer, transport } = recording();
    const anthropic = {
      usage: { input_tokens: 10, cache_read_input_tokens: 200, cache_creation_input_tokens: 30, output_tokens: 7 },
    };
    const span = aiSdkTracer(tracer).startSpan('ai.streamText.doStream', {
      attributes: { 'ai.model.id': 'claude-haiku-4-5', 'ai.model.provider': 'anthropic.messages' },
    });
    span.setAttributes({
      'ai.usage.inputTokens': 10,
      'ai.usage.outputTokens': 7,
      'ai.usage.cachedInputTokens': 200,
      'ai.response.providerMetadata': JSON.stringify({ anthropic }),
    });

    span.end();
    await tracer.flush();

    expect(transport.spans).toMatchObject([
      {
        provider: 'anthropic',
        tokens_input: 240,
        tokens_cache_read: 200,
        tokens_cache_write: 30,
        tokens_output: 7,
        usage_details: anthropic.usage,
      },
    ]);
  });
});

test('what is handed to the AI SDK is of the types that it takes', () => {
  const { tracer } = recording();
  const telemetry: Telemetry = aiSdkTelemetry(tracer);
  const settings5: ai5.TelemetrySettings = { isEnabled: true, tracer: aiSdkTracer(tracer) };
  const settings6: ai6.TelemetrySettings = { isEnabled: true, tracer: aiSdkTracer(tracer) };

  expect([telemetry, settings5, settings6]).toBeDefined();
});
