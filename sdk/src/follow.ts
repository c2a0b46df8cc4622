import { nodeBuiltin } from './node-builtin.ts';
import { type AnyFunction, methodOf, observeIterator, replaceMethod, tap } from './observe.ts';

/** What is told how a result went on. A trace or span is one. */
export interface Follower {
  /** Calls `fn` inside of what is followed. */
  run<Result>(fn: () => Result): Result;
  /** A way to call functions later in the context of now: the consumer's. */
  outside(): <Result>(fn: () => Result) => Result;
  /** Whether an output is of any use: if not, none is kept. */
  readonly wantsOutput: boolean;
  succeed(output: unknown): void;
  fail(error: unknown): void;
  cancelled(): void;
}

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
        (value) => {
          follow(value, follower);
          return value;
        },
        (error) => {
          follower.fail(error);
          throw error;
        },
      ) as Result;
    }
    if (methodOf(result, 'then') !== undefined) followThenable(result, follower);
    else if (Array.isArray(result) || !followStream(result, follower)) follower.succeed(result);
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
  const then = methodOf(thenable, 'then') as AnyFunction;
  const onError = (error: unknown): void => follower.fail(error);

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
          onError(error);
          if (typeof onRejected === 'function') return outside(() => onRejected(error));
          throw error;
        },
      ),
    );
  };
  replaceMethod(thenable, 'then', observedThen);
  if (methodOf(thenable, 'catch') !== undefined) {
    replaceMethod(thenable, 'catch', (onRejected) => observedThen(undefined, onRejected));
  }
  if (methodOf(thenable, 'finally') !== undefined) {
    replaceMethod(thenable, 'finally', (onSettled) => {
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
    const open = methodOf(thenable, door);
    if (open === undefined) continue;
    // `withResponse` gives the parsed value beside the response; a bare response is not worth keeping.
    const dataOf = (answer: unknown): unknown =>
      door === 'withResponse' ? (answer as { data?: unknown }).data : undefined;
    replaceMethod(thenable, door, (...args) =>
      tap(
        follower.run(() => open.apply(thenable, args)) as Promise<unknown>,
        (answer) => void follow(dataOf(answer), follower),
        onError,
      ),
    );
  }
}

/** Watches a stream or generator; false if the value is neither. */
function followStream(value: object, follower: Follower): boolean {
  if (globalThis.ReadableStream !== undefined && value instanceof ReadableStream) {
    followWebStream(value, follower, createSink(follower));
  } else if (methodOf(value, 'pipe') && methodOf(value, 'on') && methodOf(value, 'read')) {
    followNodeReadable(value, follower);
  } else if (methodOf(value, 'next') && /Generator\]$/.test(Object.prototype.toString.call(value))) {
    followIterator(value, follower, createSink(follower));
  } else if (methodOf(value, Symbol.asyncIterator)) {
    followAsyncIterable(value, follower, createSink(follower));
  } else {
    return false;
  }
  return true;
}

// A stream of objects is kept up to here: its consumer may well run for days.
const mostChunks = 1000;

/** Takes the chunks of one reader of a stream. */
interface ChunkSink {
  add(chunk: unknown): void;
  /** What has been read, in the form that is recorded: texts joined, other chunks as a list. */
  value(): unknown;
  /** A sink for a second reader of the same chunks. Of several the one that is ahead is heard. */
  branch(): ChunkSink;
  /** This reader gave up. True if it was the last one. */
  leave(): boolean;
}

