import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Cut, deepestValue, head, isPlain, utf8Bytes, writeValue } from '../src/serialize.ts';

const limits = { maxBytes: 1_000_000, maxDepth: deepestValue, maxMediaBytes: 65_536 };
const json = (value: unknown, cuts: Cut[] = [], bounds = limits): unknown =>
  JSON.parse(writeValue(value, 'input_data', bounds, cuts));

const anyJson = fc.jsonValue({ stringUnit: 'binary' }) as fc.Arbitrary<unknown>;
// -0 is 0 in JSON.
const normal = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('any JSON value', () => {
  test('comes back deeply equal', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(json(value)).toEqual(normal(value));
      }),
    );
  });

  test('comes back deeply equal beside something that is not JSON', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(json({ value, odd: new Map() })).toEqual({ value: normal(value), odd: {} });
      }),
    );
  });

  test('is left to the native writer', () => {
    fc.assert(fc.property(anyJson, (value) => isPlain(value, limits)));
  });

  test('keeps lone surrogates and keys named __proto__', () => {
    const text = '{"__proto__":{"a":1},"lone":"\\ud800"}';
    const value = JSON.parse(text);

    expect(writeValue(value, 'x', limits, [])).toBe(text);
    expect(writeValue({ value, odd: 1n }, 'x', limits, [])).toBe(`{"value":${text},"odd":"1"}`);
  });
});

describe('what JSON has no form for', () => {
  class Point {
    x = 1;
    #hidden = 2;
    get y() {
      return this.#hidden;
    }
  }

  test.each<[string, unknown, unknown]>([
    ['a bigint', 12345678901234567890n, '12345678901234567890'],
    ['a date', new Date('2026-01-02T03:04:05.678Z'), '2026-01-02T03:04:05.678Z'],
    ['a date that is none', new Date(Number.NaN), 'Invalid Date'],
    ['a map with text keys', new Map([['a', new Map([['b', 1]])]]), { a: { b: 1 } }],
    ['a map with other keys', new Map([[1, 'a']]), [[1, 'a']]],
    ['a set', new Set([1, 2n]), [1, '2']],
    ['a regular expression', /a+/g, '/a+/g'],
    ['an address', new URL('http://a.example/x'), 'http://a.example/x'],
    [
      'numbers that JSON lacks',
      [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
      ['NaN', 'Infinity', '-Infinity'],
    ],
    ['a function', { tool: function search() {} }, { tool: '[Function: search]' }],
    ['a symbol', { s: Symbol('x') }, { s: 'Symbol(x)' }],
    ['undefined members', { a: undefined, b: [undefined], c: 1n }, { b: [null], c: '1' }],
    ['an embedding', new Float32Array([0.5, 1]), [0.5, 1]],
    ['big integers', new BigInt64Array([1n]), ['1']],
    ['a buffer', Buffer.from('hi'), { type: 'Buffer', byte_length: 2, base64: 'aGk=' }],
    ['bytes', new Uint8Array([104, 105]), { type: 'Uint8Array', byte_length: 2, base64: 'aGk=' }],
    ['many bytes', new ArrayBuffer(100_000), { type: 'ArrayBuffer', byte_length: 100_000, sha256: expect.any(String) }],
    ['an instance', new Point(), { x: 1 }],
    ['a promise', Promise.resolve(1), '[Promise]'],
    ['boxed values', [Object(1n), new String('s')], ['1', 's']],
    ['its own form', { toJSON: () => ({ n: 1n }) }, { n: '1' }],
  ])('becomes something readable: %s', (_name, value, expected) => {
    expect(json(value)).toEqual(expected);
  });

  test('shows an error with its cause and whatever else it carries', () => {
    const error = Object.assign(new TypeError('no', { cause: new Error('why') }), { status: 500 });

    expect(json({ error })).toMatchObject({
      error: { name: 'TypeError', message: 'no', status: 500, stack: expect.any(String), cause: { message: 'why' } },
    });
  });

  test('names cycles, and only cycles', () => {
    const shared = { n: 1n };
    const value: Record<string, unknown> = { one: shared, two: shared };
    value['self'] = value;

    expect(json(value)).toEqual({ one: { n: '1' }, two: { n: '1' }, self: '[Circular]' });
  });
});

describe('what throws', () => {
  const thrower = (): never => {
    throw new Error('boom');
  };
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };

  test.each<[string, unknown, unknown]>([
    [
      'a getter',
      Object.defineProperty({ ok: 1 }, 'bad', { get: thrower, enumerable: true }),
      { ok: 1, bad: '[Threw: boom]' },
    ],
    ['a toJSON', { a: { toJSON: thrower } }, { a: '[Threw: boom]' }],
    ['a proxy', [new Proxy({}, { ownKeys: thrower, getPrototypeOf: thrower })], ['[Threw: boom]']],
    [
      'an error whose message throws',
      {
        toJSON() {
          throw { toString: thrower };
        },
      },
      '[Threw: an error that cannot be read]',
    ],
  ])('is noted in its place: %s', (_name, value, expected) => {
    expect(json(value)).toEqual(expected);
  });

  test('is noted in its place: a revoked proxy', () => {
    expect(json({ a: revoked(), b: 1 })).toMatchObject({ a: expect.stringContaining('Threw'), b: 1 });
  });

  test('does so however it is nested, and never through', () => {
    const hostile = fc.constantFrom<unknown>(
      1n,
      Symbol('s'),
      () => 1,
      new Date(Number.NaN),
      new Map([[{}, 1]]),
      { toJSON: thrower },
      new Proxy({}, { get: thrower }),
      new Proxy({}, { ownKeys: thrower }),
      Object.create(null),
      new WeakMap(),
      new (class A {})(),
      {
        get a() {
          return thrower();
        },
      },
      Number.NaN,
      new Float64Array([Number.NaN]),
      new DataView(new ArrayBuffer(3)),
    );
    const tree = fc.letrec((tie) => ({
      node: fc.oneof({ depthSize: 'small' }, hostile, fc.array(tie('node')), fc.dictionary(fc.string(), tie('node'))),
    })).node;

    fc.assert(
      fc.property(tree, (value) => {
        expect(() => json(value)).not.toThrow();
      }),
    );
  });

  test('ends, also when each toJSON gives another object with one', () => {
    const endless = (): object => ({ toJSON: endless });

    expect(() => json(endless())).not.toThrow();
  });
});

