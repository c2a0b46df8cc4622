// `llm-tracer/testing`: what replaces the network, the clock and chance in tests.
import { type Clock, systemClock } from './clock.ts';
import type { Batch, SendOutcome, Transport } from './export/transport.ts';
import type { Ids } from './ids.ts';
import type { TracerOptions } from './options.ts';
import type { ScoreUpsert } from './schema/score.ts';
import type { SpanUpsert } from './schema/span.ts';
import type { TraceUpsert } from './schema/trace.ts';
import { Tracer } from './tracer.ts';

/**
 * A transport that keeps everything in memory, as objects with the wire's names.
 *
 * @example
 * ```ts
 * import { Tracer } from 'llm-tracer';
 * import { MemoryTransport } from 'llm-tracer/testing';
 *
 * const transport = new MemoryTransport();
 * const tracer = new Tracer({ transport });
 * tracer.span('add', { input: [1, 2] }, () => 3);
 * await tracer.flush();
 * console.log(transport.spans[0]?.output_data); // 3
 * ```
 */
export class MemoryTransport implements Transport {
  /** Trace records in the order of their arrival. */
  readonly traces: TraceUpsert[] = [];
  /** Span records in the order of their arrival. */
  readonly spans: SpanUpsert[] = [];
  /** Score records in the order of their arrival. */
  readonly scores: ScoreUpsert[] = [];
  /** The batches that they came in. */
  readonly batches: Batch[] = [];

  readonly #waiting = new Set<() => void>();

  /** The first span of that name that has ended. Throws if there is none: a test that looks for it expects it. */
  span(name: string): SpanUpsert {
    return found(this.spans, name, 'span');
  }

  /** The first trace of that name that has ended. Throws if there is none. */
  trace(name: string): TraceUpsert {
    return found(this.traces, name, 'trace');
  }

  /** Spans that have ended, directly below a span, or at the top of a trace, by their start. */
  children(parent: SpanUpsert | TraceUpsert): SpanUpsert[] {
    const parentId = 'span_id' in parent ? parent.span_id : undefined;
    const isChild = (span: SpanUpsert): boolean =>
      span.trace_id === parent.trace_id && (span.parent_span_id ?? undefined) === parentId;
    return this.spans.filter((span) => hasEnded(span) && isChild(span)).sort(byStart);
  }

  /**
   * The spans below a trace or span as indented text: `name [kind]`, and `✗ message` for those that failed. The root is
   * the first trace unless it is given.
   */
  outline(root?: SpanUpsert | TraceUpsert): string {
    const lines = (parent: SpanUpsert | TraceUpsert, indent: string): string[] =>
      this.children(parent).flatMap((span) => {
        const kind = span.span_type == null ? '' : ` [${span.span_type}]`;
        const error = span.error == null ? '' : ` ✗ ${span.error}`;
        return [`${indent}${span.name}${kind}${error}`, ...lines(span, `${indent}  `)];
      });
    const top = root ?? this.traces.find(hasEnded);
    if (top === undefined) throw new Error('No trace has arrived. Was the tracer flushed?');
    return [top.name, ...lines(top, '  ')].join('\n');
  }

  /**
   * The first span of that name that has ended, once it has: for spans that end later, in streams and background work.
   * Rejects when it has not arrived in time.
   *
   * @param timeoutMs Milliseconds to wait at most. Default 5000.
   */
  async spanEnd(name: string, timeoutMs = 5000): Promise<SpanUpsert> {
    const isThere = (): boolean => this.spans.some((span) => span.name === name && hasEnded(span));
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (isThere()) done();
      };
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#waiting.add(look);
      look();
    });
    return this.span(name);
  }

  /** Forgets everything: for a tracer that several tests share. */
  clear(): void {
    for (const list of [this.traces, this.spans, this.scores, this.batches]) list.length = 0;
  }

  async send(batch: Batch): Promise<SendOutcome> {
    this.batches.push(batch);
    for (const { kind, json } of batch.records) {
      const record: unknown = JSON.parse(json);
      if (kind === 'trace') this.traces.push(record as TraceUpsert);
      else if (kind === 'span') this.spans.push(record as SpanUpsert);
      else this.scores.push(record as ScoreUpsert);
    }
    for (const look of this.#waiting) look();
    return { kind: 'accepted', rejected: [] };
  }

  close(): void {}
}

