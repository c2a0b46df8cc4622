import { createActiveContext } from './active-context.ts';
import { type Clock, systemClock } from './clock.ts';
import { flushBeforeExit, forgetExitFlush } from './exit-flush.ts';
import { Batcher, type FlushReport } from './export/batcher.ts';
import { HttpTransport } from './export/http.ts';
import type { BatchRecord, Transport } from './export/transport.ts';
import { follow } from './follow.ts';
import { type Ids, randomIds } from './ids.ts';
import { OpenOperations } from './open-operations.ts';
import { inertTraceId, Operation, type Recorder } from './operation.ts';
import { processEnvironment, type ResolvedOptions, resolveOptions, type TracerOptions } from './options.ts';
import { type ScoreOptions, scoreJson } from './score.ts';
import { deepestValue } from './serialize.ts';
import { Span, type SpanOptions, type SpanPlace } from './span.ts';
import { Trace, type TraceOptions } from './trace.ts';
import { version } from './version.ts';
import { Warnings } from './warnings.ts';

/** What is known of a span that {@link Tracer.wrap} makes for each call. */
export interface WrapOptions extends Omit<SpanOptions, 'input' | 'startTime'> {
  /**
   * Whether the arguments are recorded: one as it is, several as a list.
   * @default true
   */
  readonly captureInput?: boolean | undefined;
}

