import OpenAI, { AzureOpenAI } from 'openai';
import { LengthFinishReasonError } from 'openai/core/error';
import { toFile } from 'openai/uploads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wrapOpenAI } from '../../src/integrations/openai.ts';
import { recording } from '../recording.ts';
import { asking, responding, weatherTool } from './openai-programs.ts';
import { type FakeLlm, openAIMajors, startProvider } from './providers.ts';

// What is stored equals what the provider answered, to the token.

let fake: FakeLlm;
beforeAll(async () => {
  fake = await startProvider();
});
afterAll(() => fake.close());

const start = (
  create: (fake: FakeLlm) => OpenAI = (server) =>
    new OpenAI({ apiKey: 'key', baseURL: server.openaiBaseUrl, maxRetries: 0 }),
  options?: Parameters<typeof wrapOpenAI>[2],
) => {
  const { tracer, transport } = recording();
  const bare = create(fake);
  const openai = wrapOpenAI(bare, tracer, options);
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
  return { tracer, transport, bare, openai, spans, span };
};

const readAll = async <Chunk>(stream: AsyncIterable<Chunk>): Promise<Chunk[]> => {
  const chunks: Chunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
};

/** A client whose answers say that they were served in a tier, whatever was asked for. */
const servedIn =
  (tier: string, create: (fake: FakeLlm) => OpenAI) =>
  (server: FakeLlm): OpenAI =>
    create(server).withOptions({
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        const body = (await response.text()).replaceAll('"service_tier":"default"', `"service_tier":"${tier}"`);
        return new Response(body, { headers: { 'content-type': response.headers.get('content-type') ?? '' } });
      },
    });

const tools = ['read', 'write'].map((name) => ({
  type: 'function' as const,
  function: { name, parameters: { type: 'object', properties: {} } },
}));
const responseTools = tools.map(({ type, function: { name, parameters } }) => ({
  type,
  name,
  parameters,
  strict: false,
}));

const answers = {
  'a text': ['[cached:3] What is the capital of France?', {}],
  'parallel tool calls': ['[call:read {"path":"a"}] [call:write {"path":"b","deep":{"er":[1,2]}}]', { tools }],
  'a refusal': ['[refuse:I would rather not.]', {}],
  reasoning: ['[reasoning:77] Hello', { model: 'gpt-5-mini' }],
} as const;

