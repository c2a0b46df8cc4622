import type { SearchTerm } from './search-query.ts';
import { type SearchDocument, searchable } from './search-text.ts';

/** A text as the words that it has, in any case and without accents. */
const wordsOf = (text: string): readonly string[] =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}\p{Co}]+/gu) ?? [];

/**
 * Whether a document has all that is asked for, as an index over it would find: words of a phrase follow each other within
 * one part. Nothing matches where nothing is asked for.
 */
export function matchesTerms(terms: readonly SearchTerm[], document: SearchDocument): boolean {
  if (terms.length === 0) return false;
  const parts = Object.values(document).map((text: string) => wordsOf(text));
  return terms.every(({ text, isPrefix }) => {
    const phrase = wordsOf(searchable(text));
    return phrase.length > 0 && parts.some((words) => hasPhrase(words, phrase, isPrefix));
  });
}

function hasPhrase(words: readonly string[], phrase: readonly string[], isPrefix: boolean): boolean {
  const last = phrase.length - 1;
  for (let start = 0; start + last < words.length; start += 1) {
    const isHere = phrase.every((word, index) => {
      const found = words[start + index] as string;
      return isPrefix && index === last ? found.startsWith(word) : found === word;
    });
    if (isHere) return true;
  }
  return false;
}
