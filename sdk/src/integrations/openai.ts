import type OpenAI from 'openai';
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionCreateParams,
} from 'openai/resources/chat/completions';
import { TracerError } from '../errors.ts';
import type { Span, Tracer } from '../index.ts';
import { type AnyFunction, methodOf, observeIterator, replaceMethod, tap } from '../observe.ts';
import { ChatAnswer } from './openai-chat-answer.ts';

/** Clients that are wrapped already, with their tracer: wrapping twice would record each call twice. */
const wrapped = new WeakMap<object, Tracer>();

/**
 * An OpenAI client whose chat completions are recorded as spans: messages, tools, usage, first token, errors; plain,
 * streamed, and through `parse`, `stream` and `runTools`.
 *
 * The client given is not changed. The one returned behaves as it in everything: same classes, lazy promises with
 * `withResponse()` and `asResponse()`, streams with `tee()` and `controller`.
 *
 * @param client An `OpenAI` client, or a subclass such as `AzureOpenAI`.
 * @param tracer Where spans go. If it is off, the client is returned as it is.
 * @throws TracerError `unsupported_client` if it has no chat completions.
 * @example
 * ```ts
 * import OpenAI from 'openai';
 * import { Tracer } from 'llm-tracer';
 * import { wrapOpenAI } from 'llm-tracer/openai';
 *
 * const openai = wrapOpenAI(new OpenAI(), new Tracer());
 * await openai.chat.completions.create({
 *   model: 'gpt-4o-mini',
 *   messages: [{ role: 'user', content: 'What is the capital of France?' }],
 * });
 * ```
 */
export function wrapOpenAI<Client extends Pick<OpenAI, 'chat'>>(client: Client, tracer: Tracer): Client {
  if (typeof client?.chat?.completions?.create !== 'function') {
    throw new TracerError(
      'unsupported_client',
      'wrapOpenAI needs an OpenAI client: this has no chat.completions.create.',
    );
  }
  if (!tracer.enabled || wrapped.get(client) === tracer) return client;

  const proxy: Client = overlay(client, {
    chat: (chat) =>
      overlay(chat as object, {
        completions: (completions) => overlayCompletions(completions as object, () => proxy, tracer),
      }),
    // A client made from this one is traced as well.
    withOptions: (withOptions) =>
      forwarding(withOptions as AnyFunction, (args) => {
        const other = Reflect.apply(withOptions as AnyFunction, client, args) as Client;
        return wrapOpenAI(other, tracer);
      }),
  });
  wrapped.set(proxy, tracer);
  return proxy;
}

/**
 * `parse`, `stream` and `runTools` are written in terms of `this._client.chat.completions.create`: shown the wrapped
 * client there, they are traced without being touched.
 */
const overlayCompletions = (completions: object, client: () => object, tracer: Tracer): object => {
  const helpers = overlay(completions, { _client: client });
  const asHelper = (helper: unknown) =>
    forwarding(helper as AnyFunction, (args) => Reflect.apply(helper as AnyFunction, helpers, args));
  return overlay(completions, {
    create: (create) =>
      forwarding(create as AnyFunction, (args) => {
        const call = () => Reflect.apply(create as AnyFunction, completions, args);
        return tracer.enabled ? traceChat(args[0] as ChatCompletionCreateParams, call, tracer) : call();
      }),
    parse: asHelper,
    stream: asHelper,
    runTools: asHelper,
  });
};

/** A function that looks the same and does something else. */
const forwarding = (original: AnyFunction, call: (args: unknown[]) => unknown): AnyFunction =>
  new Proxy(original, { apply: (_target, _this, args: unknown[]) => call(args) });

/**
 * The object with some members replaced. Methods run on the object itself: private fields are not to be had through a
 * proxy. A replacement is made once for each value, so that members stay identical from one access to the next.
 */
function overlay<Target extends object>(
  target: Target,
  replacements: Record<string, (value: unknown) => unknown>,
): Target {
  const made = new WeakMap<object, unknown>();

  const proxy: Target = new Proxy(target, {
    get(_target, key) {
      const value: unknown = Reflect.get(target, key, target);
      const isObject = typeof value === 'object' || typeof value === 'function';
      if (!isObject || value === null || key === 'constructor' || isFixed(target, key)) return value;
      const replacement = typeof key === 'string' && Object.hasOwn(replacements, key) ? replacements[key] : undefined;
      if (replacement === undefined && typeof value !== 'function') return value;
      if (!made.has(value)) made.set(value, replacement?.(value) ?? onTarget(value as AnyFunction));
      return made.get(value);
    },
    set: (_target, key, value) => Reflect.set(target, key, value, target),
  });
  const onTarget = (method: AnyFunction): AnyFunction =>
    new Proxy(method, {
      apply: (_method, self, args) => Reflect.apply(method, self === proxy ? target : self, args),
    });
  return proxy;
}

