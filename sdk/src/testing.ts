// `llm-tracer/testing`: what replaces the network, the clock and chance in tests.
import type { Clock } from './clock.ts';
import type { Batch, SendOutcome, Transport } from './export/transport.ts';
import type { Ids } from './ids.ts';
import type { ScoreUpsert } from './schema/score.ts';
import type { SpanUpsert } from './schema/span.ts';
import type { TraceUpsert } from './schema/trace.ts';

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

  /** The first span of that name that has ended. Throws if there is none: a test that looks for it expects it. */
  span(name: string): SpanUpsert {
    return found(this.spans, name, 'span');
  }

  /** The first trace of that name that has ended. Throws if there is none. */
  trace(name: string): TraceUpsert {
    return found(this.traces, name, 'trace');
  }

  async send(batch: Batch): Promise<SendOutcome> {
    this.batches.push(batch);
    for (const { kind, json } of batch.records) {
      const record: unknown = JSON.parse(json);
      if (kind === 'trace') this.traces.push(record as TraceUpsert);
      else if (kind === 'span') this.spans.push(record as SpanUpsert);
      else this.scores.push(record as ScoreUpsert);
    }
    return { kind: 'accepted', rejected: [] };
  }

  close(): void {}
}

interface Named {
  readonly name: string;
  readonly end_time?: unknown;
}

const found = <Item extends Named>(records: readonly Item[], name: string, kind: string): Item => {
  const record = records.find((candidate) => candidate.name === name && candidate.end_time !== undefined);
  if (record !== undefined) return record;
  const names = records.map((candidate) => candidate.name).join(', ') || 'nothing';
  throw new Error(`No ${kind} "${name}" has arrived; there is ${names}. Was the tracer flushed?`);
};

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
