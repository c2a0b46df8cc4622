import * as z from 'zod/mini';
import { faultsOf, sentenceOf, useReadableMessages } from './schema-errors.ts';

/**
 * Reads the text of a settings file, which is JSON.
 *
 * @throws Error with a sentence that says where it is wrong.
 */
export function parseSettings<Schema extends z.core.$ZodType>(schema: Schema, text: string): z.output<Schema> {
  useReadableMessages();
  const { success, data, error } = z.safeParse(schema, parseJson(text));
  if (success) return data;
  throw new Error(sentenceOf(faultsOf(error)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON: ${(error as Error).message}`);
  }
}
