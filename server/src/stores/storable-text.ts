/**
 * A string as engines can hold it. UTF-8 has no lone surrogates and SQLite's text ends at a NUL, so strings with either are
 * kept as JSON behind a mark. Injective: what is stored is equal iff the strings are.
 */
export const textOf = (value: string): string =>
  value.isWellFormed() && !value.includes('\0') && !value.startsWith(mark) ? value : mark + JSON.stringify(value);

export const stringOf = (text: string): string =>
  text.startsWith(mark) ? (JSON.parse(text.slice(mark.length)) as string) : text;

const mark = '\u0001';
