import { createActiveContext } from './active-context.ts';
import { type Clock, systemClock } from './clock.ts';
import { createDelivery } from './delivery.ts';
import type { Batcher, FlushReport } from './export/batcher.ts';
import type { BatchRecord } from './export/transport.ts';
import { FlushOn, type WaitUntil } from './flush-on.ts';
import { type Follower, follow } from './follow.ts';
import { type Ids, randomIds } from './ids.ts';
import { safeMask } from './masking.ts';
import { OpenOperations } from './open-operations.ts';
import { inertTraceId, Operation, type Recorder } from './operation.ts';
import { processEnvironment, type ResolvedOptions, resolveOptions, type TracerOptions } from './options.ts';
import { type HeaderSource, type HeaderTarget, type RemoteContext, readHeaders, writeHeaders } from './propagation.ts';
import { isSampled } from './sampling.ts';
import { type ScoreOptions, scoreJson } from './score.ts';
import { deepestValue, describe } from './serialize.ts';
import { Span, type SpanOptions, type SpanPlace } from './span.ts';
import { Trace, type TraceOptions } from './trace.ts';
import { Warnings } from './warnings.ts';
import { type CaptureRules, idOf } from './wire-record.ts';

/** What is known of a span that {@link Tracer.wrap} makes for each call. */
export interface WrapOptions extends Omit<SpanOptions, 'input' | 'startTime'> {
  /**
   * Whether the arguments are recorded: one as it is, several as a list.
   * @default true
   */
  readonly captureInput?: boolean | undefined;
}

/** How {@link Tracer.continue} goes on. */
export interface ContinueOptions {
  /**
   * Whether what happens inside is recorded.
   * @default as the caller decided, by the flag in `traceparent`
   */
  readonly sampled?: boolean | undefined;
}

/**
 * Records what an application does, as traces made of spans, and sends it to an LLM Tracer server.
 *
 * Construction checks the options and throws; afterwards nothing the tracer does throws into the application, blocks
 * it, or keeps its process alive. Each tracer stands alone: its own context, queue and connection.
 *
 * @example
 * ```ts
 * import { Tracer } from 'llm-tracer';
 *
 * const tracer = new Tracer({ url: 'http://127.0.0.1:8001', apiKey: 'project-dev' });
 *
 * const answer = await tracer.trace('answer', { userId: 'u-1' }, async () => {
 *   const docs = await tracer.span('search', { kind: 'retrieval', input: 'tea' }, async () => ['green', 'black']);
 *   return docs.length;
 * });
 * console.log(answer, await tracer.flush());
 * ```
 */
export class Tracer {
  /** Whether anything is recorded. False without a key, when switched off, and once closed. */
  get enabled(): boolean {
    return this.#isRecording;
  }
  /** The project's name, as it was given: for the program's own use. */
  readonly projectId: string | undefined;

  readonly #options: ResolvedOptions;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #context = createActiveContext<Operation | RemoteContext>();
  readonly #warnings: Warnings;
  readonly #batcher: Batcher | undefined;
  readonly #open: OpenOperations | undefined;
  readonly #recorder: Recorder;
  readonly #inertTrace: Trace;
  readonly #inertSpan: Span;
  readonly #flushOn = new FlushOn(() => this.flush());
  #isRecording: boolean;

  /**
   * @param options Everything has a default: with `TRACER_API_KEY` set, `new Tracer()` is enough.
   * @throws TracerError `unknown_option` or `invalid_option`, naming the option and its range.
   */
  constructor(options: TracerOptions = {}) {
    const environment = processEnvironment();
    const resolved = resolveOptions(options, environment);
    this.#options = resolved;
    this.projectId = resolved.projectId;
    this.#clock = resolved.clock ?? systemClock();
    this.#ids = resolved.ids ?? randomIds();
    this.#warnings = new Warnings(resolved.logger, resolved.debug, this.#clock.elapsed);
    this.#recorder = this.#createRecorder();
    this.#inertTrace = new Trace(this.#recorder, inertTraceId, '', {}, resolved, false, false);
    this.#inertSpan = new Span(this.#recorder, inertTraceId.slice(16), '', {}, this.#inertPlace());

    const delivery = { options: resolved, clock: this.#clock, ids: this.#ids, warnings: this.#warnings };
    const stateHome = environment['XDG_STATE_HOME'];
    this.#batcher = resolved.enabled ? createDelivery({ ...delivery, stateHome }) : undefined;
    this.#isRecording = this.#batcher !== undefined;
    if (this.#batcher !== undefined) {
      this.#open = new OpenOperations(resolved.runningAfterMs, this.#clock.now, (operation) =>
        this.#announce(operation),
      );
    }
  }

