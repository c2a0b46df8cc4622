import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigError, parseConfig } from '../../src/config.ts';
import { loadPriceTable, parsePricesFile } from '../../src/prices.ts';

const files = async (texts: Readonly<Record<string, unknown>>): Promise<Record<string, string>> => {
  const folder = await mkdtemp(join(tmpdir(), 'llm-tracer-prices-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return Object.fromEntries(
    await Promise.all(
      Object.entries(texts).map(async ([variable, content]) => {
        const path = join(folder, `${variable}.json`);
        await writeFile(path, JSON.stringify(content));
        return [variable, path];
      }),
    ),
  );
};

const price = (input_per_million: number, fields: object = {}) => ({
  model: 'gpt-4o',
  input_per_million,
  output_per_million: 0,
  ...fields,
});
const call = { name: 'call', start_time: '2026-10-05T14:30:00.000000Z', model: 'gpt-4o', tokens_input: 1_000_000 };

describe('what a project’s calls cost', () => {
  it('is said by its own settings, else by the prices file, else by the table', async () => {
    await loadPriceTable();
    const { pricerOf } = parseConfig(
      await files({
        PRICES_FILE: { version: '2026-10', prices: [price(7)] },
        PROJECT_SETTINGS: { shop: { prices: [price(5)] }, other: { retention_days: 5 } },
      }),
    );
    const { pricerOf: plain } = parseConfig({});

    expect(pricerOf('shop')(call)).toMatchObject({ dollars: 5, source: { table: 'project-settings' } });
    expect(pricerOf('other')(call)).toMatchObject({ dollars: 7, source: { table: 'prices-file', version: '2026-10' } });
    expect(pricerOf('other')({ ...call, model: 'gpt-4o-mini' })?.source.table).toBe('genai-prices');
    expect(plain('other')(call)?.dollars).toBe(2.5);
  });

  it('names a list without a version by what it says', () => {
    const versionOf = (input: number) => parsePricesFile(JSON.stringify({ prices: [price(input)] })).version;

    expect(versionOf(1)).toMatch(/^[0-9a-f]{12}$/);
    expect(versionOf(1)).toBe(versionOf(1));
    expect(versionOf(1)).not.toBe(versionOf(2));
  });

  it('ends the start with a sentence where the file cannot be used', () => {
    expect(() => parseConfig({ PRICES_FILE: '/no/such/file.json' })).toThrow(ConfigError);
    expect(() => parseConfig({ PRICES_FILE: '/no/such/file.json' })).toThrow(/^PRICES_FILE \(.*ENOENT/);
  });

  it.each([
    ['{', /not JSON/],
    ['{}', /^prices: is required/],
    ['{"version": "a b", "prices": []}', /^version: .*without spaces/],
    [JSON.stringify({ prices: [price(-1)] }), /^prices\.0\.input_per_million: /],
    [JSON.stringify({ prices: [price(1, { model_regex: 'a' })] }), /^prices\.0: must have either model or model_regex/],
    [
      JSON.stringify({ prices: [price(1, { model: undefined, model_regex: '(' })] }),
      /^prices\.0\.model_regex: must be a regular expression/,
    ],
    [JSON.stringify({ prices: [price(1, { from: 'May' })] }), /^prices\.0\.from: /],
    [
      JSON.stringify({ prices: [price(1, { tiers: [{ input_per_million: 1 }] })] }),
      /^prices\.0\.tiers\.0\.above_input_tokens: is required/,
    ],
    [
      JSON.stringify({ prices: [price(1, { service_tiers: { batch: { faktor: 1 } } })] }),
      /^prices\.0\.service_tiers\.batch: .*faktor/,
    ],
  ])('says where %s is wrong', (text, sentence) => {
    expect(() => parsePricesFile(text)).toThrow(sentence);
  });
});
