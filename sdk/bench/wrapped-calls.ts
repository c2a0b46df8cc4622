// What a wrapped client costs over the bare one, on the main thread of a process of its own. Prints one JSON line.
//
//   node --conditions=@llm-tracer/source sdk/bench/wrapped-calls.ts ADDRESS ROUNDS
//
// ADDRESS is that of the fake LLM server, which runs in another process. It is asked once for each kind of call; from then on the
// clients get that answer from memory, so that their thread never waits, and the time that passes is the time it works.
// (The CPU time of a thread is counted by ticks of the scheduler, 4 ms: 40 µs a call of a block of 100.) All variants take
// turns, block by block, so that the machine's moods meet each; what counts is the median of the differences of a round.
import { setImmediate } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import { Tracer, type Transport } from 'llm-tracer';
import { wrapAnthropic } from 'llm-tracer/anthropic';
import { wrapOpenAI } from 'llm-tracer/openai';
import OpenAI from 'openai';
import OpenAI5 from 'openai5';
import OpenAI6 from 'openai6';

/** What one kind of call costs, in microseconds of the main thread. */
export interface WrappedCost {
  readonly name: string;
  readonly isStreamed: boolean;
  /** Of a call with the bare client, or of a chunk of one. */
  readonly bareMicros: number;
  /** What the wrapped client costs more. */
  readonly extraMicros: number;
  /** What a span by hand around the bare client's call costs more, where that was measured. */
  readonly byHandMicros?: number;
}

const [address = '', rounds = '20'] = process.argv.slice(2);
const callsPerBlock = 200;
const warmRounds = 30;
const streamsPerBlock = 4;
const wordsPerStream = 500;

interface Recorded {
  readonly body: string;
  readonly headers: [string, string][];
}
const answers = new Map<string, Promise<Recorded>>();

/** What the server answers to a request, without the headers that are of the one transfer. */
async function asked(url: string, init: RequestInit | undefined): Promise<Recorded> {
  const response = await fetch(url, init);
  const headers = [...response.headers].filter(
    ([name]) => !/^(content-length|transfer-encoding|connection)$/.test(name),
  );
  return { body: await response.text(), headers };
}

/** A `fetch` that asks the server once for each kind of request. */
const fromMemory = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
  const url = input instanceof Request ? input.url : String(input);
  const key = `${url} ${String(init?.body)}`;
  const answer = answers.get(key) ?? asked(url, init);
  answers.set(key, answer);
  const { body, headers } = await answer;
  return new Response(body, { headers });
};

/** Takes everything: delivery has a bench of its own. */
const transport: Transport = { send: async () => ({ kind: 'accepted', rejected: [] }), close: () => {} };
const tracer = new Tracer({ apiKey: 'project-bench', transport });

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const question = [{ role: 'user' as const, content: 'What is the capital of France?' }];
const story = [{ role: 'user' as const, content: `[tokens:${wordsPerStream}]` }];

async function chunksOf(stream: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of stream) count += 1;
  return count;
}

/** A block of work with either client. Gives how many calls or chunks it was. */
type Block<Client> = (client: Client) => Promise<number>;

const calls =
  <Client>(call: (client: Client) => PromiseLike<unknown>): Block<Client> =>
  async (client) => {
    for (let index = 0; index < callsPerBlock; index += 1) await call(client);
    return callsPerBlock;
  };

const streams =
  <Client>(open: (client: Client) => PromiseLike<AsyncIterable<unknown>>): Block<Client> =>
  async (client) => {
    let count = 0;
    for (let index = 0; index < streamsPerBlock; index += 1) count += await chunksOf(await open(client));
    return count;
  };

