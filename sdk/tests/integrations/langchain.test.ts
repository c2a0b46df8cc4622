import { Document } from '@langchain/core/documents';
import { AIMessage, HumanMessage } from '@langchain/core/messages';
import { StringOutputParser } from '@langchain/core/output_parsers';
import type { Generation } from '@langchain/core/outputs';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { BaseRetriever } from '@langchain/core/retrievers';
import { RunnableLambda } from '@langchain/core/runnables';
import { tool } from '@langchain/core/tools';
import { END, interrupt, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { createReactAgent } from '@langchain/langgraph/prebuilt';
import { ChatOpenAI } from '@langchain/openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
// biome-ignore lint/correctness/useImportExtensions: plain JavaScript, whose types stand beside it in a .d.mts
import { type FakeLlm, startFakeLlm } from '../../../examples/fake-llm/fake-llm.mjs';
import { langchainHandler } from '../../src/integrations/langchain.ts';
import type { SpanUpsert } from '../../src/schema/index.ts';
import { nextTick, recording } from '../recording.ts';
import { collectGarbage } from './garbage.ts';
import { longAnswer } from './long-answer.ts';
import { expectNoUnhandledRejections } from './no-unhandled.ts';

let fake: FakeLlm;
expectNoUnhandledRejections();
beforeAll(async () => {
  fake = await startFakeLlm();
});
afterAll(async () => {
  await fake.close();
});

const start = (options: ConstructorParameters<typeof ChatOpenAI>[0] = {}) => {
  const { tracer, transport } = recording();
  const model = new ChatOpenAI({
    apiKey: 'key',
    model: 'gpt-4o-mini',
    configuration: { baseURL: fake.openaiBaseUrl },
    maxRetries: 0,
    temperature: 0.2,
    ...options,
  });
  const ended = async () => {
    await nextTick();
    await tracer.flush();
    return transport.spans.filter((span) => span.end_time !== undefined);
  };
  return {
    tracer,
    transport,
    model,
    callbacks: [langchainHandler(tracer)],
    spans: ended,
    async span(name: string): Promise<SpanUpsert> {
      await ended();
      return transport.span(name);
    },
    async outline() {
      await ended();
      return transport.outline();
    },
  };
};

const weather = tool(
  async ({ city }: { city: string }) => {
    if (city === 'Atlantis') throw new Error('no weather station');
    return `sunny in ${city}`;
  },
  {
    name: 'get_weather',
    description: 'The weather in one city, now.',
    schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } as const,
  },
);

const read = async (stream: AsyncIterable<unknown>) => {
  let count = 0;
  for await (const _ of stream) count += 1;
  return count;
};
type Counts = Readonly<Record<'input_tokens' | 'output_tokens', number>>;
const countsOf = (message: object) => (message as { usage_metadata?: Counts }).usage_metadata;
const sumOf = (spans: readonly SpanUpsert[], field: 'tokens_input' | 'tokens_output') =>
  spans.reduce((sum, span) => sum + (span[field] ?? 0), 0);

