import type { Span, SpanOptions, Tracer } from '../index.ts';
import { watchCall } from './watch-call.ts';

/** Reads what a model answers, whole or piece by piece, and says on the span what it was. */
export interface Answer {
  /** Takes the whole answer, or the next piece. True if there is something to show by now. */
  add(value: unknown): boolean;
  recordOn(span: Span): void;
}

/** A call as it is about to be made. */
export interface Call {
  readonly name: string;
  readonly options: SpanOptions;
  readonly answer: Answer;
  /** What is sent in the place of what the caller gave. */
  readonly args?: unknown[] | undefined;
  /** What the caller is given in the place of a streamed answer's iterator. */
  readonly hide?: ((iterator: object) => object) | undefined;
}

/** Makes the call in a span of its own, which ends when the call has come to its end. Gives what the call gave. */
export function recordCall(tracer: Tracer, { name, options, answer, hide }: Call, make: () => unknown): unknown {
  const span = tracer.startSpan(name, options);
  // Not recorded: then there is nothing to see either.
  if (span.isEnded) return make();
  let result: unknown;
  try {
    result = span.run(make);
  } catch (error) {
    span.setError(error).end();
    throw error;
  }
  let hasContent = false;
  return watchCall(result, {
    add(value, isPiece) {
      // An answer may be of a shape that nobody has seen: the caller has it, and the span says what it can.
      const says = attempt(() => answer.add(value));
      if (!isPiece || hasContent || says !== true) return;
      hasContent = true;
      span.setFirstToken();
    },
    fail: (error) => void span.setError(error),
    end(event) {
      if (span.isEnded) return;
      if (event !== undefined) span.addEvent(event);
      attempt(() => answer.recordOn(span));
      span.end();
    },
    hide,
  });
}

/** What a function gives; undefined if it throws. */
export function attempt<Result>(fn: () => Result): Result | undefined {
  try {
    return fn();
  } catch {
    return undefined;
  }
}