  /**
   * Calls `fn` within a new trace: active inside `fn`, ended when what `fn` returns has ended (at once, when a promise
   * settles, or when a stream has been read or given up). What it returns or throws passes through unchanged and is
   * recorded as output or error. Inside of another trace it is a trace of its own all the same.
   *
   * @param name 1 to 255 characters; what is longer is cut.
   * @example
   * ```ts
   * import { Tracer } from 'llm-tracer';
   *
   * const tracer = new Tracer();
   * const sum = tracer.trace('add', { tags: ['math'] }, () => 1 + 2);
   * ```
   */
  trace<Result>(name: string, fn: (trace: Trace) => Result): Result;
  trace<Result>(name: string, options: TraceOptions, fn: (trace: Trace) => Result): Result;
  trace<Result>(
    name: string,
    options: TraceOptions | ((trace: Trace) => Result),
    fn?: (trace: Trace) => Result,
  ): Result {
    if (typeof options === 'function') return this.#execute(this.startTrace(name), options);
    return this.#execute(this.startTrace(name, options), fn as (trace: Trace) => Result);
  }

  /**
   * Calls `fn` within a new span below the active span or trace; outside of any, the span makes a trace of its own.
   * Ends and passes through as {@link Tracer.trace} does.
   *
   * @param name 1 to 255 characters; what is longer is cut.
   * @example
   * ```ts
   * import { Tracer } from 'llm-tracer';
   *
   * const tracer = new Tracer();
   * const docs = await tracer.span('search', { kind: 'retrieval', input: 'tea' }, async (span) => {
   *   span.addEvent('cache miss');
   *   return ['green', 'black'];
   * });
   * ```
   */
  span<Result>(name: string, fn: (span: Span) => Result): Result;
  span<Result>(name: string, options: SpanOptions, fn: (span: Span) => Result): Result;
  span<Result>(name: string, options: SpanOptions | ((span: Span) => Result), fn?: (span: Span) => Result): Result {
    if (typeof options === 'function') return this.#execute(this.startSpan(name), options);
    return this.#execute(this.startSpan(name, options), fn as (span: Span) => Result);
  }

