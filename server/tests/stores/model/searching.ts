import type { Fields } from '../../../src/domain/record.ts';

/** What search may find in each part: all of a name, and the first 500 characters of what an error, input and output say. */
export const searchedTexts = (fields: Fields): string[] => [
  String(fields['name'] ?? ''),
  ...['error', 'input_data', 'input', 'output_data', 'output'].map((part) =>
    said(fields[part]).join('\n').slice(0, 500),
  ),
];

/** Every word, or phrase in quotes, stands in one of the texts. */
export const isFound = (q: string, texts: readonly string[]): boolean => {
  const phrases = [...q.matchAll(/"([^"]*)"?|([^\s"]+)/g)].map(([, quoted, word = '']) => ({
    words: words(quoted ?? word),
    isBeginning: quoted === undefined && word.endsWith('*'),
  }));
  const asked = phrases.filter((phrase) => phrase.words.length > 0);
  return asked.length > 0 && asked.every((phrase) => texts.some((text) => holds(words(text), phrase)));
};

const holds = (text: readonly string[], phrase: { readonly words: readonly string[]; readonly isBeginning: boolean }) =>
  text.some((_, start) =>
    phrase.words.every((word, index) => {
      const found = text[start + index];
      return phrase.isBeginning && index === phrase.words.length - 1 ? found?.startsWith(word) : found === word;
    }),
  );

const spaceless = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu;

const words = (text: string): readonly string[] =>
  text
    .replace(spaceless, ' $& ')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

const said = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(said) : [];
};
