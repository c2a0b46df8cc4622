import type { ActiveContext } from './active-context.ts';
import { type Clock, formatTime, microsOf } from './clock.ts';
import type { RemoteContext } from './propagation.ts';
import type { Cut } from './serialize.ts';
import type { Span, SpanOptions } from './span.ts';
import type { Trace } from './trace.ts';
import { type CaptureRules, errorFields, objectOf } from './wire-record.ts';

/** What traces and spans need of the tracer that made them. */
export interface Recorder {
  readonly clock: Clock;
  readonly rules: CaptureRules;
  readonly context: ActiveContext<Operation | RemoteContext>;
  /** Where a trace can be looked at. */
  traceUrl(traceId: string): string;
  startSpan(name: string, options: SpanOptions, parent: Operation | undefined): Span;
  /** Calls `fn` with a new span active and ends the span when what `fn` returns has ended. */
  runSpan<Result>(
    name: string,
    options: SpanOptions,
    parent: Operation | undefined,
    fn: (span: Span) => Result,
  ): Result;
  /** Takes the record of what has ended. */
  ended(operation: Operation, kind: 'trace' | 'span', json: string): void;
  /** Says that a record could not be made. */
  lost(error: unknown): void;
}

interface CommonDraft {
  start_time?: string | undefined;
  end_time?: string | null | undefined;
  status?: 'running' | 'ok' | 'error' | null | undefined;
  error?: string | null | undefined;
  error_type?: string | null | undefined;
  error_stack?: string | null | undefined;
  metadata?: Record<string, unknown> | null | undefined;
  truncated?: Cut[];
}

/** What a trace and a span have in common: open until it ends, once; after that every call does nothing. */
export abstract class Operation<Draft extends CommonDraft = CommonDraft> {
  /** The id of the trace that this belongs to: 32 hex digits. */
  readonly traceId: string;
  /**
   * Whether its trace is recorded. False for the handles of a tracer that is off, too.
   * @internal
   */
  readonly isSampled: boolean;
  /**
   * What came with the trace from another process, and goes on with it.
   * @internal
   */
  readonly tracestate: string | undefined;
  /**
   * When it began, in microseconds since the epoch.
   * @internal
   */
  readonly startMicros: number;
  /** @internal */
  protected readonly recorder: Recorder;
  /**
   * Its neighbours among those that are open.
   * @internal
   */
  before: Operation | undefined;
  /** @internal */
  after: Operation | undefined;
  /**
   * The record as far as it is known. Gone once ended, so that a kept handle keeps no payload.
   * @internal
   */
  protected draft: Draft | undefined;

  /** @internal */
  protected constructor(
    recorder: Recorder,
    traceId: string,
    startMicros: number,
    draft: Draft | undefined,
    tracestate: string | undefined,
  ) {
    this.recorder = recorder;
    this.traceId = traceId;
    this.isSampled = draft !== undefined;
    this.tracestate = tracestate;
    this.startMicros = startMicros;
    this.draft = draft;
  }

  /** Whether it has ended. What is set afterwards is ignored. */
  get isEnded(): boolean {
    return this.draft === undefined;
  }

  /**
   * Whether an output that becomes known now would be recorded.
   * @internal
   */
  get wantsOutput(): boolean {
    return this.draft !== undefined && this.recorder.rules.outputs;
  }

  /** The id of this trace or span. */
  abstract readonly id: string;

  /** The trace that this is, or belongs to; undefined below a remote parent. */
  abstract readonly trace: Trace | undefined;

  /**
   * The id that children name as their parent; undefined where they have none.
   * @internal
   */
  abstract get parentId(): string | undefined;

  /**
   * What is known while it runs, without payloads, as JSON; undefined once it has ended.
   * @internal
   */
  abstract runningJson(): string | undefined;

  /**
   * Records the final output unless one was set, and ends.
   * @internal
   */
  abstract succeed(output: unknown): void;

  /**
   * Notes that a stream was given up by its consumer.
   * @internal
   */
  abstract cancelled(): void;

  /**
   * Adds to the metadata; a key that is there already is replaced.
   *
   * @param metadata Any values. They are serialised when this ends.
   */
  setMetadata(metadata: Record<string, unknown>): this {
    return this.update((draft) => {
      const added = objectOf(metadata);
      // The first object is kept as it is: copying it would run its getters, and most are set once.
      draft.metadata = draft.metadata ? { ...draft.metadata, ...added } : added;
    });
  }

  /**
   * Marks this as failed.
   *
   * @param error Anything that can be thrown. An `Error` gives message, type and stack.
   */
  setError(error: unknown): this {
    return this.update((draft) => {
      const cuts: Cut[] = [];
      Object.assign(draft, { status: 'error' }, errorFields(error, this.recorder.rules, cuts));
      if (cuts.length > 0) draft.truncated = cuts;
    });
  }

  /**
   * Ends this and hands its record over for sending. Only the first call counts.
   *
   * @param endTime When it ended; now if absent.
   */
  end(endTime?: Date): void {
    const draft = this.draft;
    if (draft === undefined) return;
    this.draft = undefined;
    try {
      this.finish(draft, Math.max(microsOf(endTime) ?? this.recorder.clock.now(), this.startMicros));
    } catch (error) {
      this.recorder.lost(error);
    }
  }

  /**
   * Completes the record of what has ended and hands it to the recorder.
   * @internal
   */
  protected abstract finish(draft: Draft, endMicros: number): void;

  /**
   * Records the error and ends.
   * @internal
   */
  fail(error: unknown): void {
    this.setError(error);
    this.end();
  }

  /** Calls `fn` with this active, so that spans started inside become its children. Does not end it. */
  run<Result>(fn: () => Result): Result {
    // The inert handle of a tracer that is off must not disturb whatever is active.
    return this.traceId === inertTraceId ? fn() : this.recorder.context.run(this, fn);
  }

  /**
   * A way to call functions later in the context of now.
   * @internal
   */
  outside(): <Result>(fn: () => Result) => Result {
    const { context } = this.recorder;
    const active = context.active();
    return (fn) => context.run(active, fn);
  }

  /** Starts a child span that is not active by itself; end it with `end()` or `using`. */
  startSpan(name: string, options: SpanOptions = {}): Span {
    return this.recorder.startSpan(name, options, this);
  }

  /** Calls `fn` within a child span. See `Tracer.span`. */
  span<Result>(name: string, fn: (span: Span) => Result): Result;
  span<Result>(name: string, options: SpanOptions, fn: (span: Span) => Result): Result;
  span<Result>(name: string, options: SpanOptions | ((span: Span) => Result), fn?: (span: Span) => Result): Result {
    return typeof options === 'function'
      ? this.recorder.runSpan(name, {}, this, options)
      : this.recorder.runSpan(name, options, this, fn as (span: Span) => Result);
  }

  /**
   * Changes the record unless this has ended. What throws (a getter of the caller's, a value of no use) changes nothing.
   * @internal
   */
  protected update(change: (draft: Draft) => void): this {
    if (this.draft === undefined) return this;
    try {
      change(this.draft);
    } catch {
      // What was there stays.
    }
    return this;
  }

  [Symbol.dispose](): void {
    this.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }
}

/** The id of the handles that a tracer gives out while it records nothing. */
export const inertTraceId = '00000000000000000000000000000000';

/** The wire's text of a start time: a caller's Date, else now. */
export const startOf = (startTime: Date | undefined, clock: Clock): { micros: number; text: string } => {
  const micros = microsOf(startTime) ?? clock.now();
  return { micros, text: formatTime(micros) };
};
