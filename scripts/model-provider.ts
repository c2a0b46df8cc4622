import { startFakeLlm } from '../examples/fake-llm/index.ts';

/** Whom the examples talk to: OpenAI and Anthropic, or the fake LLM server. */
export interface ModelProvider {
  readonly description: string;
  /** Variables that the official clients read. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** The official clients that the examples use, and the variables that these read. */
const clients = [
  { name: 'OpenAI', key: 'OPENAI_API_KEY', address: 'OPENAI_BASE_URL' },
  { name: 'Anthropic', key: 'ANTHROPIC_API_KEY', address: 'ANTHROPIC_BASE_URL' },
] as const;

/** Each provider (or whatever its address names) when there is a key for it, else a fake LLM server of our own. */
export async function openModelProvider(environment: NodeJS.ProcessEnv): Promise<ModelProvider> {
  const keyless = clients.filter(({ key }) => !environment[key]);
  const real = clients.filter((client) => !keyless.includes(client));
  const description = real.map(({ name, address }) => environment[address] || name).join(' and ');
  if (keyless.length === 0) return { description, environment: {}, close: async () => {} };

  // A little slowness makes the printed times look like a model's, and a stream like a stream.
  const fake = await startFakeLlm({ firstTokenMs: 120, chunkMs: 20 });
  const addresses = { OPENAI_BASE_URL: fake.openaiBaseUrl, ANTHROPIC_BASE_URL: fake.url };
  const stand = `the fake LLM server of examples/ (set ${keyless.map(({ key }) => key).join(', ')} to use ${keyless.map(({ name }) => name).join(', ')})`;
  return {
    description: description === '' ? stand : `${description}, and ${stand}`,
    environment: Object.fromEntries(
      keyless.flatMap(({ key, address }) => [
        [key, 'fake'],
        [address, addresses[address]],
      ]),
    ),
    close: () => fake.close(),
  };
}