/** A proxy must show such a member as it is. */
const isFixed = (target: object, key: PropertyKey): boolean => {
  const descriptor = Object.getOwnPropertyDescriptor(target, key);
  return descriptor?.configurable === false && descriptor.writable === false;
};

function traceChat(body: ChatCompletionCreateParams, call: () => unknown, tracer: Tracer): unknown {
  const span = startChatSpan(body, tracer);
  let result: unknown;
  try {
    result = span.run(call);
  } catch (error) {
    span.setError(error).end();
    throw error;
  }
  try {
    return observed(result, span);
  } catch {
    // Something unlike any client known so far. The caller gets it as it is; its end cannot be seen.
    span.end();
    return result;
  }
}

function observed(result: unknown, span: Span): unknown {
  if (methodOf(Object(result), 'parse') !== undefined) {
    observeApiPromise(result as LazyPromise, span);
    return result;
  }
  // A stand-in for a client, as tests have them.
  const onError = (error: unknown): void => void span.setError(error).end();
  if (result instanceof Promise) return tap(result, (value) => recordAnswer(value, span), onError);
  recordAnswer(result, span);
  return result;
}

/** What an `APIPromise` is made of. */
interface LazyPromise {
  parseResponse(...args: unknown[]): Promise<unknown>;
  parse(): Promise<unknown>;
  asResponse(): Promise<unknown>;
  _thenUnwrap?(...args: unknown[]): LazyPromise;
}

function startChatSpan(body: ChatCompletionCreateParams, tracer: Tracer): Span {
  const { messages, model, tools, ...modelParameters } = body ?? {};
  return tracer.startSpan(`chat ${model}`, {
    kind: 'llm',
    provider: 'openai',
    model,
    // A copy of the list: agents push the answer onto the very one that they sent.
    input: { messages: Array.isArray(messages) ? [...messages] : messages },
    modelParameters: Object.keys(modelParameters).length > 0 ? modelParameters : undefined,
    tools,
  });
}

/**
 * Sees an `APIPromise` settle without settling it: it is lazy (its body is read when somebody asks for the value, or
 * never, with `asResponse`), and one whose error nobody handles must stay unhandled.
 */
function observeApiPromise(promise: LazyPromise, span: Span): void {
  const onError = (error: unknown): void => void span.setError(error).end();
  const { parseResponse, parse, asResponse, _thenUnwrap } = promise;

  // Every way to the value leads through here: `then`, `withResponse`.
  promise.parseResponse = async (...args) => {
    const value = await parseResponse.apply(promise, args);
    recordAnswer(value, span);
    return value;
  };

  let parsed: Promise<unknown> | undefined;
  replaceMethod(promise, 'parse', () => {
    const isFirst = parsed === undefined;
    parsed = parse.call(promise);
    // Its callers all derive a promise of their own from it, so listening here handles no error for them.
    if (isFirst) parsed.then(undefined, onError);
    return parsed;
  });
  replaceMethod(promise, 'asResponse', () => {
    const onResponse = (): void => {
      // `withResponse` asks for both. With the response alone, the body is the caller's business.
      if (parsed === undefined) span.end();
    };
    return tap(asResponse.call(promise), onResponse, onError);
  });
  if (_thenUnwrap === undefined) return;
  // `chat.completions.parse` hands out a promise that is derived from this one by this.
  replaceMethod(promise, '_thenUnwrap', (...args) => {
    const derived = _thenUnwrap.apply(promise, args);
    observeApiPromise(derived, span);
    return derived;
  });
}

function recordAnswer(value: unknown, span: Span): void {
  const answer = new ChatAnswer();
  try {
    if (methodOf(Object(value), Symbol.asyncIterator) !== undefined) {
      observeStream(value as object, answer, span);
      return;
    }
    answer.addCompletion(value as ChatCompletion);
    answer.recordOn(span);
  } catch {
    // An answer of a shape nobody has seen: the caller has it, and the span says what it can.
  }
  span.end();
}

interface StreamLike {
  iterator?: () => object;
  readonly controller?: AbortController;
}

function observeStream(stream: StreamLike, answer: ChatAnswer, span: Span): void {
  const finish = (): void => {
    answer.recordOn(span);
    span.end();
  };
  const cancel = (): void => {
    span.addEvent('cancelled');
    finish();
  };
  const watched = (iterator: object): object => {
    observeIterator(iterator, {
      around: (step) => step(),
      chunk: (chunk) => answer.addChunk(chunk as ChatCompletionChunk, span),
      // An aborted stream ends without a word.
      end: () => (stream.controller?.signal.aborted ? cancel() : finish()),
      cancel,
      fail: (error) => {
        span.setError(error);
        finish();
      },
    });
    return iterator;
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
