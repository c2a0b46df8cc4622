/** Every code that a {@link TracerError} can carry, with what it means. */
export const tracerErrorCodes = {
  unknown_option: 'An option that the constructor does not know, most often a misspelt name.',
  invalid_option: 'An option, or the environment variable in its place, of the wrong type or out of its range.',
  unsupported_client: 'A wrapper was given something that is not the client it wraps.',
} as const;

/** What went wrong, for programs. {@link tracerErrorCodes} says what each means. */
export type TracerErrorCode = keyof typeof tracerErrorCodes;

/**
 * A mistake in how the tracer is set up: thrown while it is being set up, and never later.
 *
 * @example
 * ```ts
 * import { Tracer, TracerError } from 'llm-tracer';
 *
 * try {
 *   new Tracer({ flushIntervalMs: -1 });
 * } catch (error) {
 *   if (error instanceof TracerError && error.code === 'invalid_option') console.error(error.message);
 * }
 * ```
 */
export class TracerError extends Error {
  override readonly name = 'TracerError';
  /** Which mistake it is. */
  readonly code: TracerErrorCode;

  constructor(code: TracerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
