import * as z from 'zod/mini';

/** What may be absent; `null` means the same (wire.md: null is a value only in payloads and inside metadata). */
export const absentable = <T extends z.core.SomeType>(schema: T) => z.optional(z.nullable(schema));

/** A name of a trace, span, score or prompt: 1..255 characters. */
export const Name = z.string().check(z.minLength(1), z.maxLength(255));

/** A short label that lists can be filtered by (user, session, model, …): 1..255 characters. */
export const Label = z.string().check(z.minLength(1), z.maxLength(255));

/** A longer text that is not a payload (messages of errors, stacks, comments). */
export const Text = z.string().check(z.maxLength(100_000));

/** Any JSON value. Kept whole: types, `null`, any key, any Unicode. */
export const Json = z.unknown();

/** A JSON object, passed through untouched (a record schema would copy it and lose a `__proto__` key). */
export const JsonObject = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  { error: 'must be a JSON object' },
);

/** At most 50 tags of 1..100 characters. */
export const Tags = z.array(z.string().check(z.minLength(1), z.maxLength(100))).check(z.maxLength(50));

/** Inclusive token count, 0..10^12. */
export const TokenCount = z.int().check(z.gte(0), z.lte(1e12));

/** US dollars, 0..10^6. */
export const CostUsd = z.number().check(z.gte(0), z.lte(1e6));

/** Revision of a record; the greater one wins among records that are equally finished. */
export const Revision = z.int().check(z.gte(0), z.lte(2 ** 31 - 1));

/** Says what a limit cut out of a record. `path` begins with the field's name: `input_data.messages.0.content`. */
export const Truncation = z.object({
  path: z.string().check(z.minLength(1), z.maxLength(1000)),
  original_bytes: z.int().check(z.gte(0)),
});
export type Truncation = z.infer<typeof Truncation>;

/** State of a trace or span. On a running record it is ignored, on a finished one `running` counts as absent. */
export const Status = z.enum(['running', 'ok', 'error']);
export type Status = z.infer<typeof Status>;
