// Larger memory than this is not kept for the next text.
const mostKeptBytes = 16 * 1024 * 1024;

/**
 * Memory that long texts are written into as UTF-8, one after another. Taken new for each, it is what the collector has most
 * work with: memory outside its heap counts as pressure, and it stops the thread that it was handed to, which ingests.
 */
export class TextMemory {
  #bytes = new Uint8Array(0);

  /** The memory goes with what it returns. */
  write(text: string): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes;
    this.#bytes = new Uint8Array(0);
    const encoder = new TextEncoder();
    const { read, written } = encoder.encodeInto(text, bytes);
    return read === text.length ? bytes.subarray(0, written) : encoder.encode(text);
  }

  /** Takes memory for the next text. */
  keep(memory: ArrayBuffer): void {
    if (memory.byteLength > this.#bytes.length && memory.byteLength <= mostKeptBytes)
      this.#bytes = new Uint8Array(memory);
  }
}
