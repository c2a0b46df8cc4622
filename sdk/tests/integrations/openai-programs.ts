import type OpenAI from 'openai';
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import type { ResponseCreateParamsNonStreaming } from 'openai/resources/responses/responses';
import { toFile } from 'openai/uploads';
import type { Program } from './transparency.ts';

type OpenAIProgram = Program<OpenAI>;
type Say = (...what: unknown[]) => void;

const model = 'gpt-4o-mini';
export const asking = (
  content: string,
  more: Partial<ChatCompletionCreateParamsNonStreaming> = {},
): ChatCompletionCreateParamsNonStreaming => ({ model, messages: [{ role: 'user', content }], ...more });

export const responding = (
  input: NonNullable<ResponseCreateParamsNonStreaming['input']>,
  more: Partial<ResponseCreateParamsNonStreaming> = {},
): ResponseCreateParamsNonStreaming => ({ model, input, ...more });

/** The same for the helpers, which add `stream` by themselves. */
const askingInPieces = asking as (...args: Parameters<typeof asking>) => Omit<ReturnType<typeof asking>, 'stream'>;
const respondingInPieces = responding as (
  ...args: Parameters<typeof responding>
) => Omit<ReturnType<typeof responding>, 'stream'>;

export const readAll = async (stream: AsyncIterable<unknown>, say: Say): Promise<void> => {
  for await (const chunk of stream) say(chunk);
};

export async function readText(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

export const weatherTool = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    description: 'The weather in a city.',
    strict: true,
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    },
  },
};

const responsesTool = { type: 'function' as const, ...weatherTool.function };
const runnable = (run: (args: { city: string }) => unknown) => ({
  type: 'function' as const,
  function: { ...weatherTool.function, parse: JSON.parse, function: run },
});

const schema = {
  type: 'object',
  properties: { word: { type: 'string' }, count: { type: 'integer' } },
  required: ['word', 'count'],
  additionalProperties: false,
};
const chatFormat = { type: 'json_schema' as const, json_schema: { name: 'greeting', strict: true, schema } };
const responseFormat = { type: 'json_schema' as const, name: 'greeting', strict: true, schema };

const audio = () => toFile(new Uint8Array(2400).fill(7), 'talk.mp3', { type: 'audio/mpeg' });
const picture = (name = 'cat.png') => toFile(new Uint8Array([137, 80, 78, 71]), name, { type: 'image/png' });

/** Listens to everything that a helper may emit. */
const events = [
  'connect,chunk,chatCompletion,message,functionToolCall,functionToolCallResult,content,content.delta,content.done',
  'refusal.delta,refusal.done,tool_calls.function.arguments.delta,tool_calls.function.arguments.done',
  'logprobs.content.delta,totalUsage,finalContent,finalMessage,finalChatCompletion,finalFunctionToolCall,error,abort,end',
  'event,response.created,response.output_text.delta,response.function_call_arguments.delta,response.completed',
].flatMap((names) => names.split(','));

function hear<Emitter>(emitter: Emitter, say: Say, but: readonly string[] = []): Emitter {
  const { on } = emitter as { on(name: string, listener: (...args: unknown[]) => void): unknown };
  for (const name of events.filter((event) => !but.includes(event)))
    on.call(emitter, name, (...args) => say(name, structuredCloneOf(args)));
  return emitter;
}

/** As it is now: helpers hand out objects that they go on changing. */
const structuredCloneOf = (args: readonly unknown[]): unknown =>
  args.map((arg) => (arg instanceof Error ? arg : JSON.parse(JSON.stringify(arg ?? null))));

/** Each by its own class of errors; where the way there is the same, a few of them do. */
const statuses = ['400', '401', '403', '404', '429', 'quota', '500', '503', 'context', 'filter', 'html'];

const someStatuses = ['400', '429', 'html'];

const each = <Case extends string>(cases: readonly Case[], title: string, program: (one: Case) => OpenAIProgram) =>
  Object.fromEntries(cases.map((one) => [title.replace('%s', one), program(one)]));

