import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aFolder, llmTracer, serving } from './cli-process.ts';

const day = 86_400_000;
const ago = (days: number, seconds = 0) => new Date(Date.now() - days * day + seconds * 1_000).toISOString();

const aCall = (id: string, days: number, fields: object = {}) => ({
  trace_id: `t-${id}`,
  span_id: `s-${id}`,
  name: 'call',
  start_time: ago(days),
  end_time: ago(days, 1),
  model: 'own-1',
  provider: 'acme',
  tokens_input: 1_000_000,
  ...fields,
});

// Each command is a process of its own: several seconds on a machine that is busy.
describe('llm-tracer reprice', { timeout: 60_000 }, () => {
  it('gives the calls of a range the prices of today, while the server serves; totals equal a recount', async () => {
    const server = await serving({ LOG_LEVEL: 'silent' });
    const spans = [
      aCall('old', 10),
      aCall('new', 1, { parent_span_id: 's-agent' }),
      aCall('agent', 1, { trace_id: 't-new', span_type: 'agent', tokens_output: 1 }),
      aCall('reported', 1, { cost_usd: 9 }),
    ];
    await server.call('/api/ingest', { spans });
    const PRICES_FILE = join(await aFolder(), 'prices.json');
    const prices = [{ model: 'own-*', input_per_million: 3, output_per_million: 0 }];
    await writeFile(PRICES_FILE, JSON.stringify({ version: 'v2', prices }));
    const reprice = (...args: string[]) =>
      llmTracer(['reprice', '--data-dir', server.dataDir, '--json', ...args], { env: { PRICES_FILE } });
    const read = async (path: string): Promise<Record<string, unknown>> => (await server.call(path)).json() as never;
    const cost = async () => (await read('/api/stats'))['total_cost'];

    const trial = await reprice('--from', '-7d', '--dry-run');
    const costs = [await cost()];
    const real = await reprice('--from', '-7d');
    costs.push(await cost());
    const again = await reprice('--from', '-7d');
    const rest = await reprice('--to', '-7d', '--project', 'dev');
    costs.push(await cost());
    const recounted = await llmTracer(['recount', '--data-dir', server.dataDir, '--json']);
    const span = await read('/api/spans/s-new');

    expect([trial.code, real.code, again.code, rest.code]).toEqual([0, 0, 0, 0]);
    expect(trial.report).toEqual({
      traces: 2,
      spans: 2,
      changed: 2,
      gained: 2,
      lost: 0,
      cost_before: 9,
      cost_after: 12,
      dry_run: true,
    });
    expect(real.report).toEqual({ ...trial.report, dry_run: false });
    expect(again.report).toMatchObject({ changed: 0, cost_before: 12, cost_after: 12 });
    expect(rest.report).toMatchObject({ traces: 1, changed: 1, cost_after: 3 });
    expect(costs).toEqual([9, 12, 15]);
    expect([recounted.code, recounted.report.differences]).toEqual([0, []]);
    expect(span).toMatchObject({
      cost_usd: 3,
      cost_source: 'priced',
      cost_price: { table: 'prices-file', version: 'v2', provider: 'any', model: 'own-*' },
    });
  });

  it('says what is wrong with what it is asked', async () => {
    const server = await serving();
    await server.call('/api/ingest', { spans: [aCall('one', 1)] });
    const reprice = (args: string[], env = {}) =>
      llmTracer(['reprice', '--data-dir', server.dataDir, ...args], { env });

    const [bound, file] = [await reprice(['--from', 'monday']), await reprice([], { PRICES_FILE: '/no/such' })];

    expect([bound.code, file.code]).toEqual([2, 2]);
    expect(bound.stderr).toContain('--from must be ISO 8601');
    expect(file.stderr).toContain('PRICES_FILE (/no/such) cannot be used');
  });
});