describe('limits', () => {
  const nested = (depth: number): unknown => {
    let value: unknown = 1;
    for (let level = 0; level < depth; level += 1) value = [value];
    return value;
  };
  const depthOf = (value: unknown): number => (Array.isArray(value) ? 1 + depthOf(value[0]) : 0);

  test('leave the greatest depth that a server takes', () => {
    const cuts: Cut[] = [];

    expect(depthOf(json(nested(deepestValue), cuts))).toBe(deepestValue);
    expect(cuts).toEqual([]);
  });

  test('cut what is deeper, and say so', () => {
    const cuts: Cut[] = [];

    const value = json(nested(10_000), cuts);

    expect(depthOf(value)).toBe(deepestValue);
    expect(cuts).toEqual([{ path: `input_data${'.0'.repeat(deepestValue)}`, original_bytes: 0 }]);
  });

  test('cut a text at a whole character, and say how much it was', () => {
    const cuts: Cut[] = [];

    const value = json('😀'.repeat(1000), cuts, { ...limits, maxBytes: 1000, maxDepth: 10 }) as string;

    expect(value).toMatch(/^(😀)+…$/u);
    expect(cuts).toEqual([{ path: 'input_data', original_bytes: 4002 }]);
  });

  test('hold for any value, with JSON as the result', () => {
    fc.assert(
      fc.property(fc.array(anyJson, { minLength: 5 }), fc.integer({ min: 300, max: 3000 }), (value, maxBytes) => {
        const cuts: Cut[] = [];
        const text = writeValue({ value, odd: 1n, fill: 'ü'.repeat(2000) }, 'x', { ...limits, maxBytes }, cuts);

        expect(() => JSON.parse(text)).not.toThrow();
        expect(utf8Bytes(text)).toBeLessThanOrEqual(maxBytes);
        expect(cuts.length).toBeGreaterThan(0);
      }),
    );
  });

  test('keep a value that is just within them whole', () => {
    const cuts: Cut[] = [];
    const text = 'x'.repeat(998);

    expect(json(text, cuts, { ...limits, maxBytes: 1000, maxDepth: 10 })).toBe(text);
    expect(cuts).toEqual([]);
  });

  test('hold for objects that are shared without end', () => {
    let value: unknown = 'leaf';
    for (let level = 0; level < 60; level += 1) value = [value, value];

    expect(utf8Bytes(writeValue(value, 'x', limits, []))).toBeLessThanOrEqual(limits.maxBytes);
  });
});

test('the head of a text never ends in half a character', () => {
  expect(head('a😀b', 2)).toBe('a');
  expect(head('a😀b', 3)).toBe('a😀');
  expect(head('ab', 5)).toBe('ab');
});
