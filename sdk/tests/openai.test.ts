import OpenAI, { APIPromise, AzureOpenAI, OpenAIError } from 'openai';
import { Stream } from 'openai/streaming';
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
// biome-ignore lint/correctness/useImportExtensions: plain JavaScript, whose types stand beside it in a .d.mts
import { type FakeLlm, startFakeLlm } from '../../examples/fake-llm/fake-llm.mjs';
import { Tracer, TracerError } from '../src/index.ts';
import { wrapOpenAI } from '../src/integrations/openai.ts';
import { nextTick, recording } from './recording.ts';

let fake: FakeLlm;
const unhandled: unknown[] = [];
const noteUnhandled = (reason: unknown): void => void unhandled.push(reason);
beforeAll(async () => {
  // Answers tell the second they were made in: the bare client's and the wrapped one's are compared.
  fake = await startFakeLlm({ now: () => 1_700_000_000 });
  process.on('unhandledRejection', noteUnhandled);
});
afterAll(async () => {
  process.off('unhandledRejection', noteUnhandled);
  await fake.close();
});
afterEach(async () => {
  await nextTick();
  expect(unhandled).toEqual([]);
});

const wrapped = () => {
  const { tracer, transport } = recording();
  const bare = new OpenAI({ apiKey: 'key', baseURL: fake.openaiBaseUrl, maxRetries: 0 });
  const openai = wrapOpenAI(bare, tracer);
  const spans = async () => {
    await tracer.flush();
    return transport.spans;
  };
  const span = async () => {
    const all = await spans();
    expect(all).toHaveLength(1);
    return all[0] as (typeof all)[number];
  };
  return { tracer, transport, bare, openai, spans, span };
};

const asking = (content: string) => ({ model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content }] });
const tool = (name: string) => ({
  type: 'function' as const,
  function: { name, parameters: { type: 'object', properties: {} } },
});
const read = async (stream: AsyncIterable<unknown>) => {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
};

