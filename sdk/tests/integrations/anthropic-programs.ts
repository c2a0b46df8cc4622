import type Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import { readAll, readText } from './openai-programs.ts';
import type { Program } from './transparency.ts';

type AnthropicProgram = Program<Anthropic>;
type Say = (...what: unknown[]) => void;

export const telling = (
  content: MessageCreateParamsNonStreaming['messages'][number]['content'],
  more: Partial<MessageCreateParamsNonStreaming> = {},
): MessageCreateParamsNonStreaming => ({
  model: 'claude-haiku-4-5',
  max_tokens: 500,
  messages: [{ role: 'user', content }],
  ...more,
});

/** The same for the helpers, which add `stream` by themselves. */
const tellingInPieces = telling as (...args: Parameters<typeof telling>) => Omit<ReturnType<typeof telling>, 'stream'>;

export const weatherTool = {
  name: 'get_weather',
  description: 'The weather in a city.',
  input_schema: {
    type: 'object' as const,
    properties: { city: { type: 'string' as const } },
    required: ['city' as const],
    additionalProperties: false as const,
  },
};

const thinking = { type: 'enabled' as const, budget_tokens: 1024 };
const format = {
  type: 'json_schema' as const,
  schema: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'], additionalProperties: false },
};

const runnable = (run: () => string) =>
  betaTool({
    name: weatherTool.name,
    description: weatherTool.description,
    inputSchema: weatherTool.input_schema,
    run,
  });

const events =
  'connect,streamEvent,text,citation,inputJson,thinking,signature,message,contentBlock,finalMessage,error,abort,end';

function hear<Emitter>(emitter: Emitter, say: Say): Emitter {
  const { on } = emitter as { on(name: string, listener: (...args: unknown[]) => void): unknown };
  for (const name of events.split(','))
    on.call(emitter, name, (...args) =>
      say(
        name,
        args.map((arg) => (arg instanceof Error ? arg : JSON.parse(JSON.stringify(arg ?? null)))),
      ),
    );
  return emitter;
}

const statuses = ['400', '401', '403', '404', '413', '429', '500', '529', 'context'];

const each = (title: string, program: (status: string) => AnthropicProgram): Record<string, AnthropicProgram> =>
  Object.fromEntries(statuses.map((status) => [title.replace('%s', status), program(status)]));

