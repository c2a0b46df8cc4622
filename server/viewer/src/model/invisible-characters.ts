export interface TextPart {
  readonly text: string;
  readonly isInvisible: boolean;
  /** What to call an invisible character: `U+202E`, `ESC`. */
  readonly name?: string;
}

// C0 but tab and line ends, DEL and C1, zero-width and bidirectional controls, word joiners, the byte order mark, tag
// characters, lone surrogates. ZWNJ and ZWJ are judged by their neighbours below.
const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is what this is for.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}\p{Cs}]/gu;
const lettersAndEmoji = /\p{L}|\p{M}|\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f/u;

const c0Names =
  'NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US'.split(
    ' ',
  );

/**
 * Splits a text into what is seen and what is not. Joiners within words and emoji are part of the writing, and so is the
 * carriage return of a line end.
 */
export function splitInvisible(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(invisible)) {
    const [character] = match;
    if (isWriting(text, match.index, character)) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index), isInvisible: false });
    parts.push({ text: character, isInvisible: true, name: nameOf(character) });
    end = match.index + character.length;
  }
  if (end < text.length || parts.length === 0) parts.push({ text: text.slice(end), isInvisible: false });
  return parts;
}

/** How many characters of a text are not seen. */
export const countInvisible = (text: string): number => splitInvisible(text).filter((part) => part.isInvisible).length;

function isWriting(text: string, index: number, character: string): boolean {
  if (character === '\r') return text[index + 1] === '\n';
  if (character !== '\u200c' && character !== '\u200d') return false;
  const before = [...text.slice(Math.max(0, index - 2), index)].at(-1) ?? '';
  const [after = ''] = text.slice(index + 1, index + 3);
  return lettersAndEmoji.test(before) && lettersAndEmoji.test(after);
}

function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return c0Names[code] ?? (code === 0x7f ? 'DEL' : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`);
}
