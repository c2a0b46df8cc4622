// How something that belongs to the application is watched without being changed for it. Stateless, and shared by
// `follow.ts` and the integrations.

export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** A member of an object if it is a function. */
export const methodOf = (value: object, name: PropertyKey): AnyFunction | undefined => {
  const member = (value as Record<PropertyKey, unknown>)[name];
  return typeof member === 'function' ? (member as AnyFunction) : undefined;
};

/** Puts a method on one object, in the place of its prototype's: as invisible as that, or as visible as its own was. */
export const replaceMethod = (value: object, name: PropertyKey, replacement: AnyFunction): void => {
  const enumerable = Object.prototype.propertyIsEnumerable.call(value, name);
  Object.defineProperty(value, name, { value: replacement, writable: true, configurable: true, enumerable });
};

/** Gives on what a promise gives, after it was looked at. */
export const tap = <Value>(
  promise: PromiseLike<Value>,
  onValue: (value: Value) => void,
  onError: (error: unknown) => void,
): PromiseLike<Value> =>
  promise.then(
    (value) => {
      onValue(value);
      return value;
    },
    (error) => {
      onError(error);
      throw error;
    },
  );

/** What is told of an iterator. */
export interface IteratorObserver {
  /** Around each step: the iterator's own code runs inside. */
  around<Result>(step: () => Result): Result;
  chunk(value: unknown): void;
  /** It has come to its end, with this as its return value. */
  end(value: unknown): void;
  /** Its consumer has given it up. */
  cancel(): void;
  fail(error: unknown): void;
}

/** Watches an iterator, synchronous or not, whose steps then run inside of `around` wherever it is consumed. */
export function observeIterator(iterator: object, observer: IteratorObserver): void {
  for (const name of ['next', 'return', 'throw'] as const) {
    const step = methodOf(iterator, name);
    if (step === undefined) continue;
    const onResult = (result: unknown): void => {
      const { done, value } = result as IteratorResult<unknown>;
      // A generator can answer `return` with a yield of its `finally` block: then it is not over.
      if (!done) observer.chunk(value);
      else if (name === 'return') observer.cancel();
      else observer.end(value);
    };
    const onError = (error: unknown): void => observer.fail(error);

    // Made once for all steps: there may be thousands.
    const onStep = (result: unknown): unknown => {
      onResult(result);
      return result;
    };
    const onFailedStep = (error: unknown): never => {
      onError(error);
      throw error;
    };
    replaceMethod(iterator, name, (...args) => {
      let result: unknown;
      try {
        result = observer.around(() => step.apply(iterator, args));
      } catch (error) {
        onError(error);
        throw error;
      }
      if (methodOf(Object(result), 'then') !== undefined) return Promise.resolve(result).then(onStep, onFailedStep);
      return onStep(result);
    });
  }
}