  /**
   * Starts a trace that is not active by itself; end it with `end()` or `using`.
   *
   * @example
   * ```ts
   * import { Tracer } from 'llm-tracer';
   *
   * const tracer = new Tracer();
   * using trace = tracer.startTrace('job', { sessionId: 's-1' });
   * trace.run(() => tracer.span('step', () => 'done'));
   * ```
   */
  startTrace(name: string, options: TraceOptions = {}): Trace {
    if (!this.#isRecording) return this.#refuse(this.#inertTrace);
    try {
      return this.#opened(this.#createTrace(name, options, false));
    } catch (error) {
      return this.#failed(error, this.#inertTrace);
    }
  }

  /**
   * Starts a span that is not active by itself; end it with `end()` or `using`.
   *
   * @example
   * ```ts
   * import { Tracer } from 'llm-tracer';
   *
   * const tracer = new Tracer();
   * {
   *   using span = tracer.startSpan('rank', { kind: 'function' });
   *   span.setOutput(['a', 'b']);
   * }
   * ```
   */
  startSpan(name: string, options: SpanOptions = {}): Span {
    return this.#startSpan(name, options, undefined);
  }

  /**
   * A function of the same signature that runs within a span: for synchronous, asynchronous, generator and
   * async-generator functions, and for those that return streams. Arguments are recorded as input, what comes out as
   * output; chunks of text are joined.
   *
   * @example
   * ```ts
   * import { Tracer } from 'llm-tracer';
   *
   * const tracer = new Tracer();
   * const fetchDocs = tracer.wrap('fetch-docs', { kind: 'tool' }, async (query: string) => [query]);
   * await fetchDocs('tea');
   * ```
   */
  wrap<Wrapped extends (...args: never[]) => unknown>(name: string, fn: Wrapped): Wrapped;
  wrap<Wrapped extends (...args: never[]) => unknown>(name: string, options: WrapOptions, fn: Wrapped): Wrapped;
  wrap<Wrapped extends (...args: never[]) => unknown>(
    name: string,
    options: WrapOptions | Wrapped,
    wrapped?: Wrapped,
  ): Wrapped {
    const fn = typeof options === 'function' ? options : (wrapped as Wrapped);
    const { captureInput = true, ...spanOptions }: WrapOptions = typeof options === 'function' ? {} : (options ?? {});
    if (this.#batcher === undefined) return fn;
    // A proxy keeps what else a function has: name, length, properties, prototype.
    return new Proxy(fn, {
      apply: (target, thisArgument, args: unknown[]) => {
        const input = captureInput && args.length > 0 ? { input: args.length === 1 ? args[0] : args } : {};
        return this.span(name, { ...spanOptions, ...input }, () => Reflect.apply(target, thisArgument, args));
      },
    });
  }

  /** The span that is active here, if one is. */
  get activeSpan(): Span | undefined {
    const active = this.#context.active();
    return active instanceof Span ? active : undefined;
  }

  /** The trace that is active here, if one is. */
  get activeTrace(): Trace | undefined {
    const active = this.#context.active();
    return active instanceof Operation ? active.trace : undefined;
  }

  /**
   * Records feedback on a trace or span: the active trace, unless the score says which. It may come long after, and
   * from another process.
   *
   * @example
   * ```ts
   * import { Tracer } from 'llm-tracer';
   *
   * const tracer = new Tracer();
   * tracer.score({ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', name: 'helpful', value: true, source: 'user' });
   * ```
   */
  score(score: ScoreOptions): void {
    if (!this.#isRecording) return void this.#refuse(undefined);
    try {
      const id = idOf(score.id) ?? this.#ids.traceId();
      const active = score.traceId === undefined ? this.#context.active() : undefined;
      const traceId = idOf(score.traceId ?? active?.traceId);
      if (active instanceof Operation && !active.isSampled && traceId !== inertTraceId) return;
      const json = traceId && scoreJson(score, id, traceId, this.#clock.now(), this.#recorder.rules.mask);
      if (json) {
        this.#offer('score', id, json, false);
        this.#flushOn.recorded();
      } else {
        this.#warnings.warn('a score without a trace or a value was ignored: it needs a traceId or an active trace');
      }
    } catch (error) {
      this.#failed(error, undefined);
    }
  }

  /**
   * Writes the active span into headers of a request, as W3C `traceparent` (and `tracestate`, where one came with the
   * trace), so that the program that gets it can go on with {@link Tracer.continue}. Where nothing is active the headers
   * stay as they are.
   *
   * @param headers A plain object, `Headers`, or a `Map`. It is changed.
   * @returns The same headers; a new object if none were given.
   * @example
   * ```ts
   * import { Tracer } from 'llm-tracer';
   *
   * const tracer = new Tracer();
   * await tracer.span('call search', () => fetch('http://127.0.0.1:9000/search', { headers: tracer.inject() }));
   * ```
   */
  inject<Headers extends HeaderTarget = Record<string, string>>(headers: Headers = {} as Headers): Headers {
    try {
      const active = this.#context.active();
      if (!(active instanceof Operation)) return active === undefined ? headers : writeHeaders(headers, active);
      const { traceId, parentId: spanId, isSampled: sampled, tracestate } = active;
      return writeHeaders(headers, { traceId, spanId, sampled, tracestate });
    } catch (error) {
      // Frozen, or immutable as those of an incoming request.
      return this.#failed(error, headers, 'the headers could not be written');
    }
  }

  /**
   * Calls `fn` within the trace that the headers of a request come from: spans started inside belong to it, below the
   * caller's span. Headers without a valid `traceparent` change nothing.
   *
   * The trace is the caller's: there is no {@link Tracer.activeTrace} here, and `tracer.trace` makes one of its own.
   *
   * @param headers Of the incoming request: as Node gives them, `Headers`, or a `Map`.
   * @example
   * ```ts
   * import { createServer } from 'node:http';
   * import { Tracer } from 'llm-tracer';
   *
   * const tracer = new Tracer();
   * createServer((request, response) =>
   *   tracer.continue(request.headers, () => tracer.span('search', () => response.end('found'))),
   * );
   * ```
   */
  continue<Result>(headers: HeaderSource, fn: () => Result): Result;
  continue<Result>(headers: HeaderSource, options: ContinueOptions, fn: () => Result): Result;
  continue<Result>(headers: HeaderSource, options: ContinueOptions | (() => Result), fn?: () => Result): Result {
    const work = typeof options === 'function' ? options : (fn as () => Result);
    const remote = this.#isRecording ? this.#remoteContext(headers, options) : undefined;
    if (remote === undefined) return work();
    return follow(this.#context.run(remote, work), this.#followerWithin(remote));
  }

  #remoteContext(headers: HeaderSource, options: unknown): RemoteContext | undefined {
    try {
      const remote = readHeaders(headers);
      const { sampled } = ((typeof options === 'object' ? options : undefined) as ContinueOptions | undefined) ?? {};
      return remote === undefined || sampled === undefined ? remote : { ...remote, sampled };
    } catch {
      // Headers that cannot be read say nothing.
      return undefined;
    }
  }

  /** What runs late, a generator or a stream, runs in the same context. */
  #followerWithin(remote: RemoteContext): Follower {
    const context = this.#context;
    const nothing = (): void => {};
    return {
      run: (fn) => context.run(remote, fn),
      outside: () => {
        const active = context.active();
        return (fn) => context.run(active, fn);
      },
      wantsOutput: false,
      succeed: nothing,
      fail: nothing,
      cancelled: nothing,
    };
  }

  /**
   * Has the platform wait for what is recorded from now on: it is handed a promise when a trace starts, which resolves
   * when the trace has ended and is delivered. Call it at the beginning of each invocation, with `waitUntil` of Vercel,
   * of a Cloudflare `ExecutionContext`, or of another platform of this kind.
   *
   * @example
   * ```ts
   * import { Tracer } from 'llm-tracer';
   *
   * const tracer = new Tracer();
   * export default {
   *   async fetch(request: Request, _env: unknown, context: { waitUntil(promise: Promise<unknown>): void }) {
   *     tracer.flushOn((promise) => context.waitUntil(promise));
   *     return tracer.trace('answer', async () => new Response(request.url));
   *   },
   * };
   * ```
   */
  flushOn(waitUntil: WaitUntil): void {
    this.#flushOn.use(waitUntil);
  }

  /**
   * Sends what has ended so far and says what became of it. Never rejects; resolves when all of it is settled, and
   * after `timeoutMs` at the latest. What is pending then goes on being sent.
   *
   * @param timeoutMs Milliseconds to wait at most. Default 5000.
   */
  async flush(timeoutMs = 5000): Promise<FlushReport> {
    return (await this.#batcher?.flush(timeoutMs)) ?? emptyReport;
  }

  /**
   * Flushes, then stops for good: later calls record nothing, and what they would have recorded counts as dropped
   * (`closed`). Never rejects. What could not be delivered in time is dropped as well.
   *
   * @param timeoutMs Milliseconds to wait at most. Default 5000.
   */
  async close(timeoutMs = 5000): Promise<FlushReport> {
    this.#isRecording = false;
    this.#open?.close();
    return (await this.#batcher?.close(timeoutMs)) ?? emptyReport;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #createRecorder(): Recorder {
    return {
      clock: this.#clock,
      context: this.#context,
      rules: this.#captureRules(),
      traceUrl: (traceId) => `${this.#options.url}/traces/${traceId}`,
      startSpan: (name, options, parent) => this.#startSpan(name, options, parent),
      runSpan: (name, options, parent, fn) => this.#execute(this.#startSpan(name, options, parent), fn),
      ended: (operation, kind, json) => this.#ended(operation, kind, json),
      lost: (error) => this.#failed(error, undefined),
    };
  }

  #captureRules(): CaptureRules {
    const { maxValueBytes, maxRecordBytes, maxMediaBytes, captureInputs, captureOutputs, mask } = this.#options;
    const onFailure = (): void =>
      this.#warnings.warn('the mask failed: it threw or gave a promise. The value is dropped');
    return {
      maxBytes: maxValueBytes,
      maxDepth: deepestValue,
      maxRecordBytes,
      maxMediaBytes,
      inputs: captureInputs,
      outputs: captureOutputs,
      mask: mask && safeMask(mask, onFailure),
    };
  }

  #execute<Handle extends Operation, Result>(handle: Handle, fn: (handle: Handle) => Result): Result {
    if (handle.traceId === inertTraceId) return fn(handle);
    // Inside of a trace that is not recorded everything is where it belongs already.
    if (!handle.isSampled && this.#context.active()?.traceId === handle.traceId) return fn(handle);
    let result: Result;
    try {
      result = this.#context.run(handle, fn, handle);
    } catch (error) {
      handle.fail(error);
      throw error;
    }
    return follow(result, handle);
  }

  #startSpan(name: string, options: SpanOptions, parent: Operation | undefined): Span {
    if (!this.#isRecording) return this.#refuse(this.#inertSpan);
    try {
      const place = this.#placeBelow(options.parent ?? parent ?? this.#context.active(), name, options);
      if (!place.isSampled) return this.#unsampledSpan(place);
      return this.#opened(new Span(this.#recorder, this.#ids.spanId(), name, options, place));
    } catch (error) {
      return this.#failed(error, this.#inertSpan);
    }
  }

  #unsampledSpan(place: SpanPlace): Span {
    const create = (): Span => new Span(this.#recorder, this.#ids.spanId(), '', {}, place);
    return place.trace?.unsampledSpan(create) ?? create();
  }

  #placeBelow(parent: SpanOptions['parent'] | RemoteContext, name: string, { startTime }: SpanOptions): SpanPlace {
    if (parent instanceof Operation) {
      if (parent.traceId === inertTraceId) return this.#placeOfItsOwn(name, startTime);
      const { traceId, parentId, trace, isSampled, tracestate } = parent;
      return { traceId, parentId, trace, isSampled, tracestate, ownsTrace: false };
    }
    const traceId = idOf(parent?.traceId);
    if (traceId === undefined) return this.#placeOfItsOwn(name, startTime);
    return {
      traceId,
      parentId: idOf(parent?.spanId),
      trace: undefined,
      isSampled: parent?.sampled ?? isSampled(traceId, this.#options.sampleRate),
      tracestate: parent !== undefined && 'tracestate' in parent ? parent.tracestate : undefined,
      ownsTrace: false,
    };
  }

  #placeOfItsOwn(name: string, startTime: Date | undefined): SpanPlace {
    const trace = this.#opened(this.#createTrace(name, { startTime }, true));
    const { id: traceId, isSampled } = trace;
    return { traceId, parentId: undefined, trace, isSampled, tracestate: undefined, ownsTrace: true };
  }

  #inertPlace(): SpanPlace {
    return {
      traceId: inertTraceId,
      parentId: undefined,
      trace: this.#inertTrace,
      isSampled: false,
      tracestate: undefined,
      ownsTrace: false,
    };
  }

  #createTrace(name: string, options: TraceOptions, isImplicit: boolean): Trace {
    const id = this.#ids.traceId();
    const sampled = options.sampled ?? isSampled(id, this.#options.sampleRate);
    return new Trace(this.#recorder, id, name, options, this.#options, isImplicit, sampled);
  }

  #opened<Handle extends Operation>(handle: Handle): Handle {
    if (!handle.isSampled) return handle;
    this.#open?.add(handle);
    this.#flushOn.started(handle);
    return handle;
  }

  #ended(operation: Operation, kind: 'trace' | 'span', json: string): void {
    this.#open?.remove(operation);
    this.#offer(kind, operation.id, json, false);
    this.#flushOn.ended(operation);
  }

  #announce(operation: Operation): void {
    try {
      const json = operation.runningJson();
      if (json !== undefined) this.#offer(operation instanceof Trace ? 'trace' : 'span', operation.id, json, true);
    } catch (error) {
      this.#failed(error, undefined);
    }
  }

  #offer(kind: BatchRecord['kind'], id: string, json: string, isRunning: boolean): void {
    this.#batcher?.offer(kind, id, json, isRunning);
  }

  /** Nothing is recorded: counted if that is because the tracer was closed. */
  #refuse<Inert>(inert: Inert): Inert {
    this.#batcher?.drop('closed');
    return inert;
  }

  /** A mistake of our own must not become the application's. */
  #failed<Inert>(error: unknown, inert: Inert, what = 'a record was lost to an unexpected error'): Inert {
    this.#warnings.warn(`${what}: ${describe(error)}`);
    return inert;
  }
}

const emptyReport: FlushReport = { delivered: 0, pending: 0, dropped: 0, dropReasons: {}, errors: [], recovered: 0 };
