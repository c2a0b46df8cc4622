import { nodeBuiltin } from './node-builtin.ts';

/** What is told how a result went on. A span is one. */
export interface Follower {
  /** Calls `fn` inside of what is followed. */
  run<Result>(fn: () => Result): Result;
  /** A way to call functions later in the context of now: the consumer's. */
  outside(): <Result>(fn: () => Result) => Result;
  succeed(output: unknown): void;
  fail(error: unknown): void;
  cancelled(): void;
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
type Members = Record<PropertyKey, unknown>;

const method = (value: object, name: PropertyKey): AnyFunction | undefined => {
  const member = (value as Members)[name];
  return typeof member === 'function' ? (member as AnyFunction) : undefined;
};

/** Puts a method on one object, in the place of its prototype's; as invisible as methods are. */
const replace = (value: object, name: PropertyKey, replacement: AnyFunction): void => {
  Object.defineProperty(value, name, { value: replacement, writable: true, configurable: true, enumerable: false });
};

/**
 * Gives back what a traced function returned, and tells the follower when that has come to its end: a plain value at
 * once, a promise when it settles, a stream or generator when it is read to its end, given up, or fails.
 *
 * Everything but a native promise is given back as the same object. What has to be seen is seen by methods put on that
 * one object: reading a stream for the caller, or calling `then` on a lazy promise, would change what the program does.
 */
export function follow<Result>(result: Result, follower: Follower): Result {
  if (typeof result !== 'object' || result === null) {
    follower.succeed(result);
    return result;
  }
  try {
    if (result instanceof Promise && result.constructor === Promise) {
      return result.then(
        (value) => follow(value, follower),
        (error) => {
          follower.fail(error);
          throw error;
        },
      ) as Result;
    }
    if (method(result, 'then') !== undefined) followThenable(result, follower);
    else if (!followStream(result, follower)) follower.succeed(result);
  } catch {
    // A frozen object, a hostile proxy: its end cannot be seen, so this is taken for it.
    follower.succeed(result);
  }
  return result;
}

/**
 * Promises with a mind of their own: an `APIPromise` of a provider's client, a query builder. Many start their work in
 * `then`, and some have other doors (`withResponse`, `asResponse`), so the doors are watched and none is opened.
 */
function followThenable(thenable: object, follower: Follower): void {
  const then = method(thenable, 'then') as AnyFunction;

  const observedThen: AnyFunction = (onFulfilled, onRejected) => {
    const outside = follower.outside();
    return follower.run(() =>
      then.call(
        thenable,
        (value: unknown) => {
          follow(value, follower);
          return typeof onFulfilled === 'function' ? outside(() => onFulfilled(value)) : value;
        },
        (error: unknown) => {
          follower.fail(error);
          if (typeof onRejected === 'function') return outside(() => onRejected(error));
          throw error;
        },
      ),
    );
  };
  replace(thenable, 'then', observedThen);
  if (method(thenable, 'catch') !== undefined) {
    replace(thenable, 'catch', (onRejected) => observedThen(undefined, onRejected));
  }
  if (method(thenable, 'finally') !== undefined) {
    replace(thenable, 'finally', (onSettled) => {
      const settle = async () => (typeof onSettled === 'function' ? onSettled() : undefined);
      return observedThen(
        (value: unknown) => settle().then(() => value),
        (error: unknown) =>
          settle().then(() => {
            throw error;
          }),
      );
    });
  }
  for (const door of ['withResponse', 'asResponse']) {
    const open = method(thenable, door);
    if (open === undefined) continue;
    replace(thenable, door, (...args) => {
      const answer = follower.run(() => open.apply(thenable, args)) as Promise<unknown>;
      return answer.then(
        (value) => {
          // `withResponse` gives the parsed value beside the response; a bare response is not worth keeping.
          const data = door === 'withResponse' ? (value as { data?: unknown }).data : undefined;
          follow(data, follower);
          return value;
        },
        (error) => {
          follower.fail(error);
          throw error;
        },
      );
    });
  }
}

/** Watches a stream or generator; false if the value is neither. */
function followStream(value: object, follower: Follower): boolean {
  if (globalThis.ReadableStream !== undefined && value instanceof ReadableStream) {
    followWebStream(value, follower, createSink());
    return true;
  }
  if (method(value, 'pipe') !== undefined && method(value, 'on') !== undefined && method(value, 'read') !== undefined) {
    followNodeReadable(value, follower);
    return true;
  }
  const tag = Object.prototype.toString.call(value);
  if (tag === '[object Generator]' || tag === '[object AsyncGenerator]') {
    followIterator(value, follower, createSink());
    return true;
  }
  if (method(value, Symbol.asyncIterator) !== undefined) {
    followAsyncIterable(value, follower, createSink());
    return true;
  }
  return false;
}

// A stream of objects is kept up to here: its consumer may well run for days.
const mostChunks = 1000;

/** Takes the chunks of one reader of a stream. */
interface ChunkSink {
  add(chunk: unknown): void;
  /** What has been read, in the form that is recorded. */
  value(): unknown;
  /** A sink for a second reader of the same chunks. */
  branch(): ChunkSink;
  /** This reader gave up. True if it was the last one. */
  leave(): boolean;
}

/** What a stream gave: texts joined, other chunks as a list. Of several readers the one that is ahead is heard. */
function createSink(): ChunkSink {
  let text: string | undefined = '';
  const chunks: unknown[] = [];
  let count = 0;
  let readers = 0;

  const keep = (chunk: unknown): void => {
    count += 1;
    if (typeof chunk === 'string' && text !== undefined) {
      text += chunk;
      return;
    }
    if (text) chunks.push(text);
    text = undefined;
    if (chunks.length < mostChunks) chunks.push(chunk);
  };
  const value = (): unknown => {
    if (text !== undefined) return text === '' ? undefined : text;
    return count <= mostChunks ? chunks : [...chunks, `[${count - mostChunks} more]`];
  };
  const reader = (alreadyRead: number): ChunkSink => {
    let read = alreadyRead;
    readers += 1;
    return {
      add(chunk) {
        read += 1;
        if (read > count) keep(chunk);
      },
      value,
      branch: () => reader(read),
      leave() {
        readers -= 1;
        return readers <= 0;
      },
    };
  };
  return reader(0);
}

/** Takes note of one step of an iterator: a chunk, the end, or a failure. */
function observeStep(step: unknown, follower: Follower, output: ChunkSink): void {
  const { done, value } = step as IteratorResult<unknown>;
  if (!done) output.add(value);
  else follower.succeed(output.value() ?? value);
}

/** A generator or iterator: its body runs inside of the span at each step, wherever it is consumed. */
function followIterator(iterator: object, follower: Follower, output: ChunkSink): void {
  for (const name of ['next', 'return', 'throw'] as const) {
    const step = method(iterator, name);
    if (step === undefined) continue;
    const settle = (result: unknown): void => {
      // A generator can answer `return` with a yield of its `finally` block: then it is not over.
      const isOver = (result as IteratorResult<unknown>).done === true;
      if (name !== 'return' || !isOver) {
        observeStep(result, follower, output);
      } else if (output.leave()) {
        follower.cancelled();
        follower.succeed(output.value());
      }
    };
    replace(iterator, name, (...args) => {
      let result: unknown;
      try {
        result = follower.run(() => step.apply(iterator, args));
      } catch (error) {
        follower.fail(error);
        throw error;
      }
      if (method(result as object, 'then') === undefined) {
        settle(result);
        return result;
      }
      return Promise.resolve(result).then(
        (settled) => {
          settle(settled);
          return settled;
        },
        (error) => {
          follower.fail(error);
          throw error;
        },
      );
    });
  }
}

function followAsyncIterable(value: object, follower: Follower, output: ChunkSink): void {
  const iterate = method(value, Symbol.asyncIterator) as AnyFunction;
  replace(value, Symbol.asyncIterator, (...args) => {
    const iterator = iterate.apply(value, args) as object;
    if (iterator === value) followOnce(value, () => followIterator(value, follower, output));
    else followIterator(iterator, follower, output);
    return iterator;
  });
  // An iterable that is its own iterator can be stepped by hand as well.
  if (method(value, 'next') !== undefined) followOnce(value, () => followIterator(value, follower, output));
  followTee(value, output, (branch, sink) => followAsyncIterable(branch, follower, sink));
}

const followed = new WeakSet<object>();
const followOnce = (value: object, start: () => void): void => {
  if (followed.has(value)) return;
  followed.add(value);
  start();
};

/** Both branches of a `tee()` read the same chunks, and either may be the one that sees the end. */
function followTee(value: object, output: ChunkSink, followBranch: (branch: object, output: ChunkSink) => void): void {
  const tee = method(value, 'tee');
  if (tee === undefined) return;
  replace(value, 'tee', () => {
    const branches = tee.call(value) as [object, object];
    followBranch(branches[0], output);
    followBranch(branches[1], output.branch());
    return branches;
  });
}

function followWebStream(stream: ReadableStream, follower: Follower, output: ChunkSink): void {
  const { getReader, values, cancel, pipeTo } = stream as unknown as Record<string, AnyFunction>;

  const giveUp = (): void => {
    if (!output.leave()) return;
    follower.cancelled();
    follower.succeed(output.value());
  };
  const failing = (error: unknown): never => {
    follower.fail(error);
    throw error;
  };

  replace(stream, 'getReader', (...args) => {
    const reader = (getReader as AnyFunction).apply(stream, args) as ReadableStreamDefaultReader;
    const read = (reader as unknown as { read: AnyFunction }).read;
    const cancelReader = (reader as unknown as { cancel: AnyFunction }).cancel;
    replace(reader, 'read', (...readArgs) =>
      (read.apply(reader, readArgs) as Promise<unknown>).then((step) => {
        observeStep(step, follower, output);
        return step;
      }, failing),
    );
    replace(reader, 'cancel', (...reason) => {
      giveUp();
      return cancelReader.apply(reader, reason);
    });
    return reader;
  });
  const iterate: AnyFunction = (...args) => {
    const iterator = (values as AnyFunction).apply(stream, args) as object;
    followIterator(iterator, follower, output);
    return iterator;
  };
  replace(stream, 'values', iterate);
  replace(stream, Symbol.asyncIterator, iterate);
  replace(stream, 'cancel', (...reason) => {
    giveUp();
    return (cancel as AnyFunction).apply(stream, reason);
  });
  replace(stream, 'pipeTo', (...args) =>
    ((pipeTo as AnyFunction).apply(stream, args) as Promise<unknown>).then((done) => {
      follower.succeed(output.value());
      return done;
    }, failing),
  );
  const pipeThrough = (stream as unknown as Record<string, AnyFunction>)['pipeThrough'] as AnyFunction;
  replace(stream, 'pipeThrough', (...args) => {
    const readable = pipeThrough.apply(stream, args) as ReadableStream;
    followWebStream(readable, follower, output);
    return readable;
  });
  followTee(stream, output, (branch, sink) => followWebStream(branch as ReadableStream, follower, sink));
}

/** A Node stream says by events how it ends. Its chunks are left alone: a `data` listener would start it. */
function followNodeReadable(stream: object, follower: Follower): void {
  const on = method(stream, 'on') as AnyFunction;
  // An ordinary `error` listener would count as handling the error.
  const errorEvent = nodeBuiltin('node:events')?.errorMonitor;
  if (errorEvent !== undefined) on.call(stream, errorEvent, (error: unknown) => follower.fail(error));
  on.call(stream, 'end', () => follower.succeed(undefined));
  on.call(stream, 'close', () => {
    follower.cancelled();
    follower.succeed(undefined);
  });
}
