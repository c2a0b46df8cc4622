const mostCharacters = 2_000;

/** The beginning of a payload as text, and a word on what is left out. */
export function previewOf(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, undefined, 2) ?? '');
  if (text.length <= mostCharacters) return text;
  return `${text.slice(0, mostCharacters)}…\n(${(text.length - mostCharacters).toLocaleString('en-US')} more characters)`;
}
