import type { Fields } from './record.ts';

/** How much of a record search finds: its name; also its error and the start of its input and output; or all of these. */
export type SearchDepth = 'names' | 'heads' | 'full';

/** What search finds a record by. Words of different parts are never neighbours in a phrase. */
export interface SearchDocument {
  readonly name: string;
  readonly error: string;
  readonly input: string;
  readonly output: string;
}

/** How many characters of an error, an input and an output make its head. */
const headCharacters = 500;

/** The searchable parts of a trace's or a span's record; undefined where there is no text at all. */
export function searchDocument(fields: Fields, depth: SearchDepth): SearchDocument | undefined {
  const characters = depth === 'full' ? Number.POSITIVE_INFINITY : depth === 'heads' ? headCharacters : 0;
  const part = (value: unknown): string => (characters === 0 ? '' : searchable(leaves(value, characters)));
  const document = {
    name: searchable((fields['name'] as string | undefined) ?? ''),
    error: part(fields['error']),
    input: part(fields['input_data'] ?? fields['input']),
    output: part(fields['output_data'] ?? fields['output']),
  };
  return Object.values(document).some((text) => text !== '') ? document : undefined;
}

/**
 * The texts and numbers of a JSON value in their order, up to so many characters. Not the names of members: `role` and
 * `content` stand in every model call.
 */
function leaves(value: unknown, characters: number): string {
  let text = '';
  const add = (part: unknown): void => {
    if (text.length >= characters) return;
    if (typeof part === 'string') text += text === '' ? part : `\n${part}`;
    else if (typeof part === 'number') text += text === '' ? part : `\n${part}`;
    else if (typeof part === 'object' && part !== null) for (const member of Object.values(part)) add(member);
  };
  add(value);
  return text.length > characters ? text.slice(0, characters) : text;
}

// Scripts that are written without spaces: Han with its compatibility forms, Hiragana, Katakana.
const spacelessLetter = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu;
const beyondLatin = /[\u2e80-\uffff]/;

/**
 * A text as the index and a query both see it. Where a script has no spaces each letter is a word of its own, so that a
 * part of a sentence is found as a phrase. NUL and lone surrogates, which UTF-8 text cannot hold, are no part of a word.
 */
export function searchable(text: string): string {
  const plain = text.toWellFormed().replaceAll('\0', ' ');
  return beyondLatin.test(plain) ? plain.replace(spacelessLetter, ' $& ') : plain;
}
