import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, WrittenNumber } from '../../src/model/parse-json.ts';

const printed = (text: string) => JSON.stringify(parseJson(text));

describe('JSON in a text', () => {
  it('keeps numbers as they were written', () => {
    for (const text of [
      '1.0',
      '0.12345678901234567890',
      '[12345678901234567]',
      '12345678901234567890',
      '-0',
      '1e3',
      '0.10',
      '1E+2',
      '[1.50,{"id":9007199254740993}]',
    ])
      expect(printed(text)).toBe(text);
    expect(String(parseJson('1.0'))).toBe('1.0');
  });

  it('has plain numbers where nothing would be lost', () => {
    expect(parseJson('[1, 1.5, -2, 1e21, 123456789012345678]')).toEqual([
      1,
      1.5,
      -2,
      new WrittenNumber('1e21'),
      new WrittenNumber('123456789012345678'),
    ]);
    expect(parseJson('[0, 10, 100.25]')).toEqual([0, 10, 100.25]);
  });

  it('is otherwise what JSON.parse makes of it', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(printed(text) as string)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('fails on what is none', () => {
    expect(() => parseJson('{"city": "Os')).toThrow(SyntaxError);
  });
});
