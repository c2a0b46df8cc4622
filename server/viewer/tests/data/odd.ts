import type { SpanUpsert } from 'llm-tracer/schema';
import { type Random, randomFrom } from './random.ts';
import { type Records, timeAt } from './send.ts';

// Test files run side by side, and begin within the same millisecond.
const random: Random = randomFrom(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0);

/** A trace with an id that no other run has. */
export interface OddTrace extends Records {
  readonly traceId: string;
}

/** A span by its name, type, time and parent; its id is `<trace id>` cut short with the name behind it. */
export interface OddSpan extends Partial<Omit<SpanUpsert, 'trace_id' | 'start_time' | 'end_time' | 'name'>> {
  readonly name: string;
  /** From and to, in milliseconds from the start of the trace; without an end it runs. */
  readonly at: readonly [number, number?];
  /** The name of its parent. */
  readonly under?: string;
}

interface OddOptions {
  readonly name?: string;
  readonly startMs?: number;
  /** How long the trace took; null leaves it running. @default 1000 */
  readonly lengthMs?: number | null;
  readonly trace?: Partial<NonNullable<Records['traces']>[number]>;
}

/** A trace of the given spans. */
export function oddTrace(
  spans: readonly OddSpan[],
  { name = 'odd', startMs = Date.now() - 600_000, lengthMs = 1000, trace = {} }: OddOptions = {},
): OddTrace {
  const traceId = random.hex(32);
  const idOf = (spanName: string) => `${traceId.slice(0, 8)}-${spanName.replaceAll(/[^A-Za-z0-9]/g, '_').slice(0, 60)}`;
  return {
    traceId,
    traces: [
      {
        trace_id: traceId,
        name,
        start_time: timeAt(startMs),
        ...(lengthMs === null ? {} : { end_time: timeAt(startMs, lengthMs) }),
        ...trace,
      },
    ],
    spans: spans.map(({ at: [from, to], under, span_type = 'function', ...span }) => ({
      span_id: idOf(span.name),
      ...(under === undefined ? {} : { parent_span_id: idOf(under) }),
      ...span,
      span_type,
      trace_id: traceId,
      start_time: timeAt(startMs, from),
      ...(to === undefined ? {} : { end_time: timeAt(startMs, to) }),
    })),
  };
}

/** A chain so many deep. */
export const deepChain = (depth: number): OddTrace =>
  oddTrace(
    Array.from({ length: depth }, (_, index) => ({
      name: `deep ${index}`,
      at: [index / 10, 1000 - index / 10] as const,
      ...(index === 0 ? {} : { under: `deep ${index - 1}` }),
    })),
    { name: 'deep' },
  );