const wireId = /^[A-Za-z0-9_-]{1,100}$/;
const idOf = (value: unknown): string | undefined =>
  typeof value === 'string' && wireId.test(value) ? value : undefined;

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
  readonly #context = createActiveContext<Operation>();
  readonly #warnings: Warnings;
  readonly #batcher: Batcher | undefined;
  readonly #open: OpenOperations | undefined;
  readonly #recorder: Recorder;
  readonly #inertTrace: Trace;
  readonly #inertSpan: Span;
  readonly #exitFlush = (): void => this.#flushAtExit();
  #isRecording: boolean;

  /**
   * @param options Everything has a default: with `TRACER_API_KEY` set, `new Tracer()` is enough.
   * @throws TracerError `unknown_option` or `invalid_option`, naming the option and its range.
   */
  constructor(options: TracerOptions = {}) {
    const resolved = resolveOptions(options, processEnvironment());
    this.#options = resolved;
    this.projectId = resolved.projectId;
    this.#clock = resolved.clock ?? systemClock();
    this.#ids = resolved.ids ?? randomIds();
    this.#warnings = new Warnings(resolved.logger, resolved.debug, this.#clock.elapsed);
    this.#recorder = this.#createRecorder();
    this.#inertTrace = new Trace(this.#recorder, inertTraceId, '', {}, resolved, false);
    this.#inertSpan = new Span(this.#recorder, inertTraceId.slice(16), '', {}, this.#inertPlace());

    this.#batcher = resolved.enabled ? this.#createBatcher() : undefined;
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
    return this.#context.active()?.trace;
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
      const traceId = idOf(score.traceId ?? this.#context.active()?.traceId);
      const json = traceId && scoreJson(score, id, traceId, this.#clock.now());
      if (json) this.#offer('score', id, json, false);
      else this.#warnings.warn('a score without a trace or a value was ignored: it needs a traceId or an active trace');
    } catch (error) {
      this.#failed(error, undefined);
    }
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

  #createBatcher(): Batcher | undefined {
    const { apiKey, transport, requestTimeoutMs, url, fetch } = this.#options;
    const { elapsed } = this.#clock;
    if (apiKey === undefined && transport === undefined) {
      this.#warnings.warn(
        'tracing is off: no API key. Set TRACER_API_KEY, or TRACING_ENABLED=false to turn it off silently.',
      );
      return undefined;
    }
    const ids = this.#ids;
    let instance: string | undefined;
    const sender = {
      name: 'llm-tracer',
      version,
      // Not before it is sent: some edge runtimes give no random numbers while modules are loading.
      get instance() {
        instance ??= ids.traceId();
        return instance;
      },
    };
    const http = transport
      ? undefined
      : new HttpTransport({ url, apiKey: apiKey as string, requestTimeoutMs, elapsed, fetch });
    return new Batcher({
      ...this.#options,
      transport: (transport ?? http) as Transport,
      packer: http,
      sender,
      elapsed,
      createBatchId: () => this.#ids.spanId(),
      queue: { maxRecords: this.#options.maxQueueRecords, maxBytes: this.#options.maxQueueBytes },
      warnings: this.#warnings,
      onBusy: (isBusy) => (isBusy ? flushBeforeExit : forgetExitFlush)(this.#exitFlush),
    });
  }

  #createRecorder(): Recorder {
    return {
      clock: this.#clock,
      context: this.#context,
      limits: { maxBytes: this.#options.maxValueBytes, maxDepth: deepestValue },
      traceUrl: (traceId) => `${this.#options.url}/traces/${traceId}`,
      startSpan: (name, options, parent) => this.#startSpan(name, options, parent),
      runSpan: (name, options, parent, fn) => this.#execute(this.#startSpan(name, options, parent), fn),
      ended: (operation, kind, json) => this.#ended(operation, kind, json),
      lost: (error) => this.#failed(error, undefined),
    };
  }

  #execute<Handle extends Operation, Result>(handle: Handle, fn: (handle: Handle) => Result): Result {
    if (handle.traceId === inertTraceId) return fn(handle);
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
      return this.#opened(new Span(this.#recorder, this.#ids.spanId(), name, options, place));
    } catch (error) {
      return this.#failed(error, this.#inertSpan);
    }
  }

  #placeBelow(parent: SpanOptions['parent'], name: string, { startTime }: SpanOptions): SpanPlace {
    if (parent instanceof Operation) {
      if (parent.traceId === inertTraceId) return this.#placeOfItsOwn(name, startTime);
      return { traceId: parent.traceId, parentId: parent.parentId, trace: parent.trace, ownsTrace: false };
    }
    const traceId = idOf(parent?.traceId);
    if (traceId === undefined) return this.#placeOfItsOwn(name, startTime);
    return { traceId, parentId: idOf(parent?.spanId), trace: undefined, ownsTrace: false };
  }

  #placeOfItsOwn(name: string, startTime: Date | undefined): SpanPlace {
    const trace = this.#opened(this.#createTrace(name, { startTime }, true));
    return { traceId: trace.id, parentId: undefined, trace, ownsTrace: true };
  }

  #inertPlace(): SpanPlace {
    return { traceId: inertTraceId, parentId: undefined, trace: this.#inertTrace, ownsTrace: false };
  }

  #createTrace(name: string, options: TraceOptions, isImplicit: boolean): Trace {
    return new Trace(this.#recorder, this.#ids.traceId(), name, options, this.#options, isImplicit);
  }

  #opened<Handle extends Operation>(handle: Handle): Handle {
    this.#open?.add(handle);
    return handle;
  }

  #ended(operation: Operation, kind: 'trace' | 'span', json: string): void {
    this.#open?.remove(operation);
    this.#offer(kind, operation.id, json, false);
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
  #failed<Inert>(error: unknown, inert: Inert): Inert {
    this.#warnings.warn(`a record was lost to an unexpected error: ${String(error)}`);
    return inert;
  }

  #flushAtExit(): void {
    const { exitTimeoutMs } = this.#options;
    if (exitTimeoutMs === 0 || this.#batcher === undefined) return;
    const batcher = this.#batcher;
    void batcher.flush(exitTimeoutMs).then(({ pending }) => {
      if (pending === 0) return;
      this.#warnings.warn(`the process ends with ${pending} records undelivered`);
      // An open socket would hold the process longer than promised.
      return this.close(0);
    });
  }
}

const emptyReport: FlushReport = { delivered: 0, pending: 0, dropped: 0, dropReasons: {}, errors: [], recovered: 0 };
