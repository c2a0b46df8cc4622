/** A line of a file, and where it stands in it, so that it can be read again. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** In bytes, the second behind its last. */
  readonly start: number;
  readonly end: number;
}

const newline = 0x0a;

/** The lines of a stream, empty ones left out. A line may be longer than a chunk, and a chunk may hold many. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  onBytes?: (read: number) => void,
): AsyncGenerator<Line> {
  let pieces: Uint8Array[] = [];
  let [number, start, read] = [1, 0, 0];
  const close = (end: number): Line | undefined => {
    const text = decoded(pieces)
      .replace(/^\ufeff/, '')
      .trimEnd();
    pieces = [];
    return text.trim() === '' ? undefined : { number, text, start, end };
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      pieces.push(chunk.subarray(from, at));
      const line = close(read + at);
      if (line !== undefined) yield line;
      number += 1;
      start = read + at + 1;
      from = at + 1;
    }
    if (from < chunk.length) pieces.push(chunk.slice(from));
    read += chunk.length;
    onBytes?.(read);
  }
  const line = close(read);
  if (line !== undefined) yield line;
}

function decoded(pieces: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join('') + decoder.decode();
}
