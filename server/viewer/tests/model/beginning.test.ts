import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginningOf } from '../../src/model/beginning.ts';

describe('the beginning of a text', () => {
  it('is all of a short one', () => {
    for (const text of ['', 'a', 'a\nb', 'a\n']) expect(beginningOf(text, 3, 10)).toBe(text);
  });

  it('ends after so many lines or characters, and not within a character', () => {
    expect(beginningOf('a\nb\nc\nd', 3, 100)).toBe('a\nb\nc\n');
    expect(beginningOf('abcdef', 3, 4)).toBe('abcd');
    expect(beginningOf('abc🚀', 3, 4)).toBe('abc');
  });

  it('is a beginning within its bounds, and whole where the text is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '\n', '🚀', 'é') }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 2, max: 20 }),
        (text, lines, characters) => {
          const beginning = beginningOf(text, lines, characters);

          expect(text.startsWith(beginning)).toBe(true);
          expect(beginning.isWellFormed()).toBe(true);
          expect(beginning.length).toBeLessThanOrEqual(characters);
          if (text.length <= characters && text.split('\n').length <= lines) expect(beginning).toBe(text);
        },
      ),
    );
  });
});