export const chatPrograms: Record<string, OpenAIProgram> = {
  'an answer': (openai) => openai.chat.completions.create(asking('What is the capital of France?')),
  'two choices': (openai) => openai.chat.completions.create(asking('[tokens:12] A story', { n: 2, seed: 7 })),
  'parallel tool calls': (openai) =>
    openai.chat.completions.create(asking('What is the weather in Paris and Tokyo?', { tools: [weatherTool] })),
  'a refusal': (openai) => openai.chat.completions.create(asking('[refuse:No.]')),
  'log probabilities': (openai) => openai.chat.completions.create(asking('Hello', { logprobs: true, top_logprobs: 2 })),
  'cached and reasoning tokens': (openai) =>
    openai.chat.completions.create(asking('[cached:4] [reasoning:9] Hello', { model: 'gpt-5' })),
  withResponse: (openai) => openai.chat.completions.create(asking('Hello')).withResponse(),
  'asResponse, whose body the program reads': (openai) => openai.chat.completions.create(asking('Hello')).asResponse(),
  'asResponse and then the value': async (openai) => {
    const promise = openai.chat.completions.create(asking('Hello'));
    const response = await promise.asResponse();
    return [response.bodyUsed, await promise, response.bodyUsed];
  },
  'the promise, awaited twice, with finally and catch': async (openai, say) => {
    const promise = openai.chat.completions.create(asking('Hello'));
    say(promise, promise instanceof Promise, Object.keys(promise), String(promise));
    await promise.finally(() => say('finally'));
    await promise.catch(() => say('catch'));
    return [await promise, Object.is(await promise, await promise)];
  },
  'nothing awaited': async (openai, say) => {
    void openai.chat.completions.create(asking('Hello')).then(say);
    await openai.chat.completions.create(asking('Hello, again'));
  },
  'an error that nobody handles': async (openai) => {
    void openai.chat.completions.create(asking('[error:400]')).then(() => {});
    void openai.chat.completions.create(asking('[error:401]'));
    await openai.models.list();
  },
  'an error that is handled late': async (openai) => {
    const promise = openai.chat.completions.create(asking('[error:403]'));
    await openai.models.list();
    return promise.catch((error: unknown) => error);
  },
  ...each(
    someStatuses,
    'error %s',
    (status) => (openai) => openai.chat.completions.create(asking(`[error:${status}]`)),
  ),
  ...each(
    statuses,
    'error %s when streaming',
    (status) => (openai) => openai.chat.completions.create({ ...asking(`[error:${status}]`), stream: true }),
  ),
  'no body at all': (openai) => openai.chat.completions.create(undefined as never),
  'an answer that breaks off': (openai) => openai.chat.completions.create(asking('[disconnect] Hello')),
  'retries that succeed': (openai) => openai.chat.completions.create(asking('[error:429*2] Hello'), { maxRetries: 2 }),
  'retries that do not': (openai) => openai.chat.completions.create(asking('[error:429]'), { maxRetries: 2 }),
  'a timeout': (openai) => openai.chat.completions.create(asking('[slow:5000]'), { timeout: 150 }),
  'a signal that aborts': (openai) =>
    openai.chat.completions.create(asking('[slow:5000]'), { signal: AbortSignal.timeout(150) }),
  'a signal that has aborted': (openai) =>
    openai.chat.completions.create(asking('Hello'), { signal: AbortSignal.abort() }),
  'headers and query of its own': (openai) =>
    openai.chat.completions.create(asking('Hello'), { headers: { 'X-Mine': 'yes' }, query: { a: '1' } }),
  'twenty at once': (openai) =>
    Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        openai.chat.completions.create(asking(`[say:number ${index}] [slow:${index % 5}]`)),
      ),
    ).then((answers) => answers.map(({ choices }) => choices)),
  'a stream': async (openai, say) =>
    readAll(await openai.chat.completions.create({ ...asking('[tokens:12] A story'), stream: true }), say),
  'a stream with usage': async (openai, say) =>
    readAll(
      await openai.chat.completions.create({
        ...asking('[tokens:12] A story', { n: 2 }),
        stream: true,
        stream_options: { include_usage: true },
      }),
      say,
    ),
  'a stream of tool calls': async (openai, say) =>
    readAll(
      await openai.chat.completions.create({
        ...asking('[call:read {"path":"a"}] [call:write {"path":"b"}]', { tools: [weatherTool] }),
        stream: true,
      }),
      say,
    ),
  'a stream, looked at': async (openai, say) => {
    const stream = await openai.chat.completions.create({ ...asking('Hello'), stream: true });
    say(Object.keys(stream), stream.controller, stream.controller.signal.aborted, String(stream));
    const iterator = stream[Symbol.asyncIterator]();
    say(Object.prototype.toString.call(iterator), Object.keys(iterator), await iterator.next());
    say(await iterator.return?.(undefined), stream.controller.signal.aborted);
    say(await iterator.next());
  },
  'a stream that is read twice': async (openai, say) => {
    const stream = await openai.chat.completions.create({ ...asking('Hello'), stream: true });
    await readAll(stream, say);
    await readAll(stream, say);
  },
  'a stream that is read by two at once': async (openai, say) => {
    const stream = await openai.chat.completions.create({ ...asking('[tokens:12] A story'), stream: true });
    const [first, second] = [stream[Symbol.asyncIterator](), stream[Symbol.asyncIterator]()];
    say(await first.next());
    say(await second.next().catch((error: unknown) => error));
    await readAll({ [Symbol.asyncIterator]: () => first }, say);
  },
  'a stream that is teed': async (openai, say) => {
    const stream = await openai.chat.completions.create({ ...asking('Hello'), stream: true });
    const [left, right] = stream.tee();
    say(left, right.controller === stream.controller);
    await Promise.all([readAll(left, say), readAll(right, say)]);
  },
  'a stream as bytes': async (openai) =>
    readText(
      (
        await openai.chat.completions.create({ ...asking('[tokens:12] A story'), stream: true })
      ).toReadableStream() as never,
    ),
  'bytes that are given up': async (openai, say) => {
    const stream = await openai.chat.completions.create({ ...asking('[tokens:12] A story'), stream: true });
    const reader = (stream.toReadableStream() as ReadableStream).getReader();
    say(await reader.read());
    say(await reader.cancel(), stream.controller.signal.aborted);
  },
  'a stream withResponse': async (openai, say) => {
    const { data, response, request_id } = await openai.chat.completions
      .create({ ...asking('Hello'), stream: true })
      .withResponse();
    say(response.status, typeof request_id);
    await readAll(data, say);
  },
  'a stream asResponse': (openai) => openai.chat.completions.create({ ...asking('Hello'), stream: true }).asResponse(),
  'a stream that is never read, and aborted': async (openai, say) => {
    const stream = await openai.chat.completions.create({ ...asking('[tokens:12] A story'), stream: true });
    stream.controller.abort();
    say(stream.controller.signal.aborted);
  },
  parse: (openai) => openai.chat.completions.parse(asking('Hello', { response_format: chatFormat })),
  'parse of tool calls': (openai) =>
    openai.chat.completions.parse(asking('What is the weather in Paris?', { tools: [weatherTool] })),
  'parse of an answer that was cut': (openai) =>
    openai.chat.completions.parse(asking('[tokens:50]', { max_tokens: 3, response_format: chatFormat })),
  'parse that fails': (openai) => openai.chat.completions.parse(asking('[error:500]')),
  'parse withResponse': (openai) =>
    openai.chat.completions.parse(asking('Hello', { response_format: chatFormat })).withResponse(),
  'parse of a tool that cannot be parsed': (openai) =>
    openai.chat.completions.parse(asking('Hello', { tools: [{ type: 'function', function: { name: 'loose' } }] })),
  'the stream helper': async (openai, say) => {
    const helper = hear(openai.chat.completions.stream(askingInPieces('[tokens:12] A story')), say);
    say(helper);
    return [await helper.finalChatCompletion(), await helper.finalContent(), helper.messages];
  },
  'the stream helper with tools': (openai, say) =>
    hear(
      openai.chat.completions.stream(
        askingInPieces('What is the weather in Paris and Tokyo?', { tools: [weatherTool] }),
      ),
      say,
    ).finalMessage(),
  'the stream helper, parsing': (openai, say) =>
    hear(
      openai.chat.completions.stream(askingInPieces('Hello', { response_format: chatFormat })),
      say,
    ).finalChatCompletion(),
  'the stream helper, iterated': async (openai, say) =>
    readAll(openai.chat.completions.stream(askingInPieces('Hello')), say),
  'the stream helper, given up': async (openai, say) => {
    const helper = openai.chat.completions.stream(askingInPieces('[tokens:12] A story'));
    for await (const chunk of helper) {
      say(chunk);
      break;
    }
    return helper.aborted;
  },
  'the stream helper, aborted': (openai, say) => {
    const helper = hear(openai.chat.completions.stream(askingInPieces('[hang:1] A story')), say);
    helper.on('chunk', () => helper.abort());
    return helper.done();
  },
  'the stream helper, failing': (openai, say) =>
    hear(openai.chat.completions.stream(askingInPieces('[stream-error:3] A story')), say).done(),
  'the stream helper, failing unheard': async (openai) => {
    openai.chat.completions.stream(askingInPieces('[error:400]'));
    for (let turn = 0; turn < 5; turn += 1) await openai.models.list();
  },
  'the stream helper as bytes': async (openai) =>
    readText(openai.chat.completions.stream(askingInPieces('Hello')).toReadableStream() as never),
  runTools: async (openai, say) => {
    const runner = hear(
      openai.chat.completions.runTools(
        asking('What is the weather in Paris and Tokyo?', { tools: [runnable(() => 'sunny')] }) as never,
      ),
      say,
    );
    return [await runner.finalContent(), runner.messages, await runner.totalUsage()];
  },
  'runTools, streamed': async (openai, say) => {
    const runner = hear(
      openai.chat.completions.runTools({
        ...asking('What is the weather in Paris?', { tools: [runnable(() => 'sunny')] }),
        stream: true,
      } as never),
      say,
    );
    return [await runner.finalContent(), runner.messages];
  },
  'runTools with a tool that fails': async (openai, say) => {
    const failing = runnable(() => {
      throw new Error('no weather today');
    });
    const runner = hear(
      openai.chat.completions.runTools(asking('What is the weather in Paris?', { tools: [failing] }) as never),
      say,
    );
    return runner.finalContent();
  },
};

