import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { synchronousContext } from '../src/active-context.ts';
import { type Mask, Tracer, type TracerOptions } from '../src/index.ts';
import { redact } from '../src/redact.ts';
import { recording } from './recording.ts';

const boom = (): never => {
  throw new Error('boom');
};

/** Values that fail, or lie, when they are looked at. */
const hostile = fc.constantFrom<() => unknown>(
  () => ({
    get a() {
      return boom();
    },
  }),
  () => ({ toJSON: boom }),
  () => Object.defineProperty({ a: 1 }, 'toJSON', { value: boom }),
  () => Object.assign([1], { toJSON: boom }),
  () => new Proxy({}, { get: boom, ownKeys: boom, has: boom, getPrototypeOf: boom, getOwnPropertyDescriptor: boom }),
  () => new Proxy([], { get: boom }),
  () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  () => {
    let looks = 0;
    // Plain at the first look, and no more at the second.
    return Object.defineProperty({}, 'a', { enumerable: true, get: () => (looks++ === 0 ? 1 : boom()) });
  },
  () => {
    let looks = 0;
    return Object.defineProperty({}, 'a', { enumerable: true, get: () => (looks++ === 0 ? 1 : 1n) });
  },
  () => Object.freeze({ a: Object.freeze([1]) }),
  () => Object.assign(new Error('e'), { cause: new Proxy({}, { get: boom }) }),
  () => {
    const value: Record<string, unknown> = {};
    value['self'] = value;
    return value;
  },
  () => Symbol('s'),
  () => 1n,
  () => new Map([[new Proxy({}, { get: boom }), boom]]),
  () => Object.create({ inherited: 1 }),
  () => new Array(3),
  () => 'x'.repeat(200_000),
);
const masks = fc.constantFrom<Mask | undefined>(
  undefined,
  (value) => value,
  redact(),
  boom,
  () => Promise.reject(new Error('late')),
  () => Symbol('s'),
  () => new Proxy({}, { ownKeys: boom, getPrototypeOf: boom }),
  (value) => ({ wrapped: value }),
);

