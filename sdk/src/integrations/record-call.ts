import type { Span, SpanOptions, Tracer } from '../index.ts';
import { type CallListener, watchCall } from './watch-call.ts';

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
export function recordCall(tracer: Tracer, call: Call, make: () => unknown): unknown {
  const span = tracer.startSpan(call.name, call.options);
  // Not recorded: then there is nothing to see either.
  if (span.isEnded) return make();
  let result: unknown;
  try {
    result = span.run(make);
  } catch (error) {
    span.setError(error).end();
    throw error;
  }
  return watchCall(result, new RecordedCall(span, call));
}

class RecordedCall implements CallListener {
  readonly hide: Call['hide'];
  readonly #span: Span;
  readonly #answer: Answer;
  #hasContent = false;

  constructor(span: Span, { answer, hide }: Call) {
    this.#span = span;
    this.#answer = answer;
    this.hide = hide;
  }

  add(value: unknown, isPiece: boolean): void {
    // An answer may be of a shape that nobody has seen: the caller has it, and the span says what it can.
    const says = attempt(() => this.#answer.add(value));
    if (!isPiece || this.#hasContent || says !== true) return;
    this.#hasContent = true;
    this.#span.setFirstToken();
  }

  fail(error: unknown): void {
    this.#span.setError(error);
  }

  end(event: 'cancelled' | 'abandoned' | undefined): void {
    if (this.#span.isEnded) return;
    if (event !== undefined) this.#span.addEvent(event);
    attempt(() => this.#answer.recordOn(this.#span));
    this.#span.end();
  }
}

/** What a function gives; undefined if it throws. */
export function attempt<Result>(fn: () => Result): Result | undefined {
  try {
    return fn();
  } catch {
    return undefined;
  }
}
