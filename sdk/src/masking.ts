/**
 * What kind of thing a value is that is shown to a {@link Mask}.
 *
 * `label`: names of traces, spans and events, tags, user and session. `parameters`: a model's parameters and the tools
 * that it was offered. `comment`: of a score.
 */
export type MaskKind = 'input' | 'output' | 'metadata' | 'parameters' | 'event' | 'error' | 'label' | 'comment';

/** Where a value stands that is shown to a {@link Mask}. */
export interface MaskContext {
  /** By the wire's names, as in `truncated`: `input_data.messages.0.content`, `error_stack`, `tags.0`. */
  readonly path: string;
  readonly kind: MaskKind;
}

/**
 * Says what is recorded in the place of a value.
 *
 * It is shown every value on its way from the whole to its parts: first the whole input, then its members, then theirs.
 * What it returns is recorded instead; the value itself leaves it as it is. Parts are looked at after it has decided
 * about the whole, parts of a replacement too. `undefined` takes the value out. It must answer at once: a promise
 * counts as a failure. Where it fails the value is dropped, and the record says so.
 */
export type Mask = (value: unknown, context: MaskContext) => unknown;

/** A mask that cannot fail. */
export type SafeMask = (value: unknown, path: string) => unknown;

/** What a mask that failed gives. */
export const maskFailed: unique symbol = Symbol('mask failed');

/** What stands in the place of a value whose mask failed: nothing of the value, nor of the failure, which may quote it. */
export const maskFailedNote = '[Dropped: the mask failed]';

// By the first part of the path: whatever is not named is a label.
const kinds: Readonly<Record<string, MaskKind>> = {
  input: 'input',
  input_data: 'input',
  output: 'output',
  output_data: 'output',
  usage_details: 'output',
  metadata: 'metadata',
  model_parameters: 'parameters',
  tools: 'parameters',
  events: 'event',
  error: 'error',
  error_stack: 'error',
  comment: 'comment',
};

const kindOf = (path: string): MaskKind => {
  const dot = path.indexOf('.');
  const field = dot < 0 ? path : path.slice(0, dot);
  return Object.hasOwn(kinds, field) ? (kinds[field] as MaskKind) : 'label';
};

/** The caller's mask with its failures caught: told to `onFailure`, they become {@link maskFailed}. */
export const safeMask =
  (mask: Mask, onFailure: () => void): SafeMask =>
  (value, path) => {
    try {
      const result = mask(value, { path, kind: kindOf(path) });
      // An asynchronous mask would be too late, and its rejection nobody's.
      if (result === value || !(result instanceof Promise)) return result;
      result.catch(() => {});
    } catch {
      // As if it had given a promise.
    }
    onFailure();
    return maskFailed;
  };

/** A text as it may be recorded; undefined where the mask takes it out. */
export const maskedText = (text: string, path: string, mask: SafeMask | undefined): string | undefined => {
  const result = mask === undefined ? text : mask(text, path);
  if (typeof result === 'string') return result;
  return result === maskFailed ? maskFailedNote : undefined;
};