describe.each(openAIMajors)('%s', (_major, create) => {
  describe.each(Object.entries(answers))('of %s in a chat', (_title, [prompt, more]) => {
    test('tokens, finish and message are those of the answer, plain and streamed', async () => {
      const plain = start(create);
      const { usage, choices, model } = await plain.openai.chat.completions.create(asking(prompt, more as object));
      const streamed = start(create);
      await readAll(
        await streamed.openai.chat.completions.create({
          ...asking(prompt, more as object),
          stream: true,
          stream_options: { include_usage: true },
        }),
      );

      const [message] = choices.map((choice) => choice.message);
      const expected = {
        model,
        finish_reason: choices[0]?.finish_reason,
        tokens_input: usage?.prompt_tokens,
        tokens_output: usage?.completion_tokens,
        tokens_cache_read: usage?.prompt_tokens_details?.cached_tokens,
        tokens_reasoning: usage?.completion_tokens_details?.reasoning_tokens,
        usage_details: usage,
        output_data: {
          messages: [
            {
              role: 'assistant',
              content: message?.content,
              ...(message?.refusal ? { refusal: message.refusal } : {}),
              ...(message?.tool_calls ? { tool_calls: message.tool_calls } : {}),
            },
          ],
        },
      };
      expect(await plain.span()).toMatchObject(expected);
      expect(await streamed.span()).toMatchObject(expected);
      expect((await streamed.span()).first_token_time).toBeDefined();
    });
  });

  // A server prices by the tier in the usage: nobody asked for it here, so the parameters do not have it.
  test.each(['flex', 'priority'])('the usage says that an answer was served in tier %s', async (tier) => {
    const { openai, spans } = start(servedIn(tier, create));
    const chat = await openai.chat.completions.create(asking('Hello'));
    await readAll(
      await openai.chat.completions.create({
        ...asking('Hello'),
        stream: true,
        stream_options: { include_usage: true },
      }),
    );
    const response = await openai.responses.create(responding('Hello'));
    await readAll(await openai.responses.create({ ...responding('Hello'), stream: true }));

    expect((await spans()).map((span) => span.usage_details)).toEqual([
      { ...chat.usage, service_tier: tier },
      { ...chat.usage, service_tier: tier },
      { ...response.usage, service_tier: tier },
      { ...response.usage, service_tier: tier },
    ]);
  });

  describe.each(Object.entries(answers))('of %s in a response', (_title, [prompt, more]) => {
    test('tokens, finish and message are those of the answer, plain and streamed', async () => {
      const request = responding(prompt, {
        ...(more as object),
        ...('tools' in more ? { tools: responseTools } : {}),
        ...('model' in more ? { reasoning: { summary: 'auto' } } : {}),
      });
      const plain = start(create);
      const { usage, status, output, model, output_text, id } = await plain.openai.responses.create(request);
      const streamed = start(create);
      await readAll(await streamed.openai.responses.create({ ...request, stream: true }));

      const calls = output.flatMap((item) =>
        item.type === 'function_call'
          ? [{ id: item.call_id, type: 'function', function: { name: item.name, arguments: item.arguments } }]
          : [],
      );
      const [summary] = output.flatMap((item) => (item.type === 'reasoning' ? item.summary : []));
      const isRefusal = prompt.startsWith('[refuse');
      const expected = {
        model,
        finish_reason: status,
        tokens_input: usage?.input_tokens,
        tokens_output: usage?.output_tokens,
        tokens_cache_read: usage?.input_tokens_details.cached_tokens,
        tokens_reasoning: usage?.output_tokens_details.reasoning_tokens,
        usage_details: usage,
        output_data: {
          messages: [
            {
              role: 'assistant',
              content: output_text === '' ? null : output_text,
              ...(summary === undefined ? {} : { reasoning: summary.text }),
              ...(isRefusal ? { refusal: 'I would rather not.' } : {}),
              ...(calls.length > 0 ? { tool_calls: calls } : {}),
            },
          ],
        },
      };
      expect(await plain.span()).toMatchObject({ ...expected, metadata: { id } });
      expect((await plain.span()).output_data).toEqual(expected.output_data);
      expect(await streamed.span()).toMatchObject(expected);
      expect((await streamed.span()).first_token_time).toBeDefined();
    });
  });

  test('a response that is given up keeps what had been read', async () => {
    const { openai, span } = start(create);
    let text = '';
    for await (const event of await openai.responses.create({ ...responding('[tokens:20]'), stream: true })) {
      if (event.type === 'response.output_text.delta') text += event.delta;
      if (text.split(' ').length > 4) break;
    }

    expect(await span()).toMatchObject({
      output_data: { messages: [{ role: 'assistant', content: text }] },
      events: [{ name: 'cancelled' }],
    });
  });

  test('a call whose arguments are cut off keeps them as far as they came', async () => {
    const { openai, span } = start(create);
    let count = 0;
    const request = responding('[call:read {"path":"a long path"}]', { tools: responseTools });
    let written = '';
    for await (const event of await openai.responses.create({ ...request, stream: true })) {
      if (event.type !== 'response.function_call_arguments.delta') continue;
      written += event.delta;
      count += 1;
      if (count === 3) break;
    }

    expect(await span()).toMatchObject({
      output_data: { messages: [{ tool_calls: [{ function: { name: 'read', arguments: written } }] }] },
    });
  });
});