describe('a model call of LangChain', () => {
  test('is recorded with messages, model, parameters, usage and finish reason', async () => {
    const { model, callbacks, span } = start();
    const prompt = 'Hello [cached:3] [reasoning:2]';

    const answer = await model.invoke(
      [
        ['system', 'Be kind.'],
        ['user', prompt],
      ],
      { callbacks },
    );

    expect(await span('chat gpt-4o-mini')).toMatchObject({
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
      output_data: { messages: [{ role: 'assistant', content: answer.content }] },
      finish_reason: 'stop',
      tokens_input: countsOf(answer)?.input_tokens,
      tokens_output: countsOf(answer)?.output_tokens,
      tokens_cache_read: 3,
      tokens_reasoning: 2,
      usage_details: { prompt_tokens: countsOf(answer)?.input_tokens },
    });
  });

  test('is recorded with its tools, and the calls that it asks for', async () => {
    const { model, callbacks, span } = start();

    await model.bindTools([weather]).invoke('What is the weather in Paris and Tokyo?', { callbacks });

    expect(await span('chat gpt-4o-mini')).toMatchObject({
      tools: [{ function: { name: 'get_weather' } }],
      finish_reason: 'tool_calls',
      output_data: {
        messages: [
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              { type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } },
              { type: 'function', function: { name: 'get_weather', arguments: '{"city":"Tokyo"}' } },
            ],
          },
        ],
      },
    });
  });

  test.each([true, false])(
    'that is streamed has text, usage and first token (responses: %s)',
    async (useResponsesApi) => {
      const { model, callbacks, span } = start({ useResponsesApi });
      let usage: Counts | undefined;
      let text = '';

      for await (const chunk of await model.stream('[say:one two three] [cached:3]', { callbacks })) {
        text += chunk.text;
        usage = countsOf(chunk) ?? usage;
      }

      const recorded = await span('chat gpt-4o-mini');
      expect(text).toBe('one two three');
      expect(recorded).toMatchObject({
        model: 'gpt-4o-mini-2024-07-18',
        tokens_input: usage?.input_tokens,
        tokens_output: usage?.output_tokens,
        tokens_cache_read: 3,
      });
      expect(JSON.stringify(recorded.output_data)).toContain('one two three');
      expect(String(recorded.first_token_time) >= recorded.start_time).toBe(true);
      expect(String(recorded.first_token_time) <= String(recorded.end_time)).toBe(true);
    },
  );

  test('that streams tool calls keeps them apart', async () => {
    const { model, callbacks, span } = start();

    await read(await model.bindTools([weather]).stream('What is the weather in Paris and Tokyo?', { callbacks }));

    const { output_data, first_token_time } = await span('chat gpt-4o-mini');
    expect(first_token_time).toBeDefined();
    expect(output_data).toMatchObject({
      messages: [
        {
          tool_calls: [
            { function: { arguments: '{"city":"Paris"}' } },
            { function: { arguments: '{"city":"Tokyo"}' } },
          ],
        },
      ],
    });
  });

  test.each([
    [
      'the provider’s own object',
      {
        response_metadata: {
          usage: { prompt_tokens: 9, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 3 } },
        },
      },
      {},
      { tokens_input: 9, tokens_output: 4, tokens_cache_read: 3 },
    ],
    [
      'the older counts',
      {},
      { tokenUsage: { promptTokens: 9, completionTokens: 4 } },
      { tokens_input: 9, tokens_output: 4 },
    ],
  ])('that LangChain does not count itself has %s', async (_what, message, llmOutput, expected) => {
    const { callbacks, span } = start();
    const [handler] = callbacks as [ReturnType<typeof langchainHandler>];
    const llm = { lc: 1, type: 'not_implemented' as const, id: ['tests', 'Model'] };
    handler.handleChatModelStart(llm, [[new HumanMessage('Hello')]], 'run-1');

    handler.handleLLMEnd(
      {
        generations: [[{ text: 'Hi', message: new AIMessage({ content: 'Hi', ...message }) } as Generation]],
        llmOutput,
      },
      'run-1',
    );

    expect(await span('chat')).toMatchObject({ ...expected, output_data: { messages: [{ content: 'Hi' }] } });
  });

  test('that fails is recorded, and fails with the same error', async () => {
    const { model, callbacks, span } = start();
    const errorOf = (options: object) => model.invoke('[error:401]', options).catch((error: unknown) => error);
    const bare = (await errorOf({})) as Error;

    const traced = (await errorOf({ callbacks })) as Error;

    expect([traced.constructor, traced.message]).toEqual([bare.constructor, bare.message]);
    expect(await span('chat gpt-4o-mini')).toMatchObject({ status: 'error', error: bare.message });
  });

  test('whose stream breaks off is an error', async () => {
    const { model, callbacks, span } = start();

    await expect(read(await model.stream('[disconnect:3] tell me of tea', { callbacks }))).rejects.toThrow();

    expect(await span('chat gpt-4o-mini')).toMatchObject({ status: 'error', error: expect.any(String) });
  });

  test('that is aborted is cancelled', async () => {
    const { model, callbacks, span } = start();
    const controller = new AbortController();
    const readSome = async () => {
      let count = 0;
      const stream = await model.stream('[tokens:50] [delay:5]', { callbacks, signal: controller.signal });
      for await (const _ of stream) if (++count === 3) controller.abort();
    };

    await readSome().catch(() => {});

    expect((await span('chat gpt-4o-mini')).events).toMatchObject([{ name: 'cancelled' }]);
  });

  test('whose stream nobody reads on ends once it is collected', async () => {
    const { tracer, transport, callbacks } = start();
    const model = new ChatOpenAI({
      apiKey: 'key',
      model: 'gpt-4o-mini',
      configuration: { fetch: async () => longAnswer() },
      callbacks,
    });
    const readSome = async () => {
      let count = 0;
      for await (const _ of await model.stream('Tell me everything')) if (++count === 3) break;
    };
    await readSome();

    const endedAfterCollection = async () => {
      collectGarbage();
      await tracer.flush();
      return transport.spans.length;
    };
    await expect.poll(endedAfterCollection, { timeout: 15_000 }).toBe(1);
    expect(transport.spans[0]?.events).toMatchObject([{ name: 'cancelled' }]);
  });
});

