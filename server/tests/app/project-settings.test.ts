import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigError, parseConfig } from '../../src/config.ts';
import { parseProjectSettings } from '../../src/project-settings.ts';

const fileWith = async (text: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'llm-tracer-settings-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'projects.json');
  await writeFile(path, text);
  return path;
};

const whole = {
  shop: {
    retention_days: 30,
    noise_filter: [{ name: 'GET *' }, { scope: '@opentelemetry/instrumentation-fs' }],
    prices: [{ model: 'own-*', from: '2026-01-01', input_per_million: 0.5, output_per_million: 2 }],
  },
};

describe('PROJECT_SETTINGS', () => {
  it('sets the retention of a project, and leaves the others theirs', async () => {
    const PROJECT_SETTINGS = await fileWith(JSON.stringify(whole));

    const { retentionDaysOf } = parseConfig({ PROJECT_SETTINGS, RETENTION_DAYS: '7' });

    expect([retentionDaysOf('shop'), retentionDaysOf('dev')]).toEqual([30, 7]);
  });

  it('ends the start with a sentence when the file is not there', () => {
    expect(() => parseConfig({ PROJECT_SETTINGS: '/no/such/file.json' })).toThrow(ConfigError);
    expect(() => parseConfig({ PROJECT_SETTINGS: '/no/such/file.json' })).toThrow(/^PROJECT_SETTINGS \(.*ENOENT/);
  });

  it.each([
    ['{', /not JSON/],
    ['[]', /expected record/],
    ['{"a b": {}}', /^a b: /],
    ['{"shop": {"retention_days": 0}}', /^shop\.retention_days: /],
    ['{"shop": {"retention": 5}}', /^shop: .*retention/],
    ['{"shop": {"noise_filter": [{}]}}', /^shop\.noise_filter\.0: must have a name, a scope or a kind/],
    [
      '{"shop": {"prices": [{"model": "m", "input_per_million": -1, "output_per_million": 1}]}}',
      /^shop\.prices\.0\.input/,
    ],
  ])('says where %s is wrong', (text, sentence) => {
    expect(() => parseProjectSettings(text)).toThrow(sentence);
  });

  it('takes every setting there is', () => {
    expect(parseProjectSettings(JSON.stringify(whole)).get('shop')).toEqual(whole.shop);
  });
});
