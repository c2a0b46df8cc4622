import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { recording } from './recording.ts';

const bytes = randomBytes(100_000);
const base64 = bytes.toString('base64');
const sha256 = createHash('sha256').update(bytes).digest('hex');
const summary = (type: string) => ({ type, byte_length: bytes.length, sha256 });

async function recorded(input: unknown, options = {}) {
  const { tracer, transport } = recording(options);
  tracer.span('s', { input }, () => {});
  await tracer.flush();
  return transport.span('s');
}

describe('media over the limit', () => {
  test.each<[string, unknown, unknown, string]>([
    [
      'an image of OpenAI',
      { image_url: { url: `data:image/png;base64,${base64}` } },
      { image_url: { url: summary('image/png') } },
      'image_url.url',
    ],
    [
      'a recording of OpenAI',
      { input_audio: { data: base64, format: 'wav' } },
      { input_audio: { data: summary('wav'), format: 'wav' } },
      'input_audio.data',
    ],
    ['a picture of OpenAI', { b64_json: base64 }, { b64_json: summary('base64') }, 'b64_json'],
    [
      'an image of Anthropic',
      { source: { type: 'base64', media_type: 'image/jpeg', data: base64 } },
      { source: { type: 'base64', media_type: 'image/jpeg', data: summary('image/jpeg') } },
      'source.data',
    ],
    [
      'inline data of Gemini',
      { inlineData: { mimeType: 'audio/mp3', data: base64 } },
      { inlineData: { mimeType: 'audio/mp3', data: summary('audio/mp3') } },
      'inlineData.data',
    ],
  ])('become type, size and hash, and the record says so: %s', async (_name, input, expected, path) => {
    const { input_data, truncated } = await recorded(input);

    expect(input_data).toEqual(expected);
    expect(truncated).toEqual([{ path: `input_data.${path}`, original_bytes: expect.any(Number) }]);
  });

  test('become a summary as typed arrays', async () => {
    const { input_data, truncated } = await recorded({ file: new Uint8Array(bytes) });

    expect(input_data).toEqual({ file: summary('Uint8Array') });
    expect(truncated).toEqual([{ path: 'input_data.file', original_bytes: bytes.length }]);
  });

  test('have the limit that is set', async () => {
    const url = `data:image/png;base64,${base64}`;

    expect((await recorded([url], { maxMediaBytes: 200_000 })).input_data).toEqual([url]);
    expect((await recorded([url], { maxMediaBytes: 1000 })).input_data).toEqual([summary('image/png')]);
  });

  test('are shown to a mask as the summary', async () => {
    const seen: unknown[] = [];
    const mask = (value: unknown) => {
      seen.push(value);
      return value;
    };
    await recorded([`data:image/png;base64,${base64}`], { mask });

    expect(seen).toContainEqual(summary('image/png'));
    expect(seen.every((value) => typeof value !== 'string' || value.length < 1000)).toBe(true);
  });
});

test.each<[string, unknown]>([
  ['a text without a space', 'x'.repeat(100_000)],
  ['a long text', 'some words '.repeat(10_000)],
  ['base64 that nothing calls media', { token: base64 }],
  ['a small image', { url: `data:image/png;base64,${base64.slice(0, 1000)}` }],
])('what is no large medium is recorded whole: %s', async (_name, input) => {
  const { input_data, truncated } = await recorded(input);

  expect(input_data).toEqual(input);
  expect(truncated).toBeUndefined();
});

describe('a record over its limit', () => {
  test('has its largest values cut and the others whole, and says so', async () => {
    const { tracer, transport } = recording({ maxRecordBytes: 1_000_000 });
    const small = { question: 'x'.repeat(10_000) };

    tracer.span('s', { input: small, metadata: { a: 1 } }, () => 'ü'.repeat(800_000));
    await tracer.flush();

    const span = transport.span('s');
    expect(span).toMatchObject({ input_data: small, metadata: { a: 1 } });
    expect(span.truncated).toEqual([{ path: 'output_data', original_bytes: 1_600_002 }]);
    expect(JSON.stringify(span).length).toBeGreaterThan(300_000);
    expect(Buffer.byteLength(JSON.stringify(span))).toBeLessThanOrEqual(1_000_000);
  });

  test('shares what there is between two large values', async () => {
    const { tracer, transport } = recording({ maxRecordBytes: 1_000_000 });

    tracer.trace('t', { input: 'a'.repeat(700_000) }, () => 'b'.repeat(700_000));
    await tracer.flush();

    const { input, output, truncated } = transport.trace('t');
    expect(truncated?.map(({ path }) => path).sort()).toEqual(['input', 'output']);
    expect([input, output].map((text) => Math.round(String(text).length / 1e5))).toEqual([3, 3]);
  });
});
