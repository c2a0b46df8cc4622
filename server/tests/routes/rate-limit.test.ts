import { describe, expect, it } from 'vitest';
import { microsOf } from '../../src/domain/time.ts';
import { TokenBuckets } from '../../src/plugins/token-buckets.ts';
import { now, startTestServer } from './test-server.ts';

describe('RATE_LIMIT_RPM', () => {
  it('answers 429 to a key that asks more, naming the variable and when to come again', async () => {
    let micros = microsOf(now);
    const server = await startTestServer({ env: { RATE_LIMIT_RPM: '2' }, clock: () => micros });
    const allowed = [await server.get('/api/stats'), await server.get('/api/stats')].map(({ status }) => status);

    const refused = await server.get('/api/stats');
    micros += 30_000_000;
    const later = await server.get('/api/stats');

    expect([...allowed, refused.status, later.status]).toEqual([200, 200, 429, 200]);
    expect(refused.headers['retry-after']).toBe('30');
    expect(refused.body.detail).toContain('RATE_LIMIT_RPM (2)');
  });

  it('is told to whom asks for the limits, where there is one', async () => {
    const limitOf = async (env: Record<string, string>) =>
      (await (await startTestServer({ env })).get('/api/me', { key: 'dev' })).body.limits.requests_per_minute;
    const API_KEYS = 'shop:dev';

    expect(await limitOf({ API_KEYS })).toBeUndefined();
    expect(await limitOf({ API_KEYS, HOST: '0.0.0.0' })).toBe(6000);
    expect(await limitOf({ API_KEYS, HOST: '0.0.0.0', RATE_LIMIT_RPM: '0' })).toBeUndefined();
  });

  it('counts each key for itself, also two of one project', async () => {
    const env = { RATE_LIMIT_RPM: '1', API_KEYS: 'shop:one,shop:two' };
    const server = await startTestServer({ env });
    const ask = async (key: string) => (await server.get('/api/stats', { key })).status;

    expect([await ask('one'), await ask('one'), await ask('two')]).toEqual([200, 429, 200]);
  });

  it('counts requests without a key together, where they are served', async () => {
    const server = await startTestServer({ env: { RATE_LIMIT_RPM: '1', API_KEY_REQUIRED: 'false' } });
    const ask = async () => (await server.get('/api/stats', { key: null })).status;

    expect([await ask(), await ask()]).toEqual([200, 429]);
  });

  it('bounds writing as it does reading, and not what is open', async () => {
    const server = await startTestServer({ env: { RATE_LIMIT_RPM: '1' } });
    await server.get('/api/stats');

    expect((await server.post('/api/ingest', {})).status).toBe(429);
    expect((await server.get('/health')).status).toBe(200);
  });
});

describe('TokenBuckets', () => {
  it('says a wait after which there is a token', () => {
    let now = 0;
    const buckets = new TokenBuckets(7, () => now);
    const owner = {};
    for (let i = 0; i < 7; i += 1) buckets.take(owner);

    const wait = buckets.take(owner);
    now += wait * 1_000_000;

    expect(wait).toBe(9);
    expect(buckets.take(owner)).toBe(0);
  });

  it('gives nothing for a clock that is set back, and is not stuck after it', () => {
    let now = 10 ** 9;
    const buckets = new TokenBuckets(60, () => now);
    const owner = {};
    for (let i = 0; i < 60; i += 1) buckets.take(owner);

    now = 0;
    const atOnce = buckets.take(owner);
    now += 1_000_000;

    expect([atOnce, buckets.take(owner)]).toEqual([1, 0]);
  });
});