export const messagePrograms: Record<string, AnthropicProgram> = {
  'an answer': (anthropic) => anthropic.messages.create(telling('What is the capital of France?')),
  'a system prompt and blocks': (anthropic) =>
    anthropic.messages.create(
      telling([{ type: 'text', text: 'Hello' }], { system: [{ type: 'text', text: 'Be brief.' }] }),
    ),
  'parallel tools': (anthropic) =>
    anthropic.messages.create(telling('What is the weather in Paris and Tokyo?', { tools: [weatherTool] })),
  'results of tools': (anthropic) =>
    anthropic.messages.create({
      ...telling('What is the weather in Paris?', { tools: [weatherTool] }),
      messages: [
        { role: 'user', content: 'What is the weather in Paris?' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'get_weather', input: { city: 'Paris' } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: 'sunny' }] },
      ],
    }),
  thinking: (anthropic) => anthropic.messages.create(telling('Hello', { thinking, max_tokens: 2000 })),
  'a redacted thought': (anthropic) =>
    anthropic.messages.create(telling('[redacted] Hello', { thinking, max_tokens: 2000 })),
  'cached tokens': async (anthropic, say) => {
    const cached = telling([{ type: 'text', text: 'A long text. '.repeat(30), cache_control: { type: 'ephemeral' } }]);
    say(await anthropic.messages.create(cached));
    say(await anthropic.messages.create(cached));
  },
  'a stop sequence': (anthropic) =>
    anthropic.messages.create(telling('[say:one STOP two]', { stop_sequences: ['STOP'] })),
  withResponse: (anthropic) => anthropic.messages.create(telling('Hello')).withResponse(),
  asResponse: (anthropic) => anthropic.messages.create(telling('Hello')).asResponse(),
  'the promise, looked at': async (anthropic, say) => {
    const promise = anthropic.messages.create(telling('Hello'));
    say(promise, promise instanceof Promise, Object.keys(promise), String(promise));
    await promise.finally(() => say('finally'));
    return promise.catch(() => say('catch'));
  },
  'an error that nobody handles': async (anthropic) => {
    void anthropic.messages.create(telling('[error:400]')).then(() => {});
    void anthropic.messages.create(telling('[error:401]'));
    await anthropic.models.list();
  },
  ...each('error %s', (status) => (anthropic) => anthropic.messages.create(telling(`[error:${status}]`))),
  ...each(
    'error %s when streaming',
    (status) => (anthropic) => anthropic.messages.create({ ...telling(`[error:${status}]`), stream: true }),
  ),
  'no body at all': (anthropic) => anthropic.messages.create(undefined as never),
  'an answer that breaks off': (anthropic) => anthropic.messages.create(telling('[disconnect] Hello')),
  'retries that succeed': (anthropic) => anthropic.messages.create(telling('[error:429*2] Hello'), { maxRetries: 2 }),
  'retries that do not': (anthropic) => anthropic.messages.create(telling('[error:429]'), { maxRetries: 2 }),
  'a timeout': (anthropic) => anthropic.messages.create(telling('[slow:5000]'), { timeout: 150 }),
  'a signal that aborts': (anthropic) =>
    anthropic.messages.create(telling('[slow:5000]'), { signal: AbortSignal.timeout(150) }),
  'twenty at once': (anthropic) =>
    Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        anthropic.messages.create(telling(`[say:number ${index}] [slow:${index % 5}]`)),
      ),
    ),
  'a stream': async (anthropic, say) =>
    readAll(await anthropic.messages.create({ ...telling('A story'), stream: true }), say),
  'a stream of thinking and tools': async (anthropic, say) =>
    readAll(
      await anthropic.messages.create({
        ...telling('What is the weather in Paris and Tokyo?', { tools: [weatherTool], thinking, max_tokens: 2000 }),
        stream: true,
      }),
      say,
    ),
  'a stream, looked at': async (anthropic, say) => {
    const stream = await anthropic.messages.create({ ...telling('Hello'), stream: true });
    say(Object.keys(stream), stream.controller, String(stream));
    const iterator = stream[Symbol.asyncIterator]();
    say(Object.prototype.toString.call(iterator), Object.keys(iterator), await iterator.next());
    say(await iterator.return?.(undefined), stream.controller.signal.aborted);
  },
  'a stream that is teed': async (anthropic, say) => {
    const [left, right] = (await anthropic.messages.create({ ...telling('Hello'), stream: true })).tee();
    await Promise.all([readAll(left, say), readAll(right, say)]);
  },
  'a stream as bytes': async (anthropic) =>
    readText((await anthropic.messages.create({ ...telling('Hello'), stream: true })).toReadableStream() as never),
  'a stream withResponse': async (anthropic, say) => {
    const { data, response } = await anthropic.messages.create({ ...telling('Hello'), stream: true }).withResponse();
    say(response.status);
    await readAll(data, say);
  },
  'a stream that is never read, and aborted': async (anthropic) => {
    (await anthropic.messages.create({ ...telling('A story'), stream: true })).controller.abort();
  },
  'the stream helper': async (anthropic, say) => {
    const helper = hear(anthropic.messages.stream(tellingInPieces('A story')), say);
    return [await helper.finalMessage(), await helper.finalText(), helper.messages, typeof helper.request_id];
  },
  'the stream helper with tools': (anthropic, say) =>
    hear(
      anthropic.messages.stream(tellingInPieces('What is the weather in Paris?', { tools: [weatherTool] })),
      say,
    ).finalMessage(),
  'the stream helper, iterated': async (anthropic, say) =>
    readAll(anthropic.messages.stream(tellingInPieces('Hello')), say),
  'the stream helper, given up': async (anthropic, say) => {
    const helper = anthropic.messages.stream(tellingInPieces('A story'));
    for await (const event of helper) {
      say(event);
      break;
    }
    return helper.aborted;
  },
  'the stream helper, aborted': (anthropic, say) => {
    const helper = hear(anthropic.messages.stream(tellingInPieces('[hang:1] A story')), say);
    helper.on('streamEvent', () => helper.abort());
    return helper.done();
  },
  'the stream helper, failing': (anthropic, say) =>
    hear(anthropic.messages.stream(tellingInPieces('[stream-error:4] A story')), say).done(),
  'the stream helper, failing unheard': async (anthropic) => {
    anthropic.messages.stream(tellingInPieces('[error:400]'));
    for (let turn = 0; turn < 5; turn += 1) await anthropic.models.list();
  },
  'the stream helper withResponse': async (anthropic, say) => {
    const { data, response } = await anthropic.messages.stream(tellingInPieces('Hello')).withResponse();
    say(response.status);
    return data.finalText();
  },
  parse: (anthropic) => anthropic.messages.parse(telling('Hello', { output_config: { format } })),
  'parse that fails': (anthropic) => anthropic.messages.parse(telling('[error:400]', { output_config: { format } })),
  'tokens counted': (anthropic) =>
    anthropic.messages.countTokens({ model: 'claude-haiku-4-5', messages: [{ role: 'user', content: 'Hello' }] }),
};

