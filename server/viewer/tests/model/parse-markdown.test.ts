import type { Nodes } from 'mdast';
import { describe, expect, it } from 'vitest';
import { isTooNested, parseMarkdown } from '../../src/model/parse-markdown.ts';

const all = (node: Nodes): readonly Nodes[] => [node, ...('children' in node ? node.children.flatMap(all) : [])];
const linksOf = (text: string) => all(parseMarkdown(text)).flatMap((node) => (node.type === 'link' ? node.url : []));
const typesOf = (text: string) => new Set(all(parseMarkdown(text)).map(({ type }) => type));

describe('Markdown', () => {
  it('links addresses with and without brackets around them, and leaves out the full stop behind', () => {
    expect(linksOf('See https://example.org/a_b_c?d=1. Or www.example.org, or <https://example.org/x>.')).toEqual([
      'https://example.org/a_b_c?d=1',
      'http://www.example.org',
      'https://example.org/x',
    ]);
    expect(linksOf('write to someone@example.org')).toEqual(['mailto:someone@example.org']);
    expect(linksOf('`https://example.org`')).toEqual([]);
  });

  it('has tables, struck words and tasks', () => {
    expect(typesOf('| a | b |\n| - | - |\n| 1 | 2 |')).toContain('tableCell');
    expect(typesOf('~~no~~')).toContain('delete');
    expect(all(parseMarkdown('- [x] done'))).toContainEqual(
      expect.objectContaining({ type: 'listItem', checked: true }),
    );
  });

  it('keeps all words of a footnote', () => {
    const texts = all(parseMarkdown('It is so.[^1]\n\n[^1]: As was said before.')).flatMap((node) =>
      node.type === 'text' ? node.value : [],
    );

    expect(texts.join(' ')).toContain('As was said before.');
  });

  it('is not read where it nests without end', () => {
    for (const text of ['>'.repeat(4_000), '> '.repeat(4_000), '1. '.repeat(4_000), `words\n${'- '.repeat(4_000)}x`])
      expect(isTooNested(text)).toBe(true);
    for (const text of ['-'.repeat(200), '> > quoted twice', '1. one\n2. two', '*'.repeat(100), '| - | - |'.repeat(50)])
      expect(isTooNested(text)).toBe(false);
  });
});
