import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highlightCode } from '../../src/model/highlight-code.ts';

const kinds = (code: string, language: string) =>
  Object.fromEntries(
    (highlightCode(code, language) ?? []).flatMap(({ text, kind }) => (kind === undefined ? [] : [[text, kind]])),
  );

describe('highlighting', () => {
  it('tells words of a language, texts, numbers and comments apart', () => {
    expect(kinds('const a = "b"; // c\nreturn 12', 'ts')).toEqual({
      const: 'keyword',
      '"b"': 'string',
      '// c': 'comment',
      return: 'keyword',
      12: 'number',
    });
    expect(kinds('def f():\n  return None', 'python')).toMatchObject({ def: 'keyword', f: 'name', None: 'number' });
    expect(kinds('{"a": true}', 'json')).toMatchObject({ '"a"': 'name', true: 'keyword' });
    expect(kinds('- old\n+ new', 'diff')).toEqual({ '- old': 'removed', '+ new': 'added' });
  });

  it('knows languages by the names that people give them, and says nothing of others', () => {
    for (const language of ['js', 'JavaScript', 'py', 'sh', 'yml', 'html', 'c++', 'golang', 'rs', 'sql'])
      expect(highlightCode('x', language), language).toBeDefined();
    for (const language of ['', 'mermaid', '__proto__', 'constructor'])
      expect(highlightCode('x', language)).toBeUndefined();
  });

  it('leaves every character where it is', () => {
    const bits = fc.constantFrom(
      'const ',
      '"',
      "'",
      '`',
      '${',
      '}',
      '/*',
      '*/',
      '//',
      '\n',
      '<a href="',
      '>',
      '&amp;',
      '\u202e',
      '\ud800',
      '🚀',
      '#',
      '$(',
      '1e3',
      'def ',
    );
    const language = fc.constantFrom(
      'ts',
      'python',
      'html',
      'bash',
      'json',
      'css',
      'sql',
      'yaml',
      'diff',
      'markdown',
      'rust',
      'go',
      'java',
      'c',
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 30 }), language, (parts, name) => {
        const code = parts.join('');

        expect(
          highlightCode(code, name)
            ?.map(({ text }) => text)
            .join(''),
        ).toBe(code);
      }),
    );
  });

  it('does not fail on code that nests without end', () => {
    for (const [bit, name] of [
      ['(', 'ts'],
      ['`${', 'ts'],
      ['/*', 'rust'],
      ['<', 'html'],
      ['$(', 'bash'],
    ] as const) {
      const code = bit.repeat(10_000 / bit.length);

      expect(
        highlightCode(code, name)
          ?.map(({ text }) => text)
          .join(''),
      ).toBe(code);
    }
  });
});
