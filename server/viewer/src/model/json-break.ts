const space = /[ \t\n\r]*/y;
const atom = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has none of them in its strings.
const plainCharacters = /[^"\\\u0000-\u001f]+/y;
const escaped = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/** Where a text stops being JSON; undefined where it is JSON. Browsers say it of some faults only, and each in its own words. */
export const jsonBreak = (text: string): number | undefined => new Reader(text).read();

/** Reads JSON without making anything of it. `at` is where it stands, and in the end where it broke. */
class Reader {
  readonly #text: string;
  /** What closes the lists and objects that are open. */
  readonly #closers: string[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): number | undefined {
    if (!this.#readValue()) return this.#at;
    while (this.#closers.length > 0) if (!this.#readNext()) return this.#at;
    this.#take(space);
    return this.#at === this.#text.length ? undefined : this.#at;
  }

  /** A text, a number, a constant, or the beginning of something with values in it, up to the first of these. */
  #readValue(): boolean {
    this.#take(space);
    while (this.#is('{') || this.#is('[')) {
      const closer = this.#skip() === '{' ? '}' : ']';
      this.#take(space);
      if (this.#is(closer)) {
        this.#skip();
        return true;
      }
      this.#closers.push(closer);
      if (closer === '}' && !this.#readName()) return false;
      this.#take(space);
    }
    return this.#is('"') ? this.#readString() : this.#take(atom);
  }

  /** What may stand behind a value: the end of what it is in, or a comma and the next. */
  #readNext(): boolean {
    this.#take(space);
    const closer = this.#closers.at(-1);
    if (closer !== undefined && this.#is(closer)) {
      this.#skip();
      this.#closers.pop();
      return true;
    }
    if (!this.#is(',')) return false;
    this.#skip();
    return (closer === ']' || this.#readName()) && this.#readValue();
  }

  #readName(): boolean {
    this.#take(space);
    if (!this.#is('"') || !this.#readString()) return false;
    this.#take(space);
    if (!this.#is(':')) return false;
    this.#skip();
    return true;
  }

  #readString(): boolean {
    this.#skip();
    for (;;) {
      this.#take(plainCharacters);
      if (this.#is('"')) break;
      if (!this.#is('\\') || !this.#take(escaped)) return false;
    }
    this.#skip();
    return true;
  }

  #is(character: string): boolean {
    return this.#text[this.#at] === character;
  }

  #skip(): string | undefined {
    return this.#text[this.#at++];
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }
}
