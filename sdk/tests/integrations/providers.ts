import Anthropic from '@anthropic-ai/sdk';
import Anthropic0 from 'anthropic0';
import OpenAI from 'openai';
import OpenAI5 from 'openai5';
import OpenAI6 from 'openai6';
// biome-ignore lint/correctness/useImportExtensions: plain JavaScript, whose types stand beside it in a .d.mts
import { type FakeLlm, startFakeLlm } from '../../../examples/fake-llm/fake-llm.mjs';

export type { FakeLlm };

/** The fake LLM server, with a clock that stands still and short waits before a retry. */
export const startProvider = (): Promise<FakeLlm> => startFakeLlm({ now: () => 1_700_000_000, retryAfterMs: 1 });

type Options = ConstructorParameters<typeof OpenAI>[0];

/** The majors of `openai` that are supported, each as its tests see it: through the types of the newest. */
export const openAIMajors: readonly (readonly [major: string, create: (fake: FakeLlm, options?: Options) => OpenAI])[] =
  (
    [
      ['openai 5', OpenAI5],
      ['openai 6', OpenAI6],
      ['openai 7', OpenAI],
    ] as readonly [string, typeof OpenAI][]
  ).map(([major, Client]) => [
    major,
    (fake, options) => new Client({ apiKey: 'key', baseURL: fake.openaiBaseUrl, maxRetries: 0, ...options }),
  ]);

/** The majors of `@anthropic-ai/sdk`, in the same way. */
export const anthropicMajors: readonly (readonly [
  major: string,
  create: (fake: FakeLlm, options?: ConstructorParameters<typeof Anthropic>[0]) => Anthropic,
])[] = (
  [
    ['@anthropic-ai/sdk 0', Anthropic0],
    ['@anthropic-ai/sdk 1', Anthropic],
  ] as readonly [string, typeof Anthropic][]
).map(([major, Client]) => [
  major,
  (fake, options) => new Client({ apiKey: 'key', baseURL: fake.url, maxRetries: 0, ...options }),
]);

export const anthropicClient = (fake: FakeLlm, options?: ConstructorParameters<typeof Anthropic>[0]): Anthropic =>
  new Anthropic({ apiKey: 'key', baseURL: fake.url, maxRetries: 0, ...options });