function createSink(follower: Follower): ChunkSink {
  let text: string | undefined = '';
  const chunks: unknown[] = [];
  let count = 0;
  let readers = 0;

  const keep = (chunk: unknown): void => {
    count += 1;
    if (!follower.wantsOutput) return;
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

/** The last reader gave up: what was read until then is the output. */
function giveUp(follower: Follower, sink: ChunkSink): void {
  if (!sink.leave()) return;
  follower.cancelled();
  follower.succeed(sink.value());
}

const followIterator = (iterator: object, follower: Follower, sink: ChunkSink): void =>
  observeIterator(iterator, {
    around: (step) => follower.run(step),
    chunk: (value) => sink.add(value),
    end: (value) => follower.succeed(sink.value() ?? value),
    cancel: () => giveUp(follower, sink),
    fail: (error) => follower.fail(error),
  });

function followAsyncIterable(value: object, follower: Follower, sink: ChunkSink): void {
  // One that is its own iterator can be stepped by hand as well.
  if (methodOf(value, 'next') !== undefined) {
    followIterator(value, follower, sink);
  } else {
    const iterate = methodOf(value, Symbol.asyncIterator) as AnyFunction;
    replaceMethod(value, Symbol.asyncIterator, () => {
      const iterator = iterate.call(value) as object;
      followIterator(iterator, follower, sink);
      return iterator;
    });
  }
  followTee(value, sink, (branch, branchSink) => followAsyncIterable(branch, follower, branchSink));
}

/** Both branches of a `tee()` read the same chunks, and either may be the one that sees the end. */
function followTee(value: object, sink: ChunkSink, followBranch: (branch: object, sink: ChunkSink) => void): void {
  const tee = methodOf(value, 'tee');
  if (tee === undefined) return;
  replaceMethod(value, 'tee', () => {
    const branches = tee.call(value) as [object, object];
    followBranch(branches[0], sink);
    followBranch(branches[1], sink.branch());
    return branches;
  });
}

interface ReadStep {
  readonly done: boolean;
  readonly value?: unknown;
}

function followWebStream(stream: ReadableStream, follower: Follower, sink: ChunkSink): void {
  const original = (name: string): ((...args: unknown[]) => unknown) => {
    const method = methodOf(stream, name) as AnyFunction;
    return (...args) => method.apply(stream, args);
  };
  const onError = (error: unknown): void => follower.fail(error);

  const getReader = original('getReader');
  replaceMethod(stream, 'getReader', (...args) => {
    const reader = getReader(...args) as ReadableStreamDefaultReader;
    const read = methodOf(reader, 'read') as AnyFunction;
    const cancelReader = methodOf(reader, 'cancel') as AnyFunction;
    const onStep = ({ done, value }: ReadStep): void => {
      if (done) follower.succeed(sink.value());
      else sink.add(value);
    };
    replaceMethod(reader, 'read', (...into) => tap(read.apply(reader, into) as Promise<ReadStep>, onStep, onError));
    replaceMethod(reader, 'cancel', (...reason) => {
      giveUp(follower, sink);
      return cancelReader.apply(reader, reason);
    });
    return reader;
  });

  const values = original('values');
  for (const name of ['values', Symbol.asyncIterator]) {
    replaceMethod(stream, name, (...args) => {
      const iterator = values(...args) as object;
      followIterator(iterator, follower, sink);
      return iterator;
    });
  }

  const cancel = original('cancel');
  replaceMethod(stream, 'cancel', (...reason) => {
    giveUp(follower, sink);
    return cancel(...reason);
  });

  const pipeTo = original('pipeTo');
  const onPiped = (): void => follower.succeed(sink.value());
  replaceMethod(stream, 'pipeTo', (...args) => tap(pipeTo(...args) as Promise<unknown>, onPiped, onError));

  const pipeThrough = original('pipeThrough');
  replaceMethod(stream, 'pipeThrough', (...args) => {
    const readable = pipeThrough(...args) as ReadableStream;
    followWebStream(readable, follower, sink);
    return readable;
  });

  followTee(stream, sink, (branch, branchSink) => followWebStream(branch as ReadableStream, follower, branchSink));
}

/** A Node stream says by events how it ends. Its chunks are left alone: a `data` listener would start it. */
function followNodeReadable(stream: object, follower: Follower): void {
  const on = methodOf(stream, 'on') as AnyFunction;
  // An ordinary `error` listener would count as handling the error.
  const errorEvent = nodeBuiltin('node:events')?.errorMonitor;
  if (errorEvent !== undefined) on.call(stream, errorEvent, (error: unknown) => follower.fail(error));
  on.call(stream, 'end', () => follower.succeed(undefined));
  on.call(stream, 'close', () => {
    follower.cancelled();
    follower.succeed(undefined);
  });
}
