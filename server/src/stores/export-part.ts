import type { ExportPart, ExportPosition } from './store.ts';

// A part holds the event loop, or a worker, for some 10 ms.
const enoughCharacters = 1_000_000;

/** Lines gathered so far, with how many there are of each kind. */
export class PartOfExport {
  readonly #lines: string[] = [];
  readonly #counts = { trace: 0, span: 0, score: 0 };
  #characters = 0;

  get isFull(): boolean {
    return this.#characters >= enoughCharacters;
  }

  add(kind: 'trace' | 'span' | 'score', line: string): void {
    this.#lines.push(line);
    this.#counts[kind] += 1;
    this.#characters += line.length;
  }

  end(next: ExportPosition | null): ExportPart {
    return { text: this.#lines.join(''), counts: this.#counts, next };
  }
}
