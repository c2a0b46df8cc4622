import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';

/** One fault that a schema found, as a Problem lists it. */
export interface SchemaFault {
  /** Where: `spans.0.name`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** A hostile body can have a fault in each of a million places; nobody reads more than these. */
const mostFaults = 20;

/** Makes zod's messages sentences. Without it zod/mini says "Invalid input" to everything. */
export function useReadableMessages(): void {
  const { localeError } = en();
  z.config({
    localeError: (issue) =>
      issue.code === 'invalid_type' && issue.input === undefined ? 'is required' : localeError(issue),
  });
}

/** What a schema found, at most the first 20 faults. */
export const faultsOf = (error: z.core.$ZodError): SchemaFault[] =>
  error.issues.slice(0, mostFaults).map(({ path, message }) => ({ path: path.map(String).join('.'), message }));

/** The faults as one sentence: `name: is required; tokens_input: …`. */
export function sentenceOf(faults: readonly SchemaFault[]): string {
  const [shown, others] = [faults.slice(0, 3), faults.length - 3];
  const sentence = shown.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  return others > 0 ? `${sentence}; and ${others} more` : sentence;
}
