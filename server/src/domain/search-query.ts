import { searchable } from './search-text.ts';

/** One thing that a record must have to match: words that follow each other, the last perhaps only the beginning of one. */
export interface SearchTerm {
  readonly text: string;
  readonly isPrefix: boolean;
}

const part = /"([^"]*)"?|[^\s"]+/g;
const wordCharacter = /[\p{L}\p{N}\p{Co}]/u;

/**
 * What `q` asks for. Words stand apart by white space; all must be in one record (the trace's own or a span's), in any case
 * and with or without accents. Words in double quotes must follow each other; `refun*` takes all words that begin so. Nothing
 * else has a meaning, so nothing that a client can send is a wrong query: `foo-bar` is the phrase `"foo bar"`, a quote that
 * is never closed ends with the text, and what has no letter or digit in it is passed over.
 */
export function parseSearch(q: string): SearchTerm[] {
  return Array.from(
    q.matchAll(part),
    ([given, quoted]): SearchTerm => ({
      text: searchable(quoted ?? given).trim(),
      isPrefix: quoted === undefined && given.endsWith('*'),
    }),
  ).filter(({ text }) => wordCharacter.test(text));
}
