import * as z from 'zod/mini';

/** The longest id a server accepts, in characters. */
export const maxIdLength = 100;

/**
 * An id that a client made: 1..100 characters of `[A-Za-z0-9_-]`.
 *
 * Clients of ours send W3C Trace Context ids (32 hex digits for a trace, 16 for a span), so that `traceparent`
 * and OTLP need no translation; other clients may send what they have.
 */
export const Id = z
  .string()
  .check(z.regex(/^[A-Za-z0-9_-]{1,100}$/, { error: 'an id has 1 to 100 characters of A-Z a-z 0-9 _ -' }));
export type Id = z.infer<typeof Id>;
