import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanJson } from '../../src/domain/scan-json.ts';

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

describe('scanJson', () => {
  it('finds the depth of any JSON, whatever its strings hold', () => {
    const strings = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('[[[{{{', '\\', '"', '\\"[', '}]'));
    const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 6 });
    fc.assert(
      fc.property(fc.array(fc.tuple(strings, json)), fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const depth = depthOf(value);

        expect(scanJson(text, depth).isTooDeep).toBe(false);
        expect(scanJson(text, depth - 1).isTooDeep).toBe(true);
      }),
    );
  });

  it('never misses a number beyond a double', () => {
    const digits = fc.integer({ min: 309, max: 1000 }).map((count) => '9'.repeat(count));
    const exponents = fc.integer({ min: 309, max: 99999 }).map((exponent) => `1e${exponent}`);
    const before = fc.constantFrom('', 'true,', '"e",', '[false],', '1.5,');
    fc.assert(
      fc.property(
        before,
        fc.constantFrom('', '-'),
        fc.oneof(digits, exponents),
        fc.boolean(),
        (others, sign, number, isLast) => {
          const text = `{"a":[${others}${sign}${number.replace('e', isLast ? 'E+' : 'e')}${isLast ? '' : ',1'}]}`;
          expect(text).not.toBe(JSON.stringify(JSON.parse(text)));

          expect(scanJson(text, 100).mayHoldHugeNumbers).toBe(true);
        },
      ),
    );
  });

  it.each([
    '{"a":[true,false,null,1.5,-3]}',
    '"1e5 in a string"',
    '["e1","1e999"]',
    `["${'9'.repeat(1000)}",1]`,
    '[ ]',
  ])('sees none in %s', (text) => {
    expect(scanJson(text, 100).mayHoldHugeNumbers).toBe(false);
  });

  it.each(['', '"', '"\\', '{"a":"', ']]]]', '\\"', '[1,2'])('ends on what is no JSON: %j', (text) => {
    expect(scanJson(text, 100).isTooDeep).toBe(false);
  });
});
