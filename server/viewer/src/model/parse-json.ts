/** A number that would print otherwise than it was written: `1.0`, or an integer of more than 53 bits. */
export class WrittenNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  toString(): string {
    return this.source;
  }

  toJSON(): unknown {
    return (JSON as unknown as NewerJson).rawJSON?.(this.source) ?? Number(this.source);
  }
}

/** What browsers have since 2023 and 2025; before, numbers are those of JavaScript. */
interface NewerJson {
  readonly rawJSON?: (text: string) => unknown;
  readonly parse: (
    text: string,
    reviver: (name: string, value: unknown, context?: { readonly source?: string }) => unknown,
  ) => unknown;
}

// A zero at the end of a fraction, an exponent, a long integer, a very long fraction, a negative zero. It may stand in a string too.
const mayPrintOtherwise = /\d\.\d*0(?!\d)|\d[eE]|(?:^|[^\d.])\d{16}|\.\d{18}|-0(?!\.)/;

/**
 * Parses JSON, and keeps numbers as they are written. A text in which none would change, as most are, is parsed as ever: looking
 * for one takes 2 ms a megabyte, while asking for the source of each value makes 29 ms of the 3 ms that parsing takes.
 */
export function parseJson(text: string): unknown {
  if (!mayPrintOtherwise.test(text)) return JSON.parse(text);
  return (JSON as unknown as NewerJson).parse(text, (_, value, context) =>
    typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
      ? new WrittenNumber(context.source)
      : value,
  );
}
