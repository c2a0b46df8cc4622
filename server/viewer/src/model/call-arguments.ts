import { jsonBreak } from './json-break.ts';
import { parseJson } from './parse-json.ts';

/** The arguments of a call: what they are as JSON, or, where they are none, the text and where it stops being JSON. */
export function readArguments(
  input: unknown,
): { readonly value: unknown } | { readonly text: string; readonly brokenAt: number } {
  if (typeof input !== 'string') return { value: input };
  try {
    return { value: parseJson(input) };
  } catch {
    return { text: input, brokenAt: jsonBreak(input) ?? input.length };
  }
}
