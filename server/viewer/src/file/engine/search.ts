import type { Fields } from '../../../../src/domain/record.ts';
import { parseSearch } from '../../../../src/domain/search-query.ts';
import { searchDocument } from '../../../../src/domain/search-text.ts';

/** Whether a record holds all words of a search, in any case and with or without accents. */
export function searchOf(q: string): (fields: Fields) => boolean {
  const terms = parseSearch(q).map(({ text, isPrefix }) => ({ words: wordsOf(text), isPrefix }));
  return (fields) => {
    if (terms.length === 0) return false;
    const document = searchDocument(fields, 'full');
    if (document === undefined) return false;
    const parts = Object.values(document).map(wordsOf);
    return terms.every(({ words, isPrefix }) => parts.some((part) => follows(part, words, isPrefix)));
  };
}

const wordForm = /[\p{L}\p{N}\p{Co}]+/gu;
const wordsOf = (text: string): readonly string[] =>
  text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().match(wordForm) ?? [];

/** Whether words follow each other somewhere; of a prefix the last may go on. */
function follows(words: readonly string[], wanted: readonly string[], isPrefix: boolean): boolean {
  for (let at = 0; at + wanted.length <= words.length; at += 1) {
    const isHere = wanted.every((word, index) => {
      const own = words[at + index] ?? '';
      return isPrefix && index === wanted.length - 1 ? own.startsWith(word) : own === word;
    });
    if (isHere) return true;
  }
  return false;
}