export const betaPrograms: Record<string, AnthropicProgram> = {
  'an answer': (anthropic) => anthropic.beta.messages.create({ ...telling('Hello'), betas: ['context-1m-2025-08-07'] }),
  'a stream': async (anthropic, say) =>
    readAll(await anthropic.beta.messages.create({ ...telling('Hello'), stream: true }), say),
  'the stream helper': (anthropic, say) =>
    hear(anthropic.beta.messages.stream(tellingInPieces('A story')), say).finalMessage(),
  parse: (anthropic) => anthropic.beta.messages.parse(telling('Hello', { output_config: { format } })),
  'error 400': (anthropic) => anthropic.beta.messages.create(telling('[error:400]')),
  'the tool runner': (anthropic) =>
    anthropic.beta.messages.toolRunner({
      ...telling('What is the weather in Paris and Tokyo?'),
      tools: [runnable(() => 'sunny')],
    } as never),
  'the tool runner, message by message': async (anthropic, say) =>
    readAll(
      anthropic.beta.messages.toolRunner({
        ...telling('What is the weather in Paris?'),
        tools: [runnable(() => 'sunny')],
      } as never),
      say,
    ),
  'the tool runner, streamed': async (anthropic, say) => {
    const runner = anthropic.beta.messages.toolRunner({
      ...telling('What is the weather in Paris?'),
      tools: [runnable(() => 'sunny')],
      stream: true,
    } as never) as unknown as AsyncIterable<AsyncIterable<unknown>>;
    for await (const stream of runner) await readAll(stream, say);
  },
  'the tool runner with a tool that fails': (anthropic) =>
    anthropic.beta.messages.toolRunner({
      ...telling('What is the weather in Paris?'),
      tools: [
        runnable(() => {
          throw new Error('no weather today');
        }),
      ],
    } as never),
};

export const clientPrograms: Record<string, AnthropicProgram> = {
  'the models, page by page': async (anthropic, say) => readAll(anthropic.models.list(), say),
  'a model withResponse': (anthropic) => anthropic.models.retrieve('claude-haiku-4-5').withResponse(),
  'a resource that the server does not have': (anthropic) => anthropic.messages.batches.list(),
  'requests by hand': (anthropic) => anthropic.post('/v1/messages', { body: telling('Hello') }),
  'options of a client': async (anthropic, say) => {
    const other = anthropic.withOptions({ timeout: 1234, defaultHeaders: { 'X-Mine': 'yes' } });
    say(other.timeout, other.constructor === anthropic.constructor);
    return other.messages.create(telling('Hello'));
  },
  'a client, looked at': (anthropic, say) => {
    say(Object.keys(anthropic), Object.keys(anthropic.messages), Object.keys(anthropic.beta), String(anthropic));
    say(anthropic.constructor.name, anthropic.messages.constructor.name, anthropic.buildURL('/a', { b: 1 }, undefined));
    say(
      Object.is(anthropic.messages, anthropic.messages),
      Object.is(anthropic.messages.create, anthropic.messages.create),
    );
    say(anthropic.messages.create.name, anthropic.messages.create.length);
    say((anthropic.messages as unknown as { _client: unknown })._client === anthropic);
  },
};