describe('a response', () => {
  test('is recorded with its input as messages', async () => {
    const { openai, span } = start();
    await openai.responses.create(
      responding(
        [
          { role: 'user', content: [{ type: 'input_text', text: 'What is the weather?' }] },
          { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'A tool knows.' }] },
          { type: 'function_call', call_id: 'c1', name: 'read', arguments: '{"city":"Paris"}' },
          { type: 'function_call_output', call_id: 'c1', output: 'sunny' },
          { role: 'assistant', content: 'Sunny.' },
          {
            role: 'user',
            content: [
              { type: 'input_text', text: 'Thanks' },
              { type: 'input_image', detail: 'auto', image_url: 'https://example.com/a.png' },
            ],
          },
        ],
        { instructions: 'Be brief.', temperature: 0.5 },
      ),
    );

    expect(await span()).toMatchObject({
      name: 'chat gpt-4o-mini',
      span_type: 'llm',
      provider: 'openai',
      model_parameters: { temperature: 0.5 },
      input_data: {
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'What is the weather?' },
          {
            role: 'assistant',
            content: null,
            reasoning: 'A tool knows.',
            tool_calls: [{ id: 'c1', type: 'function', function: { name: 'read', arguments: '{"city":"Paris"}' } }],
          },
          { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
          { role: 'assistant', content: 'Sunny.' },
          { role: 'user', content: [{ type: 'text', text: 'Thanks' }, { type: 'input_image' }] },
        ],
      },
    });
  });

  test('that was cut says why', async () => {
    const { openai, span } = start();

    await openai.responses.create(responding('[tokens:50]', { max_output_tokens: 4 }));

    expect((await span()).finish_reason).toBe('max_output_tokens');
  });

  const inBackground = responding('A story', { background: true });

  test('made in the background is recorded once, below the call that began it', async () => {
    const { tracer, openai, spans } = start();
    const { id } = await tracer.span('outer', () => openai.responses.create(inBackground));
    await openai.responses.retrieve(id);
    const { usage } = await openai.responses.retrieve(id);
    await openai.responses.retrieve(id);
    await readAll(await openai.responses.retrieve(id, { stream: true }));

    const [begun, outer, done, ...others] = await spans();
    expect(others).toEqual([]);
    expect(begun).toMatchObject({ parent_span_id: outer?.span_id, finish_reason: 'queued' });
    expect(begun).not.toHaveProperty('tokens_output');
    expect(done).toMatchObject({
      trace_id: outer?.trace_id,
      parent_span_id: begun?.span_id,
      finish_reason: 'completed',
      tokens_output: usage?.output_tokens,
      output_data: { messages: [{ role: 'assistant' }] },
    });
    expect(String(done?.start_time) >= String(begun?.start_time)).toBe(true);
  });

  test('made in the background by another process is recorded where it is first seen done', async () => {
    const elsewhere = start();
    const { id } = await elsewhere.bare.responses.create(inBackground);
    const { tracer, openai, spans } = start();
    await tracer.span('poll', async () => {
      await openai.responses.retrieve(id);
      await openai.responses.retrieve(id);
      await openai.responses.retrieve(id);
    });

    const [done, poll, ...others] = await spans();
    expect(others).toEqual([]);
    expect(done).toMatchObject({ name: expect.stringContaining('chat'), parent_span_id: poll?.span_id });
  });

  test('that is stored is not counted again when it is retrieved', async () => {
    const { openai, spans } = start();
    const { id } = await openai.responses.create(responding('Hello'));
    await openai.responses.retrieve(id);

    expect(await spans()).toHaveLength(1);
  });

  test('that is cancelled in the background says so', async () => {
    const { openai, spans } = start();
    const { id } = await openai.responses.create(inBackground);
    await openai.responses.cancel(id);

    expect((await spans()).map((span) => span.finish_reason)).toEqual(['queued', 'cancelled']);
  });

  test('streamed in the background is recorded by its stream, and not by a later look', async () => {
    const { openai, spans } = start();
    let id = '';
    for await (const event of await openai.responses.create({ ...inBackground, stream: true }))
      if (event.type === 'response.completed') id = event.response.id;
    await openai.responses.retrieve(id);
    await openai.responses.retrieve(id);

    expect((await spans()).map((span) => span.finish_reason)).toEqual(['completed']);
  });
});