describe('a chat completion', () => {
  test('is recorded with messages, model, parameters, usage and finish reason', async () => {
    const { openai, span } = wrapped();

    const completion = await openai.chat.completions.create({
      ...asking('Hello [cached:3] [reasoning:2]'),
      temperature: 0.2,
      max_tokens: 50,
    });

    expect(await span()).toMatchObject({
      name: 'chat gpt-4o-mini',
      span_type: 'llm',
      provider: 'openai',
      requested_model: 'gpt-4o-mini',
      model: 'gpt-4o-mini-2024-07-18',
      model_parameters: { temperature: 0.2, max_tokens: 50 },
      input_data: { messages: [{ role: 'user', content: 'Hello [cached:3] [reasoning:2]' }] },
      output_data: { messages: [{ role: 'assistant', content: completion.choices[0]?.message.content }] },
      finish_reason: 'stop',
      tokens_input: completion.usage?.prompt_tokens,
      tokens_output: completion.usage?.completion_tokens,
      tokens_cache_read: 3,
      tokens_reasoning: 2,
      usage_details: completion.usage,
    });
  });

  test('is a child of the active span', async () => {
    const { tracer, openai, spans } = wrapped();

    await tracer.span('outer', () => openai.chat.completions.create(asking('Hello')));

    const [call, outer] = await spans();
    expect(call?.parent_span_id).toBe(outer?.span_id);
  });

  test('records every choice', async () => {
    const { openai, span } = wrapped();

    await openai.chat.completions.create({ ...asking('Hello'), n: 2 });

    expect((await span()).output_data).toMatchObject({ messages: [{ role: 'assistant' }, { role: 'assistant' }] });
  });

  test('records tool calls, and the tools that were offered', async () => {
    const { openai, span } = wrapped();

    await openai.chat.completions.create({ ...asking('[call:read {"a":1}]'), tools: [tool('read')] });

    expect(await span()).toMatchObject({
      tools: [tool('read')],
      finish_reason: 'tool_calls',
      output_data: {
        messages: [
          { role: 'assistant', content: null, tool_calls: [{ function: { name: 'read', arguments: '{"a":1}' } }] },
        ],
      },
    });
  });

  test('records a refusal', async () => {
    const { openai, span } = wrapped();

    await openai.chat.completions.create(asking('[refuse:I cannot do that]'));

    expect((await span()).output_data).toMatchObject({ messages: [{ refusal: 'I cannot do that' }] });
  });

  test('records the messages that were sent, whatever the caller adds to the list afterwards', async () => {
    const { openai, span } = wrapped();
    const request = asking('Hello');

    const pending = openai.chat.completions.create(request);
    request.messages.push({ role: 'user', content: 'later' });
    await pending;

    expect((await span()).input_data).toMatchObject({ messages: { length: 1 } });
  });

  test('that fails is recorded, and fails with the error of the client', async () => {
    const { openai, bare, span } = wrapped();
    const ofBare = await bare.chat.completions.create(asking('[error:401]')).catch((error: unknown) => error);

    const error = await openai.chat.completions.create(asking('[error:401]')).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(String(error)).toBe(String(ofBare));
    expect(await span()).toMatchObject({
      status: 'error',
      error_type: 'AuthenticationError',
      error: expect.stringContaining('401'),
    });
  });

  test('through parse is recorded, and parsed', async () => {
    const { openai, span } = wrapped();

    const completion = await openai.chat.completions.parse({
      ...asking('Hello'),
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'greeting',
          schema: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
        },
      },
    });

    expect(completion.choices[0]?.message).toHaveProperty('parsed');
    expect(await span()).toMatchObject({ finish_reason: 'stop', output_data: { messages: [{ role: 'assistant' }] } });
  });

  test('through parse that fails is recorded', async () => {
    const { openai, span } = wrapped();

    await expect(openai.chat.completions.parse(asking('[error:500]'))).rejects.toThrow(OpenAIError);

    expect((await span()).status).toBe('error');
  });

  test('of runTools is recorded call by call', async () => {
    const { openai, spans } = wrapped();
    const runner = openai.chat.completions.runTools({
      ...asking('What is the weather in Paris?'),
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: 'the weather in a city',
            parameters: { type: 'object', properties: { city: { type: 'string' } } },
            parse: JSON.parse,
            function: () => 'sunny',
          },
        },
      ],
    });
    await runner.finalContent();

    expect((await spans()).map((span) => span.finish_reason)).toEqual(['tool_calls', 'stop']);
  });
});

describe('the promise of a wrapped client', () => {
  test('is the client’s own, and lazy', async () => {
    const { openai, span } = wrapped();

    const promise = openai.chat.completions.create(asking('Hello'));

    expect(promise).toBeInstanceOf(APIPromise);
    expect((await promise.withResponse()).response.status).toBe(200);
    expect((await span()).tokens_output).toBeGreaterThan(0);
  });

  test('gives the raw response, its body unread', async () => {
    const { openai, span } = wrapped();

    const response = await openai.chat.completions.create(asking('Hello')).asResponse();

    expect(response.bodyUsed).toBe(false);
    expect(await response.json()).toHaveProperty('choices');
    expect((await span()).end_time).toBeDefined();
  });

  test('whose error nobody handles stays unhandled, once', async () => {
    const { openai } = wrapped();

    void openai.chat.completions.create(asking('[error:400]')).then(() => {});
    await expect.poll(() => unhandled.splice(0).length).toBe(1);
  });

  test('is the same object when it comes through a span', async () => {
    const { tracer, openai, spans } = wrapped();
    let made: unknown;

    const promise = tracer.span('outer', () => {
      const own = openai.chat.completions.create(asking('Hello'));
      made = own;
      return own;
    });
    const { data, request_id } = await promise.withResponse();

    expect(promise).toBe(made);
    expect(data.choices).toHaveLength(1);
    expect(request_id).toBeDefined();
    expect((await spans()).map((span) => span.name)).toEqual(['chat gpt-4o-mini', 'outer']);
  });
});

