import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSearch } from '../../src/domain/search-query.ts';
import { searchDocument } from '../../src/domain/search-text.ts';

describe('parseSearch', () => {
  const texts = (q: string) => parseSearch(q).map(({ text, isPrefix }) => (isPrefix ? `${text} …` : text));

  it('takes words apart, keeps phrases together, and knows beginnings', () => {
    expect(texts('refund "customer policy" tick*')).toEqual(['refund', 'customer policy', 'tick* …']);
  });

  it('passes over what has no letter or digit', () => {
    expect(texts('"" * ( refund ) -')).toEqual(['refund']);
  });

  it('ends a phrase that is never closed with the text', () => {
    expect(texts('"refund pol')).toEqual(['refund pol']);
  });

  it('parts the letters of scripts without spaces', () => {
    expect(texts('退款')).toEqual(['退  款']);
  });

  it('takes any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (q) => {
        for (const { text } of parseSearch(q)) {
          expect(text.isWellFormed()).toBe(true);
          expect(text).not.toMatch(/["\0]/);
        }
      }),
    );
  });
});

/** What `SEARCH_INDEX=heads` promises. */
const headCharacters = 500;

describe('searchDocument', () => {
  const fields = {
    name: 'call',
    error: 'failed',
    input_data: { messages: [{ content: 'question' }] },
    output_data: [1, 'a'],
  };

  it('is of the name alone at depth names', () => {
    expect(searchDocument(fields, 'names')).toEqual({ name: 'call', error: '', input: '', output: '' });
  });

  it('is of the start of each part at depth heads', () => {
    const long = { ...fields, output_data: 'x'.repeat(2 * headCharacters) };

    expect(searchDocument(fields, 'heads')).toEqual({
      name: 'call',
      error: 'failed',
      input: 'question',
      output: '1\na',
    });
    expect(searchDocument(long, 'heads')?.output).toHaveLength(headCharacters);
    expect(searchDocument(long, 'full')?.output).toHaveLength(2 * headCharacters);
  });

  it('is not there where there is nothing to find', () => {
    expect(searchDocument({ output_data: { a: null, b: [true] } }, 'full')).toBeUndefined();
  });

  it('takes any JSON, and of heads so many characters at the most', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme-ascii' }), (value) => {
        const { input = '' } = searchDocument({ input_data: value }, 'heads') ?? {};
        expect(input.length).toBeLessThanOrEqual(headCharacters);
      }),
    );
  });
});
