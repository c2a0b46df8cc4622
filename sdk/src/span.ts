import { formatTime, microsOf } from './clock.ts';
import { Operation, type Recorder, startOf } from './operation.ts';
import type { SpanType } from './schema/span.ts';
import type { Trace } from './trace.ts';
import {
  costOf,
  kindOf,
  labelOf,
  linksOf,
  mostEvents,
  nameOf,
  objectOf,
  type SpanDraft,
  spanJson,
  tokensOf,
} from './wire-record.ts';

/** What kind of operation a span is. The wire calls it `span_type`. */
export type SpanKind = SpanType;

/** A parent that lives elsewhere: in another process, or in one that has ended. */
export interface RemoteParent {
  readonly traceId: string;
  readonly spanId?: string | undefined;
  /**
   * Whether its trace is recorded.
   * @default decided by `sampleRate` and the trace's id, as everywhere
   */
  readonly sampled?: boolean | undefined;
}

/** What is known of a span when it starts. */
export interface SpanOptions {
  /**
   * What kind of operation it is.
   * @default 'other'
   */
  readonly kind?: SpanKind | undefined;
  /** What went in: any value. Serialised when the span ends. */
  readonly input?: unknown;
  /** Anything else worth keeping. */
  readonly metadata?: Record<string, unknown> | undefined;
  /** The model that is called. */
  readonly model?: string | undefined;
  /** Who serves the model, for example `openai`. */
  readonly provider?: string | undefined;
  /** Temperature, limits and so on, as they were sent. */
  readonly modelParameters?: Record<string, unknown> | undefined;
  /** Definitions of the tools that the model was offered. */
  readonly tools?: readonly unknown[] | undefined;
  /** Name of the managed prompt that was used. */
  readonly promptName?: string | undefined;
  /** Its version. */
  readonly promptVersion?: string | undefined;
  /**
   * The span or trace that this one belongs under.
   * @default the active one; where there is none the span makes a trace of its own
   */
  readonly parent?: Span | Trace | RemoteParent | undefined;
  /** Spans of other traces that led to this one. */
  readonly links?: readonly RemoteParent[] | undefined;
  /**
   * When it began.
   * @default now
   */
  readonly startTime?: Date | undefined;
}

/** Tokens of a model call. Totals are inclusive: cached tokens are part of the input, reasoning of the output. */
export interface Usage {
  /** All input tokens, cache reads and writes included. */
  readonly inputTokens?: number | undefined;
  /** All output tokens, reasoning included. */
  readonly outputTokens?: number | undefined;
  /** Input tokens that were read from the provider's cache. */
  readonly cacheReadTokens?: number | undefined;
  /** Input tokens that were written to the provider's cache. */
  readonly cacheWriteTokens?: number | undefined;
  /** Output tokens that the model spent on reasoning. */
  readonly reasoningTokens?: number | undefined;
  /** The provider's own usage object, as it came. */
  readonly details?: unknown;
}

/** Where a span stands: the trace it belongs to and the span above it. */
export interface SpanPlace {
  readonly traceId: string;
  readonly parentId: string | undefined;
  readonly trace: Trace | undefined;
  readonly isSampled: boolean;
  readonly tracestate: string | undefined;
  /** The trace exists for this span only and ends with it. */
  readonly ownsTrace: boolean;
}

/**
 * One operation inside a trace: a model call, a tool, a retrieval. Open until `end()`, which counts once.
 *
 * Setters return the span. After the end they do nothing.
 *
 * @example
 * ```ts
 * import { Tracer } from 'llm-tracer';
 *
 * const tracer = new Tracer();
 * {
 *   using span = tracer.startSpan('rank', { kind: 'function', input: ['b', 'a'] });
 *   span.setOutput(['a', 'b']);
 * }
 * ```
 */
export class Span extends Operation<SpanDraft> {
  /** The span's id: 16 hex digits. */
  override readonly id: string;
  /** The trace that it belongs to; undefined below a remote parent. */
  override readonly trace: Trace | undefined;
  readonly #ownsTrace: boolean;

  /**
   * Spans are made by `tracer.span`, `tracer.startSpan` and their like.
   * @internal
   */
  constructor(recorder: Recorder, id: string, name: string, options: SpanOptions, place: SpanPlace) {
    if (!place.isSampled) {
      super(recorder, place.traceId, 0, undefined, place.tracestate);
    } else {
      const { rules, clock } = recorder;
      const start = startOf(options.startTime, clock);
      const draft: SpanDraft = {
        trace_id: place.traceId,
        span_id: id,
        parent_span_id: place.parentId,
        name: nameOf(name, 'name', rules.mask),
        span_type: kindOf(options.kind),
        start_time: start.text,
        input_data: rules.inputs ? options.input : undefined,
        model: labelOf(options.model),
        provider: labelOf(options.provider),
      };
      super(recorder, place.traceId, start.micros, draft, place.tracestate);
      this.#setRarer(options);
    }
    this.id = id;
    this.trace = place.trace;
    this.#ownsTrace = place.ownsTrace;
  }