describe('a streamed chat completion', () => {
  test('gives the chunks of the bare client, and records what they make', async () => {
    const { openai, bare, span } = wrapped();
    const request = {
      ...asking('What is the capital of France?'),
      stream: true as const,
      stream_options: { include_usage: true },
    };
    const expected = await read(await bare.chat.completions.create(request));

    const chunks = await read(await openai.chat.completions.create(request));

    expect(chunks).toEqual(expected);
    const recorded = await span();
    expect(recorded).toMatchObject({
      model: 'gpt-4o-mini-2024-07-18',
      finish_reason: 'stop',
      output_data: { messages: [{ role: 'assistant', content: expect.stringContaining('Paris') }] },
      tokens_input: expect.any(Number),
      usage_details: expect.any(Object),
    });
    expect(String(recorded.first_token_time) >= recorded.start_time).toBe(true);
    expect(String(recorded.first_token_time) <= String(recorded.end_time)).toBe(true);
  });

  test('keeps parallel tool calls apart', async () => {
    const { openai, span } = wrapped();

    await read(
      await openai.chat.completions.create({
        ...asking('[call:read {"path":"a"}] [call:write {"path":"b"}]'),
        tools: [tool('read'), tool('write')],
        stream: true,
      }),
    );

    expect((await span()).output_data).toMatchObject({
      messages: [
        {
          content: null,
          tool_calls: [
            { id: expect.any(String), type: 'function', function: { name: 'read', arguments: '{"path":"a"}' } },
            { id: expect.any(String), type: 'function', function: { name: 'write', arguments: '{"path":"b"}' } },
          ],
        },
      ],
    });
  });

  test('records every choice, though they arrive in turns', async () => {
    const { openai, span } = wrapped();

    await read(await openai.chat.completions.create({ ...asking('[say:one two three]'), n: 2, stream: true }));

    expect((await span()).output_data).toMatchObject({
      messages: [{ content: 'one two three' }, { content: 'one two three' }],
    });
  });

  test('is still a Stream', async () => {
    const { openai } = wrapped();

    const stream = await openai.chat.completions.create({ ...asking('Hello'), stream: true });

    expect(stream).toBeInstanceOf(Stream);
    expect(stream.controller).toBeInstanceOf(AbortController);
    expect(stream.toReadableStream()).toBeInstanceOf(ReadableStream);
    await stream.toReadableStream;
    stream.controller.abort();
  });

  test('ends when its consumer breaks out, with what was read', async () => {
    const { openai, span } = wrapped();
    const stream = await openai.chat.completions.create({ ...asking('[tokens:50]'), stream: true });

    let count = 0;
    for await (const _ of stream) if (++count === 5) break;

    expect(stream.controller.signal.aborted).toBe(true);
    expect(await span()).toMatchObject({
      events: [{ name: 'cancelled' }],
      output_data: { messages: [{ role: 'assistant' }] },
    });
  });

  test('ends when it is aborted', async () => {
    const { openai, span } = wrapped();
    const stream = await openai.chat.completions.create({ ...asking('[tokens:50] [delay:5]'), stream: true });

    let count = 0;
    for await (const _ of stream) if (++count === 3) stream.controller.abort();

    expect(await span()).toMatchObject({ events: [{ name: 'cancelled' }] });
  });

  test.each(['[disconnect:3]', '[stream-error]'])(
    'that fails midway (%s) keeps what had arrived, and the error',
    async (magic) => {
      const { openai, span } = wrapped();
      const stream = await openai.chat.completions.create({
        ...asking(`${magic} tell me about tea and coffee`),
        stream: true,
      });

      await expect(read(stream)).rejects.toThrow();

      expect(await span()).toMatchObject({
        status: 'error',
        error: expect.any(String),
        output_data: { messages: [{}] },
      });
    },
  );

  test('that is teed is recorded once', async () => {
    const { openai, span } = wrapped();
    const stream = await openai.chat.completions.create({ ...asking('[say:both]'), stream: true });

    const [left, right] = stream.tee();
    const [a, b] = await Promise.all([read(left), read(right)]);

    expect(a).toEqual(b);
    expect((await span()).output_data).toMatchObject({ messages: [{ content: 'both' }] });
  });

  test('through the stream helper is recorded, and its events come', async () => {
    const { openai, span } = wrapped();
    let text = '';

    const helper = openai.chat.completions.stream(asking('[say:hello there]'));
    helper.on('content', (delta) => {
      text += delta;
    });
    await helper.finalChatCompletion();

    expect(text).toBe('hello there');
    expect((await span()).output_data).toMatchObject({ messages: [{ content: 'hello there' }] });
  });

  test('ends the trace that returns it when it has been read', async () => {
    const { tracer, transport, openai } = wrapped();

    const stream = await tracer.trace('answer', async () =>
      openai.chat.completions.create({ ...asking('Hello'), stream: true }),
    );
    await tracer.flush();
    const before = transport.traces.length;
    await read(stream);
    await tracer.flush();

    expect(before).toBe(0);
    expect(transport.trace('answer').end_time).toBeDefined();
  });
});

