/**
 * Calls as providers report them, and what their price lists make of them, worked out by hand. Amounts are in millionths of a
 * dollar: so many tokens at so many dollars a million tokens are the product of the two.
 */
export interface GoldenCall {
  readonly what: string;
  /** Where the rates stand, and of which day they are. */
  readonly source: string;
  readonly asOf: string;
  /** The day of the call. */
  readonly day: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Lines of the invoice: tokens times dollars a million. */
  readonly invoice: readonly (readonly [what: string, count: number, rate: number])[];
  /** Their sum, as it was added up by hand. */
  readonly microDollars: number;
}

const openai = 'https://platform.openai.com/docs/pricing';
const anthropic = 'https://platform.claude.com/docs/en/about-claude/pricing';
const google = 'https://ai.google.dev/gemini-api/docs/pricing';
const mistral = 'https://mistral.ai/pricing';
const groq = 'https://groq.com/pricing';
const xai = 'https://docs.x.ai/docs/models';

export const goldenCalls: readonly GoldenCall[] = [
  {
    what: 'gpt-4o, two thirds of the prompt from the cache',
    source: openai,
    asOf: '2025-11-01',
    day: '2025-11-10',
    fields: {
      provider: 'openai',
      model: 'gpt-4o-2024-08-06',
      tokens_input: 1_536,
      tokens_cache_read: 1_024,
      tokens_output: 310,
      usage_details: {
        prompt_tokens: 1_536,
        completion_tokens: 310,
        prompt_tokens_details: { cached_tokens: 1_024, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
      },
    },
    invoice: [
      ['input', 512, 2.5],
      ['cached input', 1_024, 1.25],
      ['output', 310, 10],
    ],
    microDollars: 5_660,
  },
  {
    what: 'gpt-4o-mini',
    source: openai,
    asOf: '2025-11-01',
    day: '2025-11-10',
    fields: { provider: 'openai', model: 'gpt-4o-mini-2024-07-18', tokens_input: 12_000, tokens_output: 2_500 },
    invoice: [
      ['input', 12_000, 0.15],
      ['output', 2_500, 0.6],
    ],
    microDollars: 3_300,
  },
  {
    what: 'gpt-5, whose reasoning is billed as output',
    source: openai,
    asOf: '2025-11-01',
    day: '2025-11-10',
    fields: {
      provider: 'openai',
      model: 'gpt-5-2025-08-07',
      tokens_input: 8_000,
      tokens_cache_read: 6_400,
      tokens_output: 3_200,
      tokens_reasoning: 2_944,
      usage_details: {
        input_tokens: 8_000,
        input_tokens_details: { cached_tokens: 6_400 },
        output_tokens: 3_200,
        output_tokens_details: { reasoning_tokens: 2_944 },
      },
    },
    invoice: [
      ['input', 1_600, 1.25],
      ['cached input', 6_400, 0.125],
      ['output', 3_200, 10],
    ],
    microDollars: 34_800,
  },
  {
    what: 'o3 before its price was cut',
    source: openai,
    asOf: '2025-06-09',
    day: '2025-06-09',
    fields: {
      provider: 'openai',
      model: 'o3-2025-04-16',
      tokens_input: 1_000,
      tokens_output: 4_000,
      tokens_reasoning: 3_500,
    },
    invoice: [
      ['input', 1_000, 10],
      ['output', 4_000, 40],
    ],
    microDollars: 170_000,
  },
  {
    what: 'o3 after it',
    source: openai,
    asOf: '2025-06-10',
    day: '2025-06-11',
    fields: {
      provider: 'openai',
      model: 'o3-2025-04-16',
      tokens_input: 1_000,
      tokens_output: 4_000,
      tokens_reasoning: 3_500,
    },
    invoice: [
      ['input', 1_000, 2],
      ['output', 4_000, 8],
    ],
    microDollars: 34_000,
  },
  {
    what: 'gpt-4.1 in a flex request: half',
    source: openai,
    asOf: '2025-11-01',
    day: '2025-11-10',
    fields: {
      provider: 'openai',
      model: 'gpt-4.1',
      tokens_input: 100_000,
      tokens_output: 1_000,
      model_parameters: { service_tier: 'flex' },
    },
    invoice: [
      ['input', 100_000, 1],
      ['output', 1_000, 4],
    ],
    microDollars: 104_000,
  },
  {
    what: 'gpt-audio: speech in and out',
    source: 'https://platform.openai.com/docs/models/gpt-audio',
    asOf: '2025-11-01',
    day: '2025-11-10',
    fields: {
      provider: 'openai',
      model: 'gpt-audio',
      tokens_input: 500,
      tokens_output: 400,
      usage_details: {
        prompt_tokens: 500,
        prompt_tokens_details: { audio_tokens: 420, text_tokens: 80, cached_tokens: 0 },
        completion_tokens: 400,
        completion_tokens_details: { audio_tokens: 320, text_tokens: 80 },
      },
    },
    invoice: [
      ['text input', 80, 2.5],
      ['audio input', 420, 32],
      ['text output', 80, 10],
      ['audio output', 320, 64],
    ],
    microDollars: 34_920,
  },
  {
    what: 'gpt-4o-realtime-preview, text and audio partly cached',
    source: 'https://community.openai.com/t/help-me-understand-the-realtime-usage-block/1060242',
    asOf: '2024-12-17',
    day: '2024-12-18',
    fields: {
      provider: 'openai',
      model: 'gpt-4o-realtime-preview-2024-12-17',
      tokens_input: 789,
      tokens_cache_read: 640,
      tokens_output: 32,
      usage_details: {
        total_tokens: 821,
        input_tokens: 789,
        output_tokens: 32,
        input_token_details: {
          text_tokens: 313,
          audio_tokens: 476,
          cached_tokens: 640,
          cached_tokens_details: { text_tokens: 256, audio_tokens: 384 },
        },
        output_token_details: { text_tokens: 9, audio_tokens: 23 },
      },
    },
    invoice: [
      ['text input', 57, 5],
      ['cached text', 256, 2.5],
      ['audio input', 92, 40],
      ['cached audio', 384, 2.5],
      ['text output', 9, 20],
      ['audio output', 23, 80],
    ],
    microDollars: 7_585,
  },
  {
    what: 'text-embedding-3-small',
    source: openai,
    asOf: '2025-11-01',
    day: '2025-11-10',
    fields: { provider: 'openai', model: 'text-embedding-3-small', tokens_input: 250_000 },
    invoice: [['input', 250_000, 0.02]],
    microDollars: 5_000,
  },
  {
    what: 'claude-haiku-4-5: caches written for five minutes and for an hour, and read; thinking is output',
    source: anthropic,
    asOf: '2025-11-01',
    day: '2025-11-10',
    fields: {
      provider: 'anthropic',
      model: 'claude-haiku-4-5-20251001',
      tokens_input: 21_200,
      tokens_cache_read: 15_000,
      tokens_cache_write: 6_000,
      tokens_output: 1_500,
      tokens_reasoning: 1_100,
      usage_details: {
        input_tokens: 200,
        cache_read_input_tokens: 15_000,
        cache_creation_input_tokens: 6_000,
        cache_creation: { ephemeral_5m_input_tokens: 2_000, ephemeral_1h_input_tokens: 4_000 },
        output_tokens: 1_500,
        service_tier: 'standard',
      },
    },
    invoice: [
      ['input', 200, 1],
      ['cache reads', 15_000, 0.1],
      ['5m cache writes', 2_000, 1.25],
      ['1h cache writes', 4_000, 2],
      ['output', 1_500, 5],
    ],
    microDollars: 19_700,
  },
  {
    what: 'claude-opus-4-1 with two web searches at $10 a thousand',
    source: anthropic,
    asOf: '2025-11-01',
    day: '2025-11-10',
    fields: {
      provider: 'anthropic',
      model: 'claude-opus-4-1-20250805',
      tokens_input: 9_000,
      tokens_output: 700,
      usage_details: { input_tokens: 9_000, output_tokens: 700, server_tool_use: { web_search_requests: 2 } },
    },
    invoice: [
      ['input', 9_000, 15],
      ['output', 700, 75],
      ['web searches', 2, 10_000],
    ],
    microDollars: 207_500,
  },
  {
    what: 'claude-sonnet-4-5 beyond 200,000 tokens: the long-context rates for all of it',
    source: anthropic,
    asOf: '2025-11-01',
    day: '2025-11-10',
    fields: {
      provider: 'anthropic',
      model: 'claude-sonnet-4-5-20250929',
      tokens_input: 300_000,
      tokens_cache_read: 50_000,
      tokens_output: 2_000,
    },
    invoice: [
      ['input', 250_000, 6],
      ['cache reads', 50_000, 0.6],
      ['output', 2_000, 22.5],
    ],
    microDollars: 1_575_000,
  },
  {
    what: 'claude-sonnet-4-6 in a batch: half of everything',
    source: anthropic,
    asOf: '2026-03-01',
    day: '2026-03-10',
    fields: {
      provider: 'anthropic',
      model: 'claude-sonnet-4-6',
      tokens_input: 40_000,
      tokens_cache_read: 30_000,
      tokens_output: 5_000,
      usage_details: {
        input_tokens: 10_000,
        cache_read_input_tokens: 30_000,
        output_tokens: 5_000,
        service_tier: 'batch',
      },
    },
    invoice: [
      ['input', 10_000, 1.5],
      ['cache reads', 30_000, 0.15],
      ['output', 5_000, 7.5],
    ],
    microDollars: 57_000,
  },
  {
    what: 'gemini-2.5-flash: audio in, thoughts among the output',
    source: google,
    asOf: '2025-11-01',
    day: '2025-11-10',
    fields: {
      provider: 'google',
      model: 'gemini-2.5-flash',
      tokens_input: 9_600,
      tokens_output: 2_000,
      tokens_reasoning: 1_200,
      usage_details: {
        promptTokenCount: 9_600,
        promptTokensDetails: [
          { modality: 'TEXT', tokenCount: 2_000 },
          { modality: 'AUDIO', tokenCount: 7_600 },
        ],
        candidatesTokenCount: 800,
        thoughtsTokenCount: 1_200,
      },
    },
    invoice: [
      ['text input', 2_000, 0.3],
      ['audio input', 7_600, 1],
      ['output', 2_000, 2.5],
    ],
    microDollars: 13_200,
  },
  {
    what: 'gemini-2.5-pro beyond 200,000 tokens',
    source: google,
    asOf: '2026-03-01',
    day: '2026-03-10',
    fields: { provider: 'google', model: 'gemini-2.5-pro', tokens_input: 240_000, tokens_output: 3_000 },
    invoice: [
      ['input', 240_000, 2.5],
      ['output', 3_000, 15],
    ],
    microDollars: 645_000,
  },
  {
    what: 'gemini-2.5-pro up to 200,000 tokens',
    source: google,
    asOf: '2026-03-01',
    day: '2026-03-10',
    fields: {
      provider: 'google',
      model: 'gemini-2.5-pro',
      tokens_input: 200_000,
      tokens_cache_read: 120_000,
      tokens_output: 3_000,
    },
    invoice: [
      ['input', 80_000, 1.25],
      ['cached input', 120_000, 0.125],
      ['output', 3_000, 10],
    ],
    microDollars: 145_000,
  },
  {
    what: 'mistral-large',
    source: mistral,
    asOf: '2025-06-01',
    day: '2025-06-10',
    fields: { provider: 'mistral', model: 'mistral-large-2411', tokens_input: 5_000, tokens_output: 1_000 },
    invoice: [
      ['input', 5_000, 2],
      ['output', 1_000, 6],
    ],
    microDollars: 16_000,
  },
  {
    what: 'llama-3.3-70b on Groq',
    source: groq,
    asOf: '2025-11-01',
    day: '2025-11-10',
    fields: { provider: 'groq', model: 'llama-3.3-70b-versatile', tokens_input: 10_000, tokens_output: 2_000 },
    invoice: [
      ['input', 10_000, 0.59],
      ['output', 2_000, 0.79],
    ],
    microDollars: 7_480,
  },
  {
    what: 'grok-4 with cached input',
    source: xai,
    asOf: '2025-11-01',
    day: '2025-11-10',
    fields: {
      provider: 'x-ai',
      model: 'grok-4-0709',
      tokens_input: 4_000,
      tokens_cache_read: 1_000,
      tokens_output: 600,
      tokens_reasoning: 450,
    },
    invoice: [
      ['input', 3_000, 3],
      ['cached input', 1_000, 0.75],
      ['output', 600, 15],
    ],
    microDollars: 18_750,
  },
];