interface Named {
  readonly name: string;
  readonly end_time?: unknown;
}

const hasEnded = (record: Named): boolean => record.end_time !== undefined;

const byStart = (one: SpanUpsert, other: SpanUpsert): number =>
  one.start_time < other.start_time ? -1 : Number(one.start_time > other.start_time);

const found = <Item extends Named>(records: readonly Item[], name: string, kind: string): Item => {
  const record = records.find((candidate) => candidate.name === name && hasEnded(candidate));
  if (record !== undefined) return record;
  const names = records.map((candidate) => candidate.name).join(', ') || 'nothing';
  throw new Error(`No ${kind} "${name}" has arrived; there is ${names}. Was the tracer flushed?`);
};

/** What {@link testTracer} makes. */
export interface TestTracer {
  readonly tracer: Tracer;
  /** What has been recorded. */
  readonly records: MemoryTransport;
  readonly clock: ReturnType<typeof fixedClock>;
  /** What the tracer warned of. */
  readonly warnings: readonly string[];
}

/**
 * A tracer for a test: its records stay in memory, its clock stands still, its ids count up, its warnings are kept. It
 * needs no key and no server, and takes no environment variable that would turn it off.
 *
 * @param options As for `Tracer`: a mask or a sample rate to try, a clock or ids of your own.
 * @example
 * ```ts
 * import { testTracer } from 'llm-tracer/testing';
 *
 * const { tracer, records } = testTracer();
 * await tracer.trace('answer', () => tracer.span('search', { kind: 'retrieval' }, () => ['a document']));
 * await tracer.flush();
 * console.log(records.outline()); // answer, and below it: search [retrieval]
 * ```
 */
export function testTracer(options: TracerOptions = {}): TestTracer {
  const records = new MemoryTransport();
  const clock = fixedClock();
  const warnings: string[] = [];
  const tracer = new Tracer({
    enabled: true,
    transport: records,
    // Deadlines and intervals go on: only what is recorded stands still.
    clock: { now: clock.now, elapsed: systemClock().elapsed },
    ids: fixedIds(),
    // What a test waits for should not wait for company.
    flushIntervalMs: 1,
    logger: { warn: (message) => void warnings.push(message), debug: () => {} },
    ...options,
  });
  return { tracer, records, clock, warnings };
}

/**
 * A clock that stands still until it is told to go on.
 *
 * @param start When it stands. Default `2026-01-02T03:04:05.678901Z`.
 * @example
 * ```ts
 * import { fixedClock } from 'llm-tracer/testing';
 *
 * const clock = fixedClock();
 * clock.advance(1500); // milliseconds
 * ```
 */
export function fixedClock(start?: Date): Clock & { advance(milliseconds: number): void } {
  let micros = start === undefined ? 1_767_323_045_678_901 : start.getTime() * 1000;
  return {
    now: () => micros,
    elapsed: () => micros / 1000,
    advance(milliseconds) {
      micros += milliseconds * 1000;
    },
  };
}

/**
 * Ids that count up from 1: `…0001`, `…0002`. Trace and span ids are counted apart.
 *
 * @example
 * ```ts
 * import { fixedIds } from 'llm-tracer/testing';
 *
 * fixedIds().spanId(); // '0000000000000001'
 * ```
 */
export function fixedIds(): Ids {
  const counter = (digits: number): (() => string) => {
    let count = 0;
    return () => {
      count += 1;
      return count.toString(16).padStart(digits, '0');
    };
  };
  return { traceId: counter(32), spanId: counter(16) };
}