  #setRarer(options: SpanOptions): void {
    const draft = this.draft as SpanDraft;
    if (options.metadata !== undefined) this.setMetadata(options.metadata);
    if (options.model !== undefined) draft.requested_model = draft.model;
    if (options.modelParameters !== undefined) draft.model_parameters = options.modelParameters;
    if (options.tools !== undefined) draft.tools = options.tools;
    if (options.promptName !== undefined) draft.prompt_name = labelOf(options.promptName);
    if (options.promptVersion !== undefined) draft.prompt_version = labelOf(options.promptVersion);
    if (options.links !== undefined) {
      draft.links = linksOf(options.links);
    }
  }

  /** @internal */
  override get parentId(): string | undefined {
    return this.id;
  }

  /** What went in: any value, serialised when the span ends. */
  setInput(input: unknown): this {
    return this.update((draft) => {
      if (this.recorder.rules.inputs) draft.input_data = input;
    });
  }

  /** What came out: any value, serialised when the span ends. */
  setOutput(output: unknown): this {
    return this.update((draft) => {
      if (this.recorder.rules.outputs) draft.output_data = output;
    });
  }

  /** Tokens of a model call. What is no count (0 to 10¹²) is left out. */
  setUsage(usage: Usage): this {
    return this.update((draft) => {
      draft.tokens_input = tokensOf(usage.inputTokens) ?? draft.tokens_input;
      draft.tokens_output = tokensOf(usage.outputTokens) ?? draft.tokens_output;
      draft.tokens_cache_read = tokensOf(usage.cacheReadTokens) ?? draft.tokens_cache_read;
      draft.tokens_cache_write = tokensOf(usage.cacheWriteTokens) ?? draft.tokens_cache_write;
      draft.tokens_reasoning = tokensOf(usage.reasoningTokens) ?? draft.tokens_reasoning;
      draft.usage_details = usage.details ?? draft.usage_details;
    });
  }

  /** The model that answered; the one that was asked for stays beside it. */
  setModel(model: string, provider?: string): this {
    return this.update((draft) => {
      draft.model = labelOf(model) ?? draft.model;
      draft.provider = labelOf(provider) ?? draft.provider;
    });
  }

  /** The cost in US dollars, where the program knows it. Else the server works it out from model and tokens. */
  setCost(costUsd: number): this {
    return this.update((draft) => {
      const cost = costOf(costUsd);
      if (cost !== undefined) Object.assign(draft, { cost_usd: cost, cost_source: 'reported' });
    });
  }

  /** Why the model stopped, in the provider's word. */
  setFinishReason(reason: string): this {
    return this.update((draft) => {
      draft.finish_reason = labelOf(reason);
    });
  }

  /** When the first token arrived; now if no time is given. */
  setFirstToken(time?: Date): this {
    return this.update((draft) => {
      draft.first_token_time = this.#timeOf(time);
    });
  }

  /** Something that happened at one moment of the span: now, if no time is given. A span keeps 10,000. */
  addEvent(name: string, attributes?: Record<string, unknown>, time?: Date): this {
    return this.update((draft) => {
      draft.events ??= [];
      if (draft.events.length >= mostEvents) {
        draft.truncated ??= [{ path: 'events', original_bytes: 0 }];
        return;
      }
      draft.events.push({
        name: nameOf(name, `events.${draft.events.length}.name`, this.recorder.rules.mask),
        time: this.#timeOf(time),
        ...(attributes === undefined ? {} : { attributes: objectOf(attributes) }),
      });
    });
  }

  #timeOf(time: Date | undefined): string {
    return formatTime(microsOf(time) ?? this.recorder.clock.now());
  }

  /** @internal */
  override succeed(output: unknown): void {
    if (this.draft?.output_data === undefined) this.setOutput(output);
    this.end();
  }

  /** @internal */
  override cancelled(): void {
    this.addEvent('cancelled');
  }

  /** @internal */
  override runningJson(): string | undefined {
    const draft = this.draft;
    if (draft === undefined) return undefined;
    const { trace_id, span_id, parent_span_id, name, span_type, start_time, model, requested_model, provider } = draft;
    return JSON.stringify({
      trace_id,
      span_id,
      parent_span_id,
      name,
      span_type,
      start_time,
      model,
      requested_model,
      provider,
    });
  }

  /** @internal */
  protected override finish(draft: SpanDraft, endMicros: number): void {
    draft.end_time = formatTime(endMicros);
    this.recorder.ended(this, 'span', spanJson(draft, this.recorder.rules));
    if (this.#ownsTrace) this.trace?.endWith(endMicros);
  }
}
