import { formatTime } from './clock.ts';
import { Operation, type Recorder, startOf } from './operation.ts';
import type { Span } from './span.ts';
import { nameOf, privateLabelOf, type TraceDraft, tagsOf, traceJson } from './wire-record.ts';

/** What is known of a trace when it starts. */
export interface TraceOptions {
  /** What went in: any value. Serialised when the trace ends. */
  readonly input?: unknown;
  /** Anything else worth keeping. */
  readonly metadata?: Record<string, unknown> | undefined;
  /** Who it was done for. 1 to 255 characters. */
  readonly userId?: string | undefined;
  /** The conversation or session it belongs to. 1 to 255 characters. */
  readonly sessionId?: string | undefined;
  /** Words to find it by: at most 50, of at most 100 characters. */
  readonly tags?: readonly string[] | undefined;
  /**
   * When it began.
   * @default now
   */
  readonly startTime?: Date | undefined;
  /**
   * Whether it is recorded, with all its spans.
   * @default decided by `sampleRate`
   */
  readonly sampled?: boolean | undefined;
}

/** What a tracer puts on every trace. */
export interface TraceOrigin {
  readonly environment: string | undefined;
  readonly release: string | undefined;
  readonly serviceName: string | undefined;
}

/**
 * One run of the application: a request, a job, an agent run. Spans are its parts.
 *
 * Setters return the trace. After the end they do nothing.
 *
 * @example
 * ```ts
 * import { Tracer } from 'llm-tracer';
 *
 * const tracer = new Tracer();
 * await tracer.trace('answer', { userId: 'u-1', tags: ['beta'] }, async (trace) => {
 *   console.log(trace.url);
 *   return trace.span('search', { kind: 'retrieval' }, async () => ['a document']);
 * });
 * ```
 */
export class Trace extends Operation<TraceDraft> {
  /** The trace's id: 32 hex digits. */
  override readonly id: string;
  readonly #isImplicit: boolean;

  /**
   * Traces are made by `tracer.trace` and `tracer.startTrace`, and by spans outside of any.
   * @internal
   */
  constructor(
    recorder: Recorder,
    id: string,
    name: string,
    options: TraceOptions,
    origin: TraceOrigin,
    isImplicit: boolean,
    isSampled: boolean,
  ) {
    if (!isSampled) {
      super(recorder, id, 0, undefined, undefined);
    } else {
      const { mask, inputs } = recorder.rules;
      const start = startOf(options.startTime, recorder.clock);
      const draft: TraceDraft = {
        trace_id: id,
        name: nameOf(name, 'name', mask),
        start_time: start.text,
        input: inputs ? options.input : undefined,
        tags: tagsOf(options.tags, mask),
        user_id: privateLabelOf(options.userId, 'user_id', mask),
        session_id: privateLabelOf(options.sessionId, 'session_id', mask),
        environment: origin.environment,
        release: origin.release,
        service_name: origin.serviceName,
      };
      super(recorder, id, start.micros, draft, undefined);
      if (options.metadata !== undefined) this.setMetadata(options.metadata);
    }
    this.id = id;
    this.#isImplicit = isImplicit;
  }

  /** Where this trace can be looked at; empty if it is not recorded. */
  get url(): string {
    return this.isSampled ? this.recorder.traceUrl(this.id) : '';
  }

  #unsampledSpan: Span | undefined;

  /**
   * The one span of a trace that is not recorded: all that is started within is this.
   * @internal
   */
  unsampledSpan(create: () => Span): Span {
    this.#unsampledSpan ??= create();
    return this.#unsampledSpan;
  }

  /** @internal */
  override get parentId(): undefined {
    return undefined;
  }

  override get trace(): this {
    return this;
  }

  /** What went in: any value, serialised when the trace ends. */
  setInput(input: unknown): this {
    return this.update((draft) => {
      if (this.recorder.rules.inputs) draft.input = input;
    });
  }

  /** What came out: any value, serialised when the trace ends. */
  setOutput(output: unknown): this {
    return this.update((draft) => {
      if (this.recorder.rules.outputs) draft.output = output;
    });
  }

  /** Who it was done for. */
  setUser(userId: string): this {
    return this.update((draft) => {
      draft.user_id = privateLabelOf(userId, 'user_id', this.recorder.rules.mask);
    });
  }

  /** The conversation or session it belongs to. */
  setSession(sessionId: string): this {
    return this.update((draft) => {
      draft.session_id = privateLabelOf(sessionId, 'session_id', this.recorder.rules.mask);
    });
  }

  /** Words to find it by, in the place of those it had: at most 50, of at most 100 characters. */
  setTags(tags: readonly string[]): this {
    return this.update((draft) => {
      draft.tags = tagsOf(tags, this.recorder.rules.mask);
    });
  }

  /** @internal */
  override succeed(output: unknown): void {
    if (this.draft?.output === undefined) this.setOutput(output);
    this.end();
  }

  /** @internal */
  override cancelled(): void {
    this.setMetadata({ cancelled: true });
  }

  /**
   * Ends at the moment of the span that it exists for.
   * @internal
   */
  endWith(endMicros: number): void {
    const draft = this.draft;
    if (draft === undefined) return;
    this.draft = undefined;
    this.finish(draft, endMicros);
  }

  /** @internal */
  override runningJson(): string | undefined {
    const draft = this.draft;
    if (draft === undefined) return undefined;
    const { trace_id, name, start_time, tags, user_id, session_id, environment, release, service_name } = draft;
    return JSON.stringify({
      trace_id,
      name,
      start_time,
      tags,
      user_id,
      session_id,
      environment,
      release,
      service_name,
    });
  }

  /** @internal */
  protected override finish(draft: TraceDraft, endMicros: number): void {
    draft.end_time = formatTime(endMicros);
    // Said outright: else the server takes the status of the first span, and a program that coped with a failed step
    // has not failed. The trace of a lone span has nothing to say beyond that span.
    if (!this.#isImplicit) draft.status ??= 'ok';
    this.recorder.ended(this, 'trace', traceJson(draft, this.recorder.rules));
  }
}
