// What a wrapped client costs over the bare one, on the main thread of a process of its own. Prints one JSON line.
//
//   node --conditions=@llm-tracer/source sdk/bench/wrapped-calls.ts ADDRESS ROUNDS
//
// ADDRESS is that of the fake LLM server, which runs in another process. Both clients take turns, block by block, so that the
// machine's moods meet both; of each the lower quartile counts, since whatever else goes on can only add.
import { readFileSync } from 'node:fs';
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
  readonly extraMicros: number;
}

const [address = '', rounds = '20'] = process.argv.slice(2);
const callsPerBlock = 100;
const streamsPerBlock = 2;
const wordsPerStream = 500;

/** CPU time of the main thread so far, in microseconds. */
function cpuMicros(): number {
  try {
    // Nanoseconds on a processor. The tracer compresses on other threads, which `process.cpuUsage` would count as well.
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1000;
  } catch {
    const { user, system } = process.cpuUsage();
    return user + system;
  }
}

/** Takes everything: delivery has a bench of its own. */
const transport: Transport = { send: async () => ({ kind: 'accepted', rejected: [] }), close: () => {} };
const tracer = new Tracer({ apiKey: 'project-bench', transport });

const lowerQuartile = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] ?? Number.NaN;

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
): Promise<WrappedCost> {
  const cost = async (client: Client): Promise<number> => {
    // In a trace, as in an application: alone, a call would make one of its own, and record that as well.
    return tracer.trace(name, async () => {
      const before = cpuMicros();
      const count = await block(client);
      return (cpuMicros() - before) / count;
    });
  };
  for (let round = 0; round < 3; round += 1) for (const client of [bare, wrapped]) await cost(client);

  const costs = new Map<Client, number[]>([
    [bare, []],
    [wrapped, []],
  ]);
  for (let round = 0; round < Number(rounds); round += 1) {
    // Each goes first as often as the other.
    for (const client of round % 2 === 0 ? [bare, wrapped] : [wrapped, bare])
      costs.get(client)?.push(await cost(client));
  }
  const bareMicros = lowerQuartile(costs.get(bare) ?? []);
  return { name, isStreamed, bareMicros, extraMicros: lowerQuartile(costs.get(wrapped) ?? []) - bareMicros };
}

const results: WrappedCost[] = [];

for (const [major, Client] of [
  ['openai 7', OpenAI],
  ['openai 6', OpenAI6],
  ['openai 5', OpenAI5],
] as [string, typeof OpenAI][]) {
  const bare = new Client({ apiKey: 'key', baseURL: `${address}/v1` });
  const pair = [bare, wrapOpenAI(bare, tracer)] as const;
  const model = 'gpt-4o-mini';
  results.push(
    await measure(
      `${major}: chat`,
      false,
      pair,
      calls((openai) => openai.chat.completions.create({ model, messages: question })),
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

const bareAnthropic = new Anthropic({ apiKey: 'key', baseURL: address });
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