describe('usage that the program did not ask for', () => {
  const streaming = { ...asking('A story', { n: 2 }), stream: true as const };

  test.each(openAIMajors)('is recorded, and not seen, with %s', async (_major, create) => {
    const { bare, openai, span } = start(create, { streamUsage: true });
    const expected = await readAll(await bare.chat.completions.create(streaming));

    const chunks = await readAll(await openai.chat.completions.create(streaming));

    expect(chunks).toEqual(expected);
    expect(fake.requests.at(-1)?.body.stream_options).toEqual({ include_usage: true });
    expect(streaming).not.toHaveProperty('stream_options');
    const { usage } = await bare.chat.completions.create({ ...streaming, stream: false });
    expect(await span()).toMatchObject({ tokens_output: usage?.completion_tokens, usage_details: usage });
  });

  test('is asked for by the helper as well, which does not see it either', async () => {
    const { bare, openai, span } = start(undefined, { streamUsage: true });
    const expected = await bare.chat.completions.stream(asking('A story') as never).finalChatCompletion();

    const completion = await openai.chat.completions.stream(asking('A story') as never).finalChatCompletion();

    expect(completion).toEqual(expected);
    expect((await span()).tokens_output).toBeGreaterThan(0);
  });

  test.each([true, false])('is the program’s own business where it said %s', async (include_usage) => {
    const { bare, openai } = start(undefined, { streamUsage: true });
    const request = { ...streaming, stream_options: { include_usage } };
    const expected = await readAll(await bare.chat.completions.create(request));

    expect(await readAll(await openai.chat.completions.create(request))).toEqual(expected);
    expect(fake.requests.at(-1)?.body).toEqual(fake.requests.at(-2)?.body);
  });

  test('is not asked for by itself', async () => {
    const { openai, span } = start();
    await readAll(await openai.chat.completions.create(streaming));

    expect(await span()).not.toHaveProperty('tokens_output');
  });
});

describe('other calls', () => {
  test('an embedding is recorded with its tokens, and without its vectors', async () => {
    const { openai, span } = start();
    const { usage } = await openai.embeddings.create({
      model: 'text-embedding-3-small',
      input: ['tea', 'coffee'],
      dimensions: 8,
    });

    expect(await span()).toMatchObject({
      name: 'embeddings text-embedding-3-small',
      span_type: 'embedding',
      input_data: { input: ['tea', 'coffee'] },
      output_data: { count: 2, dimensions: 8 },
      model_parameters: { dimensions: 8 },
      tokens_input: usage.prompt_tokens,
      usage_details: usage,
    });
  });

  test.each([false, true])('an image is recorded with its tokens (streamed: %s)', async (isStreamed) => {
    const { openai, span } = start();
    const request = { model: 'gpt-image-1', prompt: 'a cat', partial_images: 1 };
    if (isStreamed) await readAll(await openai.images.generate({ ...request, stream: true }));
    else await openai.images.generate(request);

    expect(await span()).toMatchObject({
      name: 'images.generate gpt-image-1',
      span_type: 'llm',
      input_data: { prompt: 'a cat' },
      tokens_output: 272,
      usage_details: { output_tokens: 272 },
    });
    expect(JSON.stringify((await span()).output_data)).toContain('b64_json');
  });

  test('of files it is recorded which they are', async () => {
    const { openai, spans } = start();
    const picture = await toFile(new Uint8Array(5), 'cat.png', { type: 'image/png' });
    const talk = await toFile(new Uint8Array(2400), 'talk.mp3', { type: 'audio/mpeg' });
    await openai.images.edit({ model: 'gpt-image-1', image: [picture], prompt: 'a hat' });
    const { text } = await openai.audio.transcriptions.create({ model: 'gpt-4o-transcribe', file: talk });

    const [edit, transcription] = await spans();
    expect(edit?.input_data).toEqual({
      prompt: 'a hat',
      image: [{ name: 'cat.png', type: 'image/png', byte_length: 5 }],
    });
    expect(transcription).toMatchObject({
      name: 'audio.transcription gpt-4o-transcribe',
      input_data: { file: { name: 'talk.mp3', type: 'audio/mpeg', byte_length: 2400 } },
      output_data: { text },
      tokens_input: 14,
    });
  });

  test('a transcription that is streamed, or is a text, is recorded whole', async () => {
    const { openai, spans } = start();
    const file = () => toFile(new Uint8Array(2400), 'talk.mp3');
    const events = await readAll(
      await openai.audio.transcriptions.create({ model: 'gpt-4o-transcribe', file: await file(), stream: true }),
    );
    const text = await openai.audio.transcriptions.create({
      model: 'whisper-1',
      file: await file(),
      response_format: 'text',
    });

    const [streamed, plain] = await spans();
    expect(streamed?.output_data).toMatchObject({ text: (events.at(-1) as { text: string }).text });
    expect(plain?.output_data).toEqual({ text });
  });

  test('speech is recorded by what was said; its bytes are left to the program', async () => {
    const { openai, span } = start();
    const response = await openai.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'Hello' });

    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(0);
    expect(await span()).toMatchObject({
      name: 'audio.speech tts-1',
      input_data: { input: 'Hello' },
      model_parameters: { voice: 'alloy' },
      output_data: { content_type: 'audio/mpeg' },
    });
  });

  test('a moderation is recorded with its results', async () => {
    const { openai, span } = start();
    const { results } = await openai.moderations.create({ model: 'omni-moderation-latest', input: 'violence' });

    expect(await span()).toMatchObject({ name: 'moderation omni-moderation-latest', output_data: { results } });
  });

  test.each([false, true])('a text completion is recorded as messages (streamed: %s)', async (stream) => {
    const { openai, span } = start();
    const request = { model: 'gpt-3.5-turbo-instruct', prompt: '[say:one two]' };
    const answer = await openai.completions.create({ ...request, stream });
    if (Symbol.asyncIterator in answer) await readAll(answer);

    expect(await span()).toMatchObject({
      input_data: { messages: [{ role: 'user', content: '[say:one two]' }] },
      output_data: { messages: [{ role: 'assistant', content: 'one two' }] },
      finish_reason: 'stop',
    });
  });
});

