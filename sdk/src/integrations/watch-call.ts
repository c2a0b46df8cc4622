import { type AnyFunction, methodOf, observeIterator, replaceMethod, tap } from '../observe.ts';
import { type Abandonable, asked, whenCollected, whenForgotten } from './abandoned.ts';

/** What is told of a call. */
export interface CallListener {
  /** The answer as a whole, or a piece of a streamed one. */
  add(value: unknown, isPiece: boolean): void;
  fail(error: unknown): void;
  /** It is over. Told once or more. `event`: what happened, where it did not come to its end by itself. */
  end(event: 'cancelled' | 'abandoned' | undefined): void;
  /** What the caller is given in the place of a streamed answer's iterator. */
  readonly hide?: ((iterator: object) => object) | undefined;
}

/** Watches a call of a client of OpenAI or Anthropic (they are built alike) by its result, which it gives back. */
export function watchCall(result: unknown, listener: CallListener): unknown {
  const call = new WatchedCall(listener);
  try {
    if (methodOf(Object(result), 'parse') !== undefined) call.promise(result as ApiPromise);
    // A stand-in for a client, as tests have them.
    else if (result instanceof Promise) return tap(result, call.settle, call.fail);
    else call.settle(result);
  } catch {
    // Something unlike any client known so far. The caller gets it as it is; its end cannot be seen.
    call.end();
  }
  return result;
}

/** What an `APIPromise` is made of. */
interface ApiPromise {
  parse(): Promise<unknown>;
  asResponse(): Promise<unknown>;
  _thenUnwrap?(transform: AnyFunction): ApiPromise;
}

/** What a `Stream` is made of. */
interface StreamLike {
  iterator?: () => object;
  readonly controller?: AbortController;
}

class WatchedCall implements Abandonable {
  /** Let go when the call is over: what the answer made of memory must not last as long as a kept promise or stream. */
  #listener: CallListener | undefined;
  #isReceived = false;
  #isStream = false;

  constructor(listener: CallListener) {
    this.#listener = listener;
  }

  end(event?: 'cancelled' | 'abandoned'): void {
    asked(this);
    this.#listener?.end(event);
    this.#listener = undefined;
  }

  abandoned(): void {
    this.end('abandoned');
  }

  readonly fail = (error: unknown): void => {
    this.#listener?.fail(error);
    this.end();
  };

  /** The answer has come to whoever asked for it. A stream goes on from here. */
  readonly settle = (value: unknown): void => {
    this.#receive(value);
    if (!this.#isStream) this.end();
  };

  #receive(value: unknown): void {
    if (this.#isReceived) return;
    this.#isReceived = true;
    this.#isStream = methodOf(Object(value), Symbol.asyncIterator) !== undefined;
    if (this.#isStream) this.#watch(value as StreamLike);
    else this.#listener?.add(value, false);
  }

  /**
   * Sees an `APIPromise` settle without settling it: it is lazy (its body is read when somebody asks for the value, or
   * never, with `asResponse`), and one whose error nobody handles must stay unhandled.
   */
  promise(promise: ApiPromise): void {
    const { parse, asResponse, _thenUnwrap } = promise;
    let parsed: Promise<unknown> | undefined;
    // Every way to the value leads through here: `then`, `catch`, `finally`, `withResponse`.
    replaceMethod(promise, 'parse', () => {
      if (parsed !== undefined) return parse.call(promise);
      asked(this);
      parsed = parse.call(promise);
      // Its callers all derive a promise of their own from it, so listening here handles no error for them.
      parsed.then(this.settle, this.fail);
      return parsed;
    });
    replaceMethod(promise, 'asResponse', () => {
      asked(this);
      const onResponse = (): void => {
        // `withResponse` asks for both. With the response alone, the body is the caller's business.
        if (parsed === undefined) this.#listener?.end(undefined);
      };
      return tap(asResponse.call(promise), onResponse, this.fail);
    });
    // Helpers (`parse`, `stream`) hand out a promise that is derived from this one by this. What is recorded is what the
    // model said; what they make of it is theirs, its failure apart.
    if (_thenUnwrap !== undefined) {
      replaceMethod(promise, '_thenUnwrap', (transform) => {
        // Its place is taken by what is derived from it, which need not hold it.
        asked(this);
        const derived = _thenUnwrap.call(promise, (value, ...rest) => {
          this.#receive(value);
          return (transform as AnyFunction)(value, ...rest);
        });
        this.promise(derived);
        return derived;
      });
    }
    whenForgotten(promise, this);
  }

  /**
   * A stream that is aborted before it is read, or between two steps, says so nowhere else. A method of its own: the
   * connection holds the signal, and what it listens to must not hold the stream.
   */
  #endWhenAborted(signal: AbortSignal): void {
    // Later, because a failing stream aborts itself before it throws.
    signal.addEventListener('abort', () => setTimeout(() => this.end('cancelled')), { once: true });
  }

  #watch(stream: StreamLike): void {
    asked(this);
    whenCollected(stream, this);
    if (stream.controller !== undefined) this.#endWhenAborted(stream.controller.signal);

    let isWatched = false;
    const watched = (iterator: object): object => {
      // A stream is read once: a second reader gets an error, and the first goes on.
      if (isWatched) return iterator;
      isWatched = true;
      observeIterator(iterator, {
        around: (step) => step(),
        chunk: (chunk) => this.#listener?.add(chunk, true),
        // An aborted stream ends without a word. (Naming the stream here also keeps it from being collected while its
        // iterator is in use.)
        end: () => this.end(stream.controller?.signal.aborted ? 'cancelled' : undefined),
        cancel: () => this.end('cancelled'),
        fail: this.fail,
      });
      return this.#listener?.hide?.(iterator) ?? iterator;
    };

    // Iteration, `tee` and `toReadableStream` of a `Stream` all begin with this function of its own.
    const { iterator } = stream;
    if (typeof iterator === 'function') {
      stream.iterator = () => watched(iterator.call(stream));
    } else {
      const iterate = methodOf(stream, Symbol.asyncIterator) as AnyFunction;
      replaceMethod(stream, Symbol.asyncIterator, () => watched(iterate.call(stream) as object));
    }
  }
}
