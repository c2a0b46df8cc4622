import * as z from 'zod/mini';

// zod would compile its parsers with `new Function`, which the content security policy forbids (and reports, even as a probe).
z.config({ jitless: true });

/** What an answer says, or in a sentence why it cannot be read. */
export type ReadAnswer<T> = { readonly data: T } | { readonly detail: string };

/** Reads the JSON of an answer by its schema. */
export function readAnswer<T>(json: unknown, schema: z.ZodMiniType<T>): ReadAnswer<T> {
  const answer = schema.safeParse(json);
  if (answer.success) return { data: answer.data };
  const [issue] = answer.error.issues;
  return { detail: `The answer is not what this viewer reads: ${issue?.path.join('.')}: ${issue?.message}` };
}
