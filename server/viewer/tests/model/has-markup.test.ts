import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasMarkup } from '../../src/model/has-markup.ts';
import { parseMarkdown } from '../../src/model/parse-markdown.ts';

const bits = fc.constantFrom(
  ...['word', 'a', ' ', '  ', '-', '+', '=', '1.', '2)', '*', '_', '#', '`', '|', ':', '://', 'http', 'https:', 'www.'],
  ...[
    'a.b',
    '@',
    'mailto:',
    '<',
    '&amp;',
    '!',
    '[',
    ']',
    '(',
    ')',
    '\n',
    '\t',
    '\\',
    '~',
    '"',
    "'",
    '—',
    '🚀',
    '½',
    '\u00a0',
  ],
);

describe('hasMarkup', () => {
  it('is false only of what Markdown reads as one paragraph of the same text', () => {
    fc.assert(
      fc.property(fc.array(bits, { minLength: 1, maxLength: 8 }), (parts) => {
        const text = parts.join('');
        if (hasMarkup(text)) return;

        const { children } = parseMarkdown(text);

        expect(children).toMatchObject([{ type: 'paragraph', children: [{ type: 'text', value: text }] }]);
      }),
      { numRuns: 3_000 },
    );
  });

  it('lets plain lines be plain', () => {
    for (const text of ['Hello', 'What is the weather in Oslo?', 'It is 4 °C (cold), wear a coat: really.'])
      expect(hasMarkup(text)).toBe(false);
  });
});