describe('nothing throws into the application, and every record is there', () => {
  test('whatever values and masks do', async () => {
    await fc.assert(
      fc.asyncProperty(
        hostile,
        hostile,
        masks,
        fc.integer({ min: 100, max: 5000 }),
        async (make, other, mask, bytes) => {
          const options: TracerOptions = { mask, maxValueBytes: bytes, maxMediaBytes: 1000, sampleRate: 1 };
          const { tracer, transport } = recording(options);
          const value = make();

          const result = tracer.trace('t', { input: value, metadata: other() as never }, (trace) => {
            trace
              .setMetadata(make() as never)
              .setTags([make() as never])
              .setUser(make() as never);
            tracer.span('s', { input: other(), metadata: value as never, links: [{ traceId: 'x' }] }, (span) => {
              span
                .setOutput(make())
                .addEvent('e', other() as never)
                .setUsage({ details: make() })
                .setError(other());
            });
            return value;
          });
          const { delivered } = await tracer.flush();

          expect(result).toBe(value);
          expect(delivered).toBe(2);
          expect([transport.traces.length, transport.spans.length]).toEqual([1, 1]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each<[string, () => unknown]>([
    [
      'a thenable whose then throws',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: that is what is tested
        then: boom,
      }),
    ],
    [
      'a thenable that calls back twice',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: that is what is tested
        then: (resolve: (value: number) => void) => {
          resolve(1);
          resolve(2);
        },
      }),
    ],
    [
      'a frozen thenable',
      () =>
        Object.freeze({
          // biome-ignore lint/suspicious/noThenProperty: that is what is tested
          then: (resolve: (value: number) => void) => resolve(1),
        }),
    ],
    ['an object whose then is a getter that throws', () => Object.defineProperty({}, 'then', { get: boom })],
    ['an iterator that is frozen', () => Object.freeze({ next: () => ({ done: true }), [Symbol.asyncIterator]: boom })],
    ['a proxy', () => new Proxy({}, { get: boom })],
  ])('when a traced function returns %s', (_name, make) => {
    const { tracer } = recording();
    const returned = make();

    expect(tracer.span('s', () => returned)).toBe(returned);
    expect(tracer.continue({ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }, () => returned)).toBe(
      returned,
    );
  });

  test('when a generator fails or is given up, in any trace', () => {
    for (const sampled of [true, false]) {
      const { tracer } = recording();
      const fails = tracer.trace('t', { sampled }, function* (): Generator<number> {
        yield 1;
        boom();
      } as () => Generator<number>);
      expect(() => [...fails]).toThrow('boom');
      const given = tracer.trace('t', { sampled }, function* (): Generator<number> {
        yield 1;
        yield 2;
      } as () => Generator<number>);
      for (const value of given) {
        expect(value).toBe(1);
        break;
      }
    }
  });

  test('when options of a trace or span have getters that throw', async () => {
    const { tracer } = recording();
    const options = () => new Proxy({}, { get: boom }) as never;

    expect(tracer.trace('t', options(), () => 1)).toBe(1);
    expect(tracer.span('s', options(), () => 2)).toBe(2);
    expect(tracer.wrap('w', { kind: 'tool' }, () => 3)()).toBe(3);
    expect(tracer.continue({ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }, options(), () => 4)).toBe(4);
    expect(tracer.inject(options())).toBeDefined();
    expect(() => tracer.flushOn(undefined as never)).not.toThrow();
    expect(tracer.span('s', () => 5)).toBe(5);
  });

  test('when ids are of no use', () => {
    const { tracer } = recording({ ids: { traceId: () => '', spanId: () => 'not hex' }, sampleRate: 0.5 });

    expect(tracer.trace('t', () => tracer.span('s', () => tracer.inject()))).toEqual({});
  });
});

test('what a getter records while its object is written is recorded as well', async () => {
  const { tracer, transport } = recording();
  const input = {
    before: 1,
    get recorded() {
      return tracer.span('within', { input: { deep: [1, 2] } }, () => 'value');
    },
    after: new Map([['a', 1]]),
  };

  tracer.span('s', { input }, () => {});
  await tracer.flush();

  expect(transport.span('s').input_data).toEqual({ before: 1, recorded: 'value', after: { a: 1 } });
  expect(transport.span('within').input_data).toEqual({ deep: [1, 2] });
});

test('links are recorded', async () => {
  const { tracer, transport } = recording();

  tracer.span('s', { links: [{ traceId: 'a', spanId: 'b' }, { traceId: 'c' }] }, () => {});
  await tracer.flush();

  expect(transport.span('s').links).toEqual([{ trace_id: 'a', span_id: 'b' }, { trace_id: 'c' }]);
});

test('a link that is none is left out, and never costs the span', async () => {
  const { tracer, transport } = recording();
  const links = [{ traceId: '' }, null, { traceId: 'a b' }, { traceId: 'a', spanId: 'ü' }] as never;

  tracer.span('s', { links }, () => {});
  await tracer.flush();

  expect(transport.span('s').links).toEqual([{ trace_id: 'a' }]);
});

test('a kind that there is not is recorded as none', async () => {
  const { tracer, transport } = recording();

  tracer.span('s', { kind: 'generation' as never }, () => {});
  await tracer.flush();

  expect(transport.span('s').span_type).toBeUndefined();
});

test('without AsyncLocalStorage what is synchronous hangs together, and nothing else', () => {
  const context = synchronousContext<string>();

  context.run('a', () => {
    expect(context.run('b', () => context.active())).toBe('b');
    expect(context.active()).toBe('a');
    expect(() => context.run('c', boom)).toThrow('boom');
    expect(context.active()).toBe('a');
  });
  expect(context.active()).toBeUndefined();
});

test('a tracer that is off ignores all of it', () => {
  const tracer = new Tracer({ enabled: false, mask: boom, sampleRate: 0.5 });

  expect(tracer.continue({}, () => tracer.trace('t', (trace) => trace.url))).toBe('');
  expect(tracer.inject({ a: '1' })).toEqual({ a: '1' });
  expect(() => tracer.flushOn(boom)).not.toThrow();
});
