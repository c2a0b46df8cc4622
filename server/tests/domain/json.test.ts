import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalHash, canonicalJson } from '../../src/domain/json.ts';

/** Members in another order, at every level. */
const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
};

const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 });

describe('canonicalJson', () => {
  it('orders keys by UTF-16 units, not as objects do or as code points stand', () => {
    const value = JSON.parse('{"b":1,"10":1,"9":1,"\\ue000":1,"\\ud83d\\ude00":1,"":1,"__proto__":1,"B":1}');

    const text = canonicalJson(value);

    expect(text).toBe('{"":1,"10":1,"9":1,"B":1,"__proto__":1,"b":1,"\u{1f600}":1,"\ue000":1}');
  });

  it('does not depend on the order of members', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      }),
    );
  });

  it('loses nothing: the text parses to the value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is equal only for values that are', () => {
    const texts = ['1', '"1"', 'true', '"true"', 'null', '"null"', '[]', '{}', '[[]]', '[null]', '{"a":null}', '""'];

    const canonical = texts.map((text) => canonicalJson(JSON.parse(text)));

    expect(new Set(canonical).size).toBe(texts.length);
  });

  it.each([
    ['-0', '0'],
    ['1.0', '1'],
    ['1e2', '100'],
    ['1E400', 'null'],
    ['1e21', '1e+21'],
    ['0.1', '0.1'],
    ['"\\ud800"', '"\\ud800"'],
    ['"\\u00e9\\/"', '"é/"'],
    ['"\\u0000"', '"\\u0000"'],
  ])('writes %s as ECMAScript does: %s', (sent, canonical) => {
    expect(canonicalJson(JSON.parse(sent))).toBe(canonical);
  });

  it('takes a member that is undefined for an absent one', () => {
    expect(canonicalJson({ a: undefined, b: [{ c: undefined }] })).toBe('{"b":[{}]}');
  });
});

describe('canonicalHash', () => {
  it('is the SHA-256 of the text’s UTF-8', () => {
    const value = { é: '\u{1f600}' };

    const hash = createHash('sha256').update(new TextEncoder().encode('{"é":"\u{1f600}"}')).digest('hex');

    expect(canonicalHash(value)).toBe(hash);
  });
});