describe('a chain of LangChain', () => {
  test('is a tree of its steps, below what is active', async () => {
    const { tracer, model, callbacks, outline, spans, span } = start();
    const chain = ChatPromptTemplate.fromTemplate('Tell me of {topic}').pipe(model).pipe(new StringOutputParser());

    const text = await tracer.trace('request', () => chain.invoke({ topic: 'tea' }, { callbacks, runName: 'tell' }));

    expect(await outline()).toBe(
      [
        'request',
        '  tell [chain]',
        '    ChatPromptTemplate [chain]',
        '    chat gpt-4o-mini [llm]',
        '    StrOutputParser [chain]',
      ].join('\n'),
    );
    expect(await span('tell')).toMatchObject({ input_data: { topic: 'tea' }, output_data: { output: text } });
    expect((await span('ChatPromptTemplate')).output_data).toEqual({
      messages: [{ role: 'user', content: 'Tell me of tea' }],
    });
    expect((await spans()).filter(({ tokens_input }) => tokens_input !== undefined)).toHaveLength(1);
  });

  test('records what a retriever found', async () => {
    class Shelf extends BaseRetriever {
      lc_namespace = ['tests'];
      override async _getRelevantDocuments() {
        return [new Document({ id: 'd-1', pageContent: 'Green tea', metadata: { page: 7 } })];
      }
    }
    const { callbacks, span } = start();

    await new Shelf().invoke('tea', { callbacks, runName: 'shelf' });

    expect(await span('shelf')).toMatchObject({
      span_type: 'retrieval',
      input_data: 'tea',
      output_data: { documents: [{ id: 'd-1', content: 'Green tea', metadata: { page: 7 } }] },
    });
  });

  test('that fails is an error from the step up', async () => {
    const { callbacks, spans } = start();
    const chain = RunnableLambda.from((text: string) => text).pipe(
      RunnableLambda.from(() => {
        throw new TypeError('not today');
      }),
    );

    await expect(chain.invoke('tea', { callbacks })).rejects.toThrow('not today');

    const failed = (await spans()).filter(({ status }) => status === 'error');
    expect(failed).toMatchObject([{ error: 'not today', error_type: 'TypeError' }, { error: 'not today' }]);
  });

  test('says whose trace it is, where it made the trace', async () => {
    const { tracer, transport, callbacks } = start();
    const count = RunnableLambda.from((text: string) => text.length);
    const config = {
      callbacks,
      runName: 'count',
      tags: ['beta'],
      metadata: { user_id: 'ada', thread_id: 't-1', plan: 'free' },
    };

    await count.invoke('tea', config);
    await tracer.trace('of somebody else', () => count.invoke('tea', config));
    await tracer.flush();

    const [own, other] = transport.traces.filter(({ end_time }) => end_time !== undefined);
    expect(own).toMatchObject({ name: 'count', user_id: 'ada', session_id: 't-1', tags: ['beta'] });
    expect(other).not.toHaveProperty('user_id');
    expect(transport.span('count').metadata).toMatchObject({ user_id: 'ada', plan: 'free' });
  });

  test('keeps twenty at once apart', async () => {
    const { model, callbacks, spans } = start();
    const chain = ChatPromptTemplate.fromTemplate('[say:answer {n}]').pipe(model);

    await Promise.all(Array.from({ length: 20 }, (_, n) => chain.invoke({ n }, { callbacks, runName: `run ${n}` })));

    const all = await spans();
    expect(new Set(all.map(({ trace_id }) => trace_id)).size).toBe(20);
    for (const call of all.filter(({ span_type }) => span_type === 'llm')) {
      const run = all.find(({ span_id }) => span_id === call.parent_span_id);
      expect(call.output_data).toMatchObject({ messages: [{ content: `answer ${run?.name.slice(4)}` }] });
    }
  });
});

