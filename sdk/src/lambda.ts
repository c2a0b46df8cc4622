// `llm-tracer/lambda`: AWS Lambda freezes a process between its answers, timers and all.
import { type AnyFunction, methodOf } from './observe.ts';
import type { Tracer } from './tracer.ts';

/** How {@link withLambda} flushes. */
export interface LambdaOptions {
  /**
   * The longest that an answer waits for delivery, in milliseconds. Less, where the invocation has less time left.
   * @default 2000
   */
  readonly timeoutMs?: number | undefined;
}

// What the answer itself needs to get out before Lambda ends the invocation.
const reserveMs = 200;

/**
 * A Lambda handler of the same signature that answers once what it recorded is delivered, so that nothing waits in a
 * frozen process. Handlers may be asynchronous, call back, or stream: `withLambda` goes inside or outside of
 * `awslambda.streamifyResponse`. Results and errors pass through unchanged.
 *
 * Delivery is bounded by the time that the invocation has left. What could not be delivered waits for the next one.
 *
 * @example
 * ```ts
 * import { Tracer } from 'llm-tracer';
 * import { withLambda } from 'llm-tracer/lambda';
 *
 * const tracer = new Tracer();
 *
 * export const handler = withLambda(
 *   async (event: { question: string }) => tracer.trace('answer', { input: event }, async () => ({ statusCode: 200 })),
 *   tracer,
 * );
 * ```
 */
export function withLambda<Handler extends (...args: never[]) => unknown>(
  handler: Handler,
  tracer: Pick<Tracer, 'flush'>,
  options: LambdaOptions = {},
): Handler {
  const { timeoutMs = 2000 } = options;
  const flush = async (context: unknown): Promise<void> => {
    await tracer.flush(Math.max(Math.min(timeoutMs, remainingMs(context) - reserveMs), 0));
  };

  // A proxy keeps the number of parameters and the marks of `streamifyResponse`, by which Lambda knows what it calls.
  return new Proxy(handler, {
    apply(target, thisArgument, args: unknown[]) {
      const callback = args[2];
      if (typeof callback === 'function') {
        const context = args[1];
        const answer = (...answers: unknown[]): void => {
          const go = (): unknown => Reflect.apply(callback as AnyFunction, undefined, answers);
          void flush(context).then(go, go);
        };
        const result = Reflect.apply(target, thisArgument, [args[0], context, answer]);
        return isThenable(result) ? settled(result, () => flush(context)) : result;
      }
      // (event, context), or (event, responseStream, context).
      const call = async (): Promise<unknown> => Reflect.apply(target, thisArgument, args);
      return settled(call(), () => flush(args.at(-1)));
    },
  });
}

/** What a promise gives, after something else was done. */
const settled = async (promise: PromiseLike<unknown>, afterwards: () => Promise<void>): Promise<unknown> => {
  try {
    return await promise;
  } finally {
    await afterwards().catch(() => {});
  }
};

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && methodOf(value, 'then') !== undefined;

/** What Lambda says is left of the invocation; endless where nobody says. */
function remainingMs(context: unknown): number {
  try {
    const remaining = methodOf(context as object, 'getRemainingTimeInMillis')?.call(context);
    return typeof remaining === 'number' ? remaining : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