async function measure<Client>(
  name: string,
  isStreamed: boolean,
  [bare, wrapped]: readonly [Client, Client],
  block: Block<Client>,
  byHand?: Block<Client>,
): Promise<WrappedCost> {
  // In a trace, as in an application: alone, a call would make one of its own, and record that as well.
  const cost = async (work: () => Promise<number>): Promise<number> => {
    // Nothing in a block waits for the event loop. Between them it gets its turn: delivery, connections that were closed.
    await setImmediate();
    return tracer.trace(name, async () => {
      const before = performance.now();
      const count = await work();
      return ((performance.now() - before) * 1000) / count;
    });
  };
  const variants = {
    bare: () => block(bare),
    wrapped: () => block(wrapped),
    ...(byHand === undefined ? {} : { byHand: () => byHand(bare) }),
  };
  const entries = Object.entries(variants);
  const costs = new Map<string, number[]>(entries.map(([variant]) => [variant, []]));
  // Code is compiled in steps, the last of them after some thousand calls.
  for (let round = 0; round < warmRounds; round += 1) for (const [, work] of entries) await cost(work);
  for (let round = 0; round < Number(rounds); round += 1) {
    // Each goes first as often as the others.
    const first = round % entries.length;
    for (const [variant, work] of [...entries.slice(first), ...entries.slice(0, first)])
      costs.get(variant)?.push(await cost(work));
  }
  const of = (variant: string): number[] => costs.get(variant) ?? [];
  const extra = (variant: string): number =>
    median(of(variant).map((micros, round) => micros - (of('bare')[round] ?? Number.NaN)));
  return {
    name,
    isStreamed,
    bareMicros: median(of('bare')),
    extraMicros: extra('wrapped'),
    ...(byHand === undefined ? {} : { byHandMicros: extra('byHand') }),
  };
}

const results: WrappedCost[] = [];

for (const [major, Client] of [
  ['openai 7', OpenAI],
  ['openai 6', OpenAI6],
  ['openai 5', OpenAI5],
] as [string, typeof OpenAI][]) {
  const bare = new Client({ apiKey: 'key', baseURL: `${address}/v1`, fetch: fromMemory });
  const pair = [bare, wrapOpenAI(bare, tracer)] as const;
  const model = 'gpt-4o-mini';
  results.push(
    await measure(
      `${major}: chat`,
      false,
      pair,
      calls((openai) => openai.chat.completions.create({ model, messages: question })),
      calls((openai) =>
        tracer.span(
          `chat ${model}`,
          { kind: 'llm', provider: 'openai', model, input: { messages: question } },
          async (span) => {
            const completion = await openai.chat.completions.create({ model, messages: question });
            const { usage, choices } = completion;
            span.setOutput({ messages: choices.map(({ message }) => message) }).setModel(completion.model);
            span.setUsage({
              inputTokens: usage?.prompt_tokens,
              outputTokens: usage?.completion_tokens,
              details: usage,
            });
          },
        ),
      ),
    ),
    await measure(
      `${major}: responses`,
      false,
      pair,
      calls((openai) => openai.responses.create({ model, input: question })),
    ),
    await measure(
      `${major}: chat`,
      true,
      pair,
      streams((openai) => openai.chat.completions.create({ model, messages: story, stream: true })),
    ),
    await measure(
      `${major}: responses`,
      true,
      pair,
      streams((openai) => openai.responses.create({ model, input: story, stream: true })),
    ),
  );
}

const bareAnthropic = new Anthropic({ apiKey: 'key', baseURL: address, fetch: fromMemory });
const anthropics = [bareAnthropic, wrapAnthropic(bareAnthropic, tracer)] as const;
const claude = { model: 'claude-haiku-4-5', max_tokens: 4000 };
results.push(
  await measure(
    'Anthropic: messages',
    false,
    anthropics,
    calls((anthropic) => anthropic.messages.create({ ...claude, messages: question })),
  ),
  await measure(
    'Anthropic: messages',
    true,
    anthropics,
    streams((anthropic) => anthropic.messages.create({ ...claude, messages: story, stream: true })),
  ),
);

console.log(JSON.stringify(results));
process.exit(0);
