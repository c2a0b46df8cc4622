import { startFakeLlm } from '../examples/fake-llm/index.ts';

/** Whom the examples talk to: OpenAI, or the fake LLM server. */
export interface ModelProvider {
  readonly description: string;
  /** Variables that the official OpenAI client reads. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** OpenAI (or whatever OPENAI_BASE_URL names) when there is a key for it, else a fake LLM server of our own. */
export async function openModelProvider(environment: NodeJS.ProcessEnv): Promise<ModelProvider> {
  if (environment['OPENAI_API_KEY']) {
    const address = environment['OPENAI_BASE_URL'] || 'OpenAI';
    return { description: address, environment: {}, close: async () => {} };
  }
  // A little slowness makes the printed times look like a model's, and a stream like a stream.
  const fake = await startFakeLlm({ firstTokenMs: 120, chunkMs: 20 });
  return {
    description: 'the fake LLM server of examples/ (set OPENAI_API_KEY to use OpenAI)',
    environment: { OPENAI_BASE_URL: fake.openaiBaseUrl, OPENAI_API_KEY: 'fake' },
    close: () => fake.close(),
  };
}