describe('a graph of LangGraph', () => {
  test('is an agent with its nodes, model calls and tools; nothing counts twice', async () => {
    const { model, callbacks, outline, spans } = start();
    const agent = createReactAgent({ llm: model, tools: [weather] });

    const { messages } = await agent.invoke(
      { messages: [{ role: 'user', content: 'What is the weather in Paris and Atlantis?' }] },
      { callbacks, runName: 'weather-agent' },
    );

    const tree = await outline();
    expect(tree).toContain('weather-agent [agent]');
    expect(tree).toMatch(/^ {4}agent \[chain\]\n(.*\n)+ {4}tools \[chain\]\n {6}get_weather \[tool\]/m);
    expect(tree).toContain('get_weather [tool] ✗ no weather station');
    expect(tree).not.toContain('__start__');
    const all = await spans();
    expect(all.filter(({ span_type }) => span_type === 'tool')).toMatchObject([
      { input_data: { city: 'Paris' }, output_data: 'sunny in Paris' },
      { input_data: { city: 'Atlantis' }, status: 'error' },
    ]);
    const usages = messages.map(countsOf);
    expect(sumOf(all, 'tokens_input')).toBe(usages.reduce((sum, usage) => sum + (usage?.input_tokens ?? 0), 0));
    expect(sumOf(all, 'tokens_output')).toBe(usages.reduce((sum, usage) => sum + (usage?.output_tokens ?? 0), 0));
    const calls = all.filter(({ span_type }) => span_type === 'llm');
    expect(calls).toHaveLength(2);
    expect(calls[1]?.input_data).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'assistant' },
        { role: 'tool', content: 'sunny in Paris' },
        { role: 'tool' },
      ],
    });
  });

  test('that is streamed is recorded the same', async () => {
    const { model, callbacks, spans, outline } = start();
    const agent = createReactAgent({ llm: model, tools: [weather] });
    const input = { messages: [{ role: 'user', content: 'What is the weather in Paris?' }] };

    await read(await agent.stream(input, { callbacks, streamMode: 'messages' }));

    const all = await spans();
    expect(await outline()).toContain('get_weather [tool]');
    expect(all.filter(({ span_type }) => span_type === 'llm')).toHaveLength(2);
    for (const call of all.filter(({ span_type }) => span_type === 'llm'))
      expect(call).toMatchObject({ tokens_input: expect.any(Number), first_token_time: expect.any(String) });
    expect(all.every(({ status }) => status !== 'error')).toBe(true);
  });

  test('that waits for a person has not failed', async () => {
    const { callbacks, spans } = start();
    const graph = new StateGraph(MessagesAnnotation)
      .addNode('ask', async () => {
        interrupt('May I?');
        return {};
      })
      .addEdge(START, 'ask')
      .addEdge('ask', END)
      .compile({ checkpointer: new MemorySaver() });

    await graph.invoke({ messages: [] }, { callbacks, configurable: { thread_id: 't-1' } });

    const all = await spans();
    expect(all.map(({ name }) => name)).toContain('ask');
    expect(all.filter(({ status }) => status === 'error')).toEqual([]);
  });
});

test('a tracer that is off records nothing, and everything works', async () => {
  const { tracer, transport } = recording({ enabled: false });
  const { model } = start();

  const answer = await model.invoke('[say:still here]', { callbacks: [langchainHandler(tracer)] });

  expect([answer.content, transport.spans]).toEqual(['still here', []]);
});
