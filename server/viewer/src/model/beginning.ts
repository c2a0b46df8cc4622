/** The beginning of a text: at most so many lines and characters, never half of a surrogate pair. */
export function beginningOf(text: string, mostLines: number, mostCharacters: number): string {
  let end = 0;
  for (let lines = 0; lines < mostLines && end < text.length && end <= mostCharacters; lines++) {
    const next = text.indexOf('\n', end);
    end = next < 0 ? text.length : next + 1;
  }
  if (end > mostCharacters) end = mostCharacters;
  if (end < text.length && /[\ud800-\udbff]/.test(text[end - 1] ?? '')) end -= 1;
  return text.slice(0, end);
}
