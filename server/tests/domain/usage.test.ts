import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { genaiPricer } from '../../src/domain/table-prices.ts';
import { billedUsage } from '../../src/domain/usage.ts';

describe('what a call is billed for', () => {
  it.each([
    ['OpenAI chat', { prompt_tokens_details: { audio_tokens: 7 }, completion_tokens_details: { audio_tokens: 5 } }],
    ['OpenAI responses', { input_tokens_details: { audio_tokens: 7 }, output_tokens_details: { audio_tokens: 5 } }],
    ['OpenAI realtime', { input_token_details: { audio_tokens: 7 }, output_token_details: { audio_tokens: 5 } }],
    ['LangChain', { input_token_details: { audio: 7 }, output_token_details: { audio: 5 } }],
    [
      'Gemini',
      {
        promptTokensDetails: [
          { modality: 'TEXT', tokenCount: 3 },
          { modality: 'AUDIO', tokenCount: 7 },
        ],
        candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 5 }],
      },
    ],
    [
      'Gemini in Python',
      {
        prompt_tokens_details: [{ modality: 'AUDIO', token_count: 7 }],
        candidates_tokens_details: [{ modality: 'AUDIO', token_count: 5 }],
      },
    ],
  ])('knows the audio of %s', (_client, usage_details) => {
    const usage = billedUsage({ tokens_input: 100, tokens_output: 50, usage_details });

    expect(usage).toMatchObject({ input: 100, output: 50, audio: { input: 7, output: 5 } });
  });

  it('takes a service tier from the answer before that of the request, and knows the standard ones', () => {
    const tierOf = (fields: object) => billedUsage({ tokens_input: 1, ...fields })?.serviceTier;
    const asked = { model_parameters: { service_tier: 'priority' } };

    expect(tierOf({ usage_details: { service_tier: 'batch' }, ...asked })).toBe('batch');
    expect(tierOf({ usage_details: { service_tier: 'default' }, ...asked })).toBeUndefined();
    expect(tierOf(asked)).toBe('priority');
    expect(
      ['auto', 'default', 'standard', null].map((service_tier) => tierOf({ usage_details: { service_tier } })),
    ).toEqual([undefined, undefined, undefined, undefined]);
  });

  const count = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 1_000 }) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(undefined, null, -1, Number.NaN, '7', true, {}, [], 1e12) },
  );
  const details = fc.oneof(
    fc.record(
      {
        cached_tokens: count,
        audio_tokens: count,
        image_tokens: count,
        ephemeral_1h_input_tokens: count,
        cached_tokens_details: fc.record({ audio_tokens: count, image_tokens: count }),
      },
      { requiredKeys: [] },
    ),
    fc.array(fc.record({ modality: fc.constantFrom('AUDIO', 'TEXT', 1), tokenCount: count })),
    count,
  );
  const fields = fc.record(
    {
      tokens_input: fc.integer({ min: 0, max: 1_000 }),
      tokens_output: fc.integer({ min: 0, max: 1_000 }),
      tokens_cache_read: fc.integer({ min: 0, max: 2_000 }),
      tokens_cache_write: fc.integer({ min: 0, max: 2_000 }),
      tokens_reasoning: fc.integer({ min: 0, max: 2_000 }),
      usage_details: fc.oneof(
        fc.record(
          {
            prompt_tokens_details: details,
            input_token_details: details,
            completion_tokens_details: details,
            cacheTokensDetails: details,
            cache_creation: fc.record({ ephemeral_1h_input_tokens: count }),
          },
          { requiredKeys: [] },
        ),
        count,
      ),
    },
    { requiredKeys: ['tokens_input', 'tokens_output'] },
  );
  const models = [
    ['openai', 'gpt-4o'],
    ['openai', 'gpt-realtime'],
    ['openai', 'gpt-image-1'],
    ['anthropic', 'claude-haiku-4-5'],
    ['google', 'gemini-2.5-flash'],
  ] as const;

  it('never adds up to more than its totals, whatever a client sends, and every model is priced for it', () => {
    fc.assert(
      fc.property(fields, fc.constantFrom(...models), (given, [provider, model]) => {
        const usage = billedUsage(given);
        if (usage === undefined) throw new Error('has tokens');
        const { input, output, cacheRead, cacheWrite, audio, image } = usage;
        const uncached = (part: typeof audio) => part.input - part.cacheRead;

        const counts = [
          usage.cacheWrite1h,
          uncached(audio),
          uncached(image),
          audio.cacheRead,
          image.cacheRead,
          usage.reasoning,
        ];
        expect(Math.min(...counts)).toBeGreaterThanOrEqual(0);
        expect(cacheRead + cacheWrite + uncached(audio) + uncached(image)).toBeLessThanOrEqual(input);
        expect(audio.cacheRead + image.cacheRead).toBeLessThanOrEqual(cacheRead);
        expect(usage.cacheWrite1h).toBeLessThanOrEqual(cacheWrite);
        expect(audio.output + image.output + usage.reasoning).toBeLessThanOrEqual(output);
        const hasAudio = audio.input + audio.output > 0;
        const price = genaiPricer({
          name: 'call',
          start_time: '2026-10-05T14:30:00.000000Z',
          provider,
          model,
          ...given,
        });
        // The table has no rate for audio of the models that take none.
        if (hasAudio && ['gpt-4o', 'gpt-image-1'].includes(model)) expect(price).toBeUndefined();
        else expect(price?.dollars).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 3_000 },
    );
  });
});