export const responsesPrograms: Record<string, OpenAIProgram> = {
  'an answer': (openai) => openai.responses.create(responding('What is the capital of France?')),
  'instructions and a conversation': async (openai) => {
    const first = await openai.responses.create(responding('Hello', { instructions: 'Be brief.' }));
    return openai.responses.create(responding('And now?', { previous_response_id: first.id }));
  },
  items: (openai) =>
    openai.responses.create(
      responding([
        { role: 'user', content: [{ type: 'input_text', text: 'What is the weather in Paris?' }] },
        { type: 'function_call', call_id: 'call_1', name: 'get_weather', arguments: '{"city":"Paris"}' },
        { type: 'function_call_output', call_id: 'call_1', output: 'sunny' },
      ]),
    ),
  'tool calls': (openai) =>
    openai.responses.create(responding('What is the weather in Paris and Tokyo?', { tools: [responsesTool] })),
  'a refusal': (openai) => openai.responses.create(responding('[refuse:No.]')),
  'reasoning with a summary': (openai) =>
    openai.responses.create(responding('Hello', { model: 'gpt-5', reasoning: { summary: 'auto' } })),
  'an answer that was cut': (openai) => openai.responses.create(responding('[tokens:50]', { max_output_tokens: 4 })),
  withResponse: (openai) => openai.responses.create(responding('Hello')).withResponse(),
  asResponse: (openai) => openai.responses.create(responding('Hello')).asResponse(),
  ...each(someStatuses, 'error %s', (status) => (openai) => openai.responses.create(responding(`[error:${status}]`))),
  'retries that succeed': (openai) => openai.responses.create(responding('[error:429*1] Hello'), { maxRetries: 1 }),
  'a timeout': (openai) => openai.responses.create(responding('[slow:5000]'), { timeout: 150 }),
  'a stream': async (openai, say) =>
    readAll(await openai.responses.create({ ...responding('[tokens:12] A story'), stream: true }), say),
  'a stream of reasoning and tool calls': async (openai, say) =>
    readAll(
      await openai.responses.create({
        ...responding('What is the weather in Paris and Tokyo?', {
          model: 'gpt-5',
          reasoning: { summary: 'auto' },
          tools: [responsesTool],
        }),
        stream: true,
      }),
      say,
    ),
  'a stream that is teed': async (openai, say) => {
    const [left, right] = (await openai.responses.create({ ...responding('Hello'), stream: true })).tee();
    await readAll(left, say);
    await readAll(right, say);
  },
  'a stream as bytes': async (openai) =>
    readText((await openai.responses.create({ ...responding('Hello'), stream: true })).toReadableStream() as never),
  parse: (openai) => openai.responses.parse(responding('Hello', { text: { format: responseFormat } })),
  'parse that fails': (openai) => openai.responses.parse(responding('[error:400]')),
  'the stream helper': (openai, say) => {
    const helper = hear(openai.responses.stream(respondingInPieces('[tokens:12] A story')), say);
    say(helper);
    return helper.finalResponse();
  },
  'the stream helper, parsing': (openai, say) =>
    hear(
      openai.responses.stream(respondingInPieces('Hello', { text: { format: responseFormat } })),
      say,
    ).finalResponse(),
  'the stream helper, iterated': async (openai, say) =>
    readAll(openai.responses.stream(respondingInPieces('Hello')), say),
  'the stream helper, aborted': (openai, say) => {
    const helper = hear(openai.responses.stream(respondingInPieces('[hang:1] A story')), say);
    helper.on('event', () => helper.abort());
    return helper.done();
  },
  'the stream helper, failing': (openai, say) =>
    hear(openai.responses.stream(respondingInPieces('[stream-error:4] A story')), say).done(),
  'in the background': async (openai, say) => {
    const { id } = await openai.responses.create(responding('[tokens:12] A story', { background: true }));
    say(await openai.responses.retrieve(id));
    say(await openai.responses.retrieve(id));
    return openai.responses.retrieve(id);
  },
  'in the background, streamed later': async (openai, say) => {
    const { id } = await openai.responses.create(responding('[tokens:12] A story', { background: true }));
    await readAll(await openai.responses.retrieve(id, { stream: true }), say);
  },
  'in the background, by the helper': async (openai, say) => {
    const { id } = await openai.responses.create(responding('[tokens:12] A story', { background: true }));
    return hear(openai.responses.stream({ response_id: id }), say).finalResponse();
  },
  'in the background, cancelled': async (openai) => {
    const { id } = await openai.responses.create(responding('[tokens:12] A story', { background: true }));
    return openai.responses.cancel(id);
  },
  'retrieved, listed, deleted, gone': async (openai, say) => {
    const { id } = await openai.responses.create(responding('Hello'));
    say(await openai.responses.retrieve(id), await openai.responses.delete(id));
    return openai.responses.retrieve(id);
  },
  'its items, page by page': async (openai, say) => {
    const { id } = await openai.responses.create(responding('Hello'));
    await readAll(openai.responses.inputItems.list(id), say);
  },
};

