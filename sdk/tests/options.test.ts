import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import { Tracer, TracerError, type TracerErrorCode, type TracerOptions, tracerErrorCodes } from '../src/index.ts';
import { resolveOptions } from '../src/options.ts';

const refusal = (options: unknown): TracerError => {
  try {
    new Tracer(options as TracerOptions);
  } catch (error) {
    return error as TracerError;
  }
  throw new Error('nothing was refused');
};

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('options', () => {
  test('have defaults for everything', () => {
    const options = resolveOptions({}, {});

    expect(options).toMatchObject({ url: 'http://127.0.0.1:8001', enabled: true, flushIntervalMs: 1000, debug: false });
  });

  test('come from the environment where they are not given', () => {
    const options = resolveOptions(
      {},
      {
        TRACER_URL: 'https://traces.example/base/',
        TRACER_API_KEY: 'key-1',
        TRACER_PROJECT_ID: 'demo',
        TRACING_ENABLED: 'off',
        TRACER_ENVIRONMENT: 'production',
        TRACER_RELEASE: '1.2.3',
        TRACER_DEBUG: '1',
      },
    );

    expect(options).toMatchObject({
      url: 'https://traces.example/base',
      apiKey: 'key-1',
      projectId: 'demo',
      enabled: false,
      environment: 'production',
      release: '1.2.3',
      debug: true,
    });
  });

  test('win over the environment', () => {
    const options = resolveOptions({ url: 'http://a.example' }, { TRACER_URL: 'http://b.example' });

    expect(options.url).toBe('http://a.example');
  });

  test('take API_KEY where TRACER_API_KEY is absent or empty', () => {
    expect(resolveOptions({}, { API_KEY: 'second' }).apiKey).toBe('second');
    expect(resolveOptions({}, { TRACER_API_KEY: '', API_KEY: 'second' }).apiKey).toBe('second');
    expect(resolveOptions({}, { TRACER_API_KEY: 'first', API_KEY: 'second' }).apiKey).toBe('first');
  });

  test('lose the trailing slashes of the address', () => {
    expect(resolveOptions({ url: 'http://a.example//' }, {}).url).toBe('http://a.example');
  });

  test.each([
    [{ flushIntervalMs: -1 }, 'flushIntervalMs must be a whole number from 1 to 2147483647, but is -1.'],
    [{ maxBatchRecords: 1001 }, 'maxBatchRecords must be a whole number from 1 to 1000, but is 1001.'],
    [{ requestTimeoutMs: '10' }, 'requestTimeoutMs must be a whole number from 1 to 2147483647, but is "10".'],
    [{ url: 'ftp://x' }, 'url must be an http or https address, for example http://127.0.0.1:8001, but is "ftp://x".'],
    [{ url: 'http://x/?a=1' }, 'url must be an address without ? and #, but is "http://x/?a=1".'],
    [{ enabled: 'yes' }, 'enabled must be true or false, but is "yes".'],
    [{ environment: '' }, 'environment must be a string of 1 to 255 characters, but is "".'],
    [{ logger: {} }, 'logger must be an object with the methods warn and debug, but is an object.'],
    [{ fetch: 1 }, 'fetch must be a function, but is 1.'],
  ])('refuse %j by name, range and what was given', (options, message) => {
    const error = refusal(options);

    expect(error.code).toBe('invalid_option');
    expect(error.message).toBe(message);
  });

  test('name the variable when that is what is wrong', () => {
    vi.stubEnv('TRACING_ENABLED', 'perhaps');

    expect(refusal({}).message).toBe('TRACING_ENABLED must be true or false, but is "perhaps".');
  });

  test('refuse a name that does not exist, and tell those that do', () => {
    const error = refusal({ flushInterval: 5 });

    expect(error.code).toBe('unknown_option');
    expect(error.message).toContain('There is no option "flushInterval"');
    expect(error.message).toContain('flushIntervalMs');
  });

  test('never repeat a wrong key', () => {
    expect(refusal({ apiKey: 'secret key' }).message).not.toContain('secret');
  });

  test('that are wrong throw a TracerError whose code is one of the table', () => {
    expect(refusal({ url: 1 })).toBeInstanceOf(TracerError);
    expect(Object.keys(tracerErrorCodes)).toContain(refusal({ url: 1 }).code);
    expectTypeOf<TracerErrorCode>().toEqualTypeOf<'unknown_option' | 'invalid_option' | 'unsupported_client'>();
  });
});

describe('a missing key', () => {
  test('turns tracing off with one warning', () => {
    vi.stubEnv('TRACER_API_KEY', '');
    vi.stubEnv('API_KEY', '');
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});

    const tracer = new Tracer();
    tracer.span('a', () => {});
    tracer.span('b', () => {});

    expect(tracer.enabled).toBe(false);
    expect(warn.mock.calls).toEqual([[expect.stringContaining('TRACER_API_KEY')]]);
  });

  test('is not mentioned when tracing is switched off', () => {
    vi.stubEnv('TRACER_API_KEY', '');
    vi.stubEnv('API_KEY', '');
    vi.stubEnv('TRACING_ENABLED', 'false');
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});

    expect(new Tracer().enabled).toBe(false);
    expect(warn).not.toHaveBeenCalled();
  });
});