describe('a wrapped client', () => {
  test('is an OpenAI client of the same type, and leaves the bare one alone', async () => {
    const { openai, bare, spans } = wrapped();

    expectTypeOf(openai).toEqualTypeOf<OpenAI>();
    expect(openai).toBeInstanceOf(OpenAI);
    expect(openai.constructor).toBe(OpenAI);
    expect(openai.baseURL).toBe(bare.baseURL);
    await bare.chat.completions.create(asking('Hello'));

    expect(await spans()).toEqual([]);
  });

  test('has the same members from one access to the next', () => {
    const { openai } = wrapped();

    expect(openai.chat).toBe(openai.chat);
    expect(openai.chat.completions).toBe(openai.chat.completions);
    expect(openai.chat.completions.create).toBe(openai.chat.completions.create);
  });

  test('does everything else as before', async () => {
    const { openai, spans } = wrapped();

    expect((await openai.models.list()).data.length).toBeGreaterThan(0);

    expect(await spans()).toEqual([]);
  });

  test('makes clients that are wrapped as well', async () => {
    const { openai, spans } = wrapped();

    await openai.withOptions({ timeout: 5000 }).chat.completions.create(asking('Hello'));

    expect(await spans()).toHaveLength(1);
  });

  test('records once when it is wrapped twice', async () => {
    const { tracer, openai, spans } = wrapped();

    await wrapOpenAI(openai, tracer).chat.completions.create(asking('Hello'));

    expect(await spans()).toHaveLength(1);
  });

  test('may be of a subclass', async () => {
    const { tracer, spans } = wrapped();
    const azure = new AzureOpenAI({ apiKey: 'key', endpoint: fake.url, apiVersion: '2024-10-21', deployment: 'mini' });

    await wrapOpenAI(azure, tracer).chat.completions.create(asking('Hello'));

    expect(await spans()).toHaveLength(1);
  });

  test('is the bare one when tracing is off', () => {
    const bare = new OpenAI({ apiKey: 'key' });

    expect(wrapOpenAI(bare, new Tracer({ enabled: false }))).toBe(bare);
  });

  test('can be a stand-in, as tests have them', async () => {
    const { tracer, spans } = wrapped();
    const answer = {
      model: 'm',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hi' } }],
    };
    const standIn = { chat: { completions: { create: async () => answer } } } as unknown as OpenAI;

    expect(await wrapOpenAI(standIn, tracer).chat.completions.create(asking('Hello'))).toBe(answer);
    expect((await spans())[0]?.output_data).toEqual({ messages: [{ role: 'assistant', content: 'hi' }] });
  });

  test('is refused where it is none', () => {
    const { tracer } = recording();

    expect(() => wrapOpenAI({} as OpenAI, tracer)).toThrow(TracerError);
  });
});
