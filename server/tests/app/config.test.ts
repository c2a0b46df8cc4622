import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { ConfigError, Environment, parseConfig } from '../../src/config.ts';

const errorOf = (env: Record<string, string>): string => {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the configuration was accepted');
};

describe('parseConfig', () => {
  it('needs no variable', () => {
    expect(parseConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 8001,
      keys: [{ project: 'dev', scope: 'admin' }],
      openProject: undefined,
      corsOrigins: [],
      retentionDays: 90,
      logLevel: 'info',
      sqliteSynchronous: 'FULL',
      limits: {
        maxBodyBytes: 16 * 2 ** 20,
        maxDecompressedBytes: 64 * 2 ** 20,
        maxBatchElements: 1000,
        maxPayloadBytes: 10 * 2 ** 20,
        maxJsonDepth: 100,
      },
    });
  });

  it('reads what is given, and takes an empty variable for an absent one', () => {
    const config = parseConfig({
      PORT: '0',
      HOST: '',
      RETENTION_DAYS: '7',
      CORS_ORIGINS: 'https://a.example, https://b.example',
    });

    expect(config).toMatchObject({
      port: 0,
      host: '127.0.0.1',
      retentionDays: 7,
      corsOrigins: ['https://a.example', 'https://b.example'],
    });
  });

  it('answers what nobody can change', () => {
    const config = parseConfig({});

    expect([config, config.keys, config.limits, config.corsOrigins].every(Object.isFrozen)).toBe(true);
  });

  it.each([
    ['PORT', '65536', '0 to 65535'],
    ['PORT', '80a', '0 to 65535'],
    ['RETENTION_DAYS', '0', '1 to 36500'],
    ['RETENTION_DAYS', '1.5', '1 to 36500'],
    ['STORE', 'postgres', 'sqlite or dynamodb'],
    ['LOG_LEVEL', 'loud', 'trace, debug, info, warn, error, fatal or silent'],
    ['SQLITE_SYNCHRONOUS', 'OFF', 'FULL or NORMAL'],
    ['API_KEY_REQUIRED', 'no', 'true or false'],
    ['MAX_BODY_BYTES', '16MB', '1024 to 500000000'],
    ['MAX_JSON_DEPTH', '-1', '1 to 1000'],
  ])('refuses %s=%s, saying what it may be and what it was', (name, value, allowed) => {
    const message = errorOf({ [name]: value });

    expect(message).toMatch(new RegExp(`^${name} must be .*${allowed}, not "${value}"\\.$`));
  });

  it('names each variable that is wrong', () => {
    expect(errorOf({ PORT: 'x', RETENTION_DAYS: 'x' }).split('\n')).toHaveLength(2);
  });

  it('refuses keys it cannot read, naming the place and not the key', () => {
    const message = errorOf({ API_KEYS: 'project-dev,s3cret' });

    expect(message).toContain('API_KEYS');
    expect(message).toContain('entry 2');
    expect(message).toContain('ID:SECRET[:scope]');
    expect(message).not.toContain('s3cret');
  });

  it('refuses one secret for two entries', () => {
    expect(errorOf({ API_KEYS: 'a:same,b:other,b:same' })).toContain('entry 3');
  });

  describe('STORE=dynamodb', () => {
    const whole = {
      STORE: 'dynamodb',
      DYNAMODB_TRACES_TABLE: 'a-traces',
      DYNAMODB_SPANS_TABLE: 'a-spans',
      PAYLOAD_BUCKET: 'a-payloads',
    };

    it('takes the names of what it works with', () => {
      expect(parseConfig(whole).dynamodb).toEqual({
        tables: { traces: 'a-traces', spans: 'a-spans' },
        payloadBucket: 'a-payloads',
        endpoint: undefined,
      });
    });

    it.each(['DYNAMODB_TRACES_TABLE', 'DYNAMODB_SPANS_TABLE', 'PAYLOAD_BUCKET'])('needs %s', (name) => {
      expect(errorOf({ ...whole, [name]: '' })).toContain(`${name} must be set where STORE=dynamodb`);
    });

    it('refuses an endpoint that is no URL', () => {
      expect(errorOf({ ...whole, DYNAMODB_ENDPOINT_URL: 'localhost' })).toContain('DYNAMODB_ENDPOINT_URL must be');
    });

    it('is not looked at by other stores', () => {
      expect(parseConfig({ ...whole, STORE: 'sqlite' }).dynamodb).toBeUndefined();
    });
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'traces.example'])('needs keys that nobody can guess on %s', (HOST) => {
    expect(errorOf({ HOST })).toMatch(/^API_KEYS must be set/);
    expect(errorOf({ HOST, API_KEYS: 'shop:s3cret,project-shop' })).toContain('ALLOW_PREDICTABLE_KEYS');
    expect(parseConfig({ HOST, API_KEYS: 'shop:s3cret' }).keys).toHaveLength(1);
    expect(parseConfig({ HOST, API_KEYS: 'project-shop', ALLOW_PREDICTABLE_KEYS: 'true' }).keys).toHaveLength(1);
  });

  it.each(['127.0.0.1', '127.9.9.9', 'localhost', '::1'])('takes predictable keys on %s', (HOST) => {
    expect(parseConfig({ HOST, API_KEYS: 'project-shop' }).keys).toMatchObject([{ project: 'shop' }]);
  });

  it('serves requests without a key on loopback only, unless that is forced', () => {
    const open = { API_KEY_REQUIRED: 'false', DEFAULT_PROJECT_KEY: 'project-shop', API_KEYS: 'a:s3cret' };

    expect(parseConfig(open).openProject).toBe('shop');
    expect(errorOf({ ...open, HOST: '0.0.0.0' })).toContain('API_KEY_REQUIRED=false');
    expect(parseConfig({ ...open, HOST: '0.0.0.0', ALLOW_PREDICTABLE_KEYS: 'true' }).openProject).toBe('shop');
  });

  it('takes one of API_KEYS as DEFAULT_PROJECT_KEY, and refuses what belongs to no project', () => {
    const env = { API_KEY_REQUIRED: 'false', API_KEYS: 'shop:s3cret' };

    expect(parseConfig({ ...env, DEFAULT_PROJECT_KEY: 's3cret' }).openProject).toBe('shop');
    expect(errorOf({ ...env, DEFAULT_PROJECT_KEY: 'unknown' })).toMatch(/^DEFAULT_PROJECT_KEY must be /);
  });
});

it('every variable says what it is for', () => {
  const undescribed = Object.entries(Environment.shape)
    .filter(([, schema]) => !z.globalRegistry.get(schema)?.description)
    .map(([name]) => name);

  expect(undescribed).toEqual([]);
});