describe('a call', () => {
  test('that is tried again is one span', async () => {
    const { openai, span } = start();
    await openai.chat.completions.create(asking('[error:429*2] Hello'), { maxRetries: 2 });

    expect(await span()).not.toHaveProperty('error');
  });

  test('of twenty at once is recorded in its own place', async () => {
    const { tracer, openai, spans } = start();
    const names = Array.from({ length: 20 }, (_, index) => `number ${index}`);
    await Promise.all(
      names.map((name, index) =>
        tracer.span(name, () => openai.chat.completions.create(asking(`[say:${name}] [slow:${(index * 7) % 10}]`))),
      ),
    );

    const all = await spans();
    for (const name of names) {
      const parent = all.find((span) => span.name === name);
      const [call, ...others] = all.filter((span) => span.parent_span_id === parent?.span_id);
      expect(others).toEqual([]);
      expect(call?.output_data).toEqual({ messages: [{ role: 'assistant', content: name }] });
    }
  });

  test('whose answer its helper cannot parse keeps the answer, and says so', async () => {
    const { openai, span } = start();
    const request = asking('[no-tools] [tokens:50]', { tools: [weatherTool], max_tokens: 3 });

    await expect(openai.chat.completions.parse(request)).rejects.toThrow(LengthFinishReasonError);

    expect(await span()).toMatchObject({
      status: 'error',
      error: expect.stringContaining('length'),
      finish_reason: 'length',
      tokens_output: 3,
      output_data: { messages: [{ content: expect.any(String) }] },
    });
  });

  test('through an Azure client says so', async () => {
    const { openai, span } = start(
      (server) =>
        new AzureOpenAI({ apiKey: 'key', endpoint: server.url, apiVersion: '2024-10-21', deployment: 'gpt-4o-mini' }),
    );
    await openai.chat.completions.create(asking('Hello'));

    expect(await span()).toMatchObject({ provider: 'azure', model: 'gpt-4o-mini-2024-07-18' });
  });

  test('to a compatible service says whose it is', async () => {
    const { openai, span } = start(undefined, { provider: 'groq' });
    await openai.chat.completions.create(asking('Hello'));

    expect((await span()).provider).toBe('groq');
  });

  test('in a trace that is not recorded leaves no trace of itself', async () => {
    const { tracer, openai, spans } = start();
    await tracer.trace('quiet', { sampled: false }, () => openai.chat.completions.create(asking('Hello')));

    expect(await spans()).toEqual([]);
  });
});