export const otherPrograms: Record<string, OpenAIProgram> = {
  'an embedding': (openai) =>
    openai.embeddings.create({ model: 'text-embedding-3-small', input: 'tea', dimensions: 8 }),
  'embeddings as base64': (openai) =>
    openai.embeddings.create({
      model: 'text-embedding-3-small',
      input: ['tea', 'coffee'],
      dimensions: 8,
      encoding_format: 'base64',
    }),
  'embeddings as numbers, withResponse': (openai) =>
    openai.embeddings
      .create({ model: 'text-embedding-3-small', input: [[1, 2, 3]], dimensions: 8, encoding_format: 'float' })
      .withResponse(),
  'an embedding that fails': (openai) => openai.embeddings.create({ model: 'm', input: '[error:429]' }),
  'an image': (openai) => openai.images.generate({ model: 'gpt-image-1', prompt: 'a cat' }),
  'images by address': (openai) => openai.images.generate({ model: 'dall-e-3', prompt: 'a cat', n: 2 }),
  'an image that fails': (openai) => openai.images.generate({ prompt: '[error:filter] a cat' }),
  'an image, streamed': async (openai, say) =>
    readAll(
      (await openai.images.generate({
        model: 'gpt-image-1',
        prompt: 'a cat',
        stream: true,
        partial_images: 2,
      })) as unknown as AsyncIterable<unknown>,
      say,
    ),
  'an image edited': async (openai) =>
    openai.images.edit({ model: 'gpt-image-1', image: [await picture(), await picture('dog.png')], prompt: 'a hat' }),
  'a variation': async (openai) => openai.images.createVariation({ image: await picture() }),
  speech: (openai) => openai.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'Hello' }),
  'speech that fails': (openai) => openai.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: '[error:500]' }),
  'a transcription': async (openai) =>
    openai.audio.transcriptions.create({ model: 'gpt-4o-transcribe', file: await audio(), prompt: 'tea' }),
  'a transcription as text': async (openai) =>
    openai.audio.transcriptions.create({ model: 'whisper-1', file: await audio(), response_format: 'text' }),
  'a transcription, verbose': async (openai) =>
    openai.audio.transcriptions.create({ model: 'whisper-1', file: await audio(), response_format: 'verbose_json' }),
  'a transcription, streamed': async (openai, say) =>
    readAll(
      await openai.audio.transcriptions.create({ model: 'gpt-4o-transcribe', file: await audio(), stream: true }),
      say,
    ),
  'a translation': async (openai) => openai.audio.translations.create({ model: 'whisper-1', file: await audio() }),
  'a moderation': (openai) =>
    openai.moderations.create({ model: 'omni-moderation-latest', input: ['violence', 'a cup of tea'] }),
  'a text completion': (openai) =>
    openai.completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'Hello', stream: false }),
  'a text completion, streamed': async (openai, say) =>
    readAll(
      await openai.completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: '[tokens:12] A story', stream: true }),
      say,
    ),
  'the models, page by page': async (openai, say) => readAll(openai.models.list(), say),
  'a model, withResponse': (openai) => openai.models.retrieve('gpt-4o').withResponse(),
  'a model that does not exist': (openai) => openai.models.retrieve('does-not-exist'),
  'a resource that the server does not have': (openai) => openai.files.list(),
  'requests by hand': async (openai) => [
    await openai.get('/models/gpt-4o'),
    await openai.post('/chat/completions', { body: asking('Hello') }),
  ],
  'options of a client': async (openai, say) => {
    const other = openai.withOptions({ timeout: 1234, defaultHeaders: { 'X-Mine': 'yes' } });
    say(other.timeout, other.constructor === openai.constructor);
    return other.chat.completions.create(asking('Hello'));
  },
  'a client, looked at': async (openai, say) => {
    say(Object.keys(openai), Object.keys(openai.chat), Object.keys(openai.chat.completions), String(openai));
    say(openai.constructor.name, openai.chat.completions.constructor.name, openai.buildURL('/a', { b: 1 }));
    say(
      'chat' in openai,
      Object.is(openai.chat, openai.chat),
      Object.is(openai.chat.completions.create, openai.chat.completions.create),
    );
    say(openai.chat.completions.create.name, openai.chat.completions.create.length);
    say((openai.chat as unknown as { _client: unknown })._client === openai);
    openai.baseURL = `${openai.baseURL}/`;
    openai.timeout = 4321;
    say(openai.timeout, (await openai.models.list()).data.length);
  },
};
