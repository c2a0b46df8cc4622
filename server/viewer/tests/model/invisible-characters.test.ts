import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countInvisible, splitInvisible } from '../../src/model/invisible-characters.ts';

const names = (text: string) => splitInvisible(text).flatMap(({ name }) => name ?? []);

describe('invisible characters', () => {
  it.each([
    ['abc\u202Edef', ['U+202E']],
    ['\u001b[31mred', ['ESC']],
    ['zero\u200Bwidth', ['U+200B']],
    ['lone \ud800 surrogate', ['U+D800']],
    ['tag \u{e0041}', ['U+E0041']],
    ['bell\u0007', ['BEL']],
    ['a carriage\rreturn', ['CR']],
    ['joined \u200d nothing', ['U+200D']],
  ])('are named in %j', (text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  it.each([
    'plain\ttext\nwith lines\r\n',
    '👩\u200d👩\u200d👧\u200d👦',
    'نمی\u200cخواهم',
    'क्\u200dष',
    'emoji ✌🏽 and 😀',
    '',
  ])('are not seen where there are none: %j', (text) => {
    expect(names(text)).toEqual([]);
    expect(countInvisible(text)).toBe(0);
  });

  it('leave the text whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(
          splitInvisible(text)
            .map((part) => part.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});
