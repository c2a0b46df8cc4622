import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { ScoreUpsert, SpanUpsert, TraceUpsert } from 'llm-tracer/schema';
import { scoreChange, spanChange, traceChange } from '../../src/domain/normalise.ts';
import type { Batch, BatchSource } from '../../src/stores/store.ts';

const minute = 60;
const hour = 60 * minute;

/** Seconds, for {@link at}. */
export const seconds = { minute, hour, day: 24 * hour } as const;

/** Where every test clock starts: a Thursday, noon UTC. */
export const noon = '2026-01-15T12:00:00.000000Z';
const noonMicros = Date.parse(noon) * 1000;

/** The canonical time this many seconds after {@link noon}; a fraction gives microseconds. */
export const at = (secondsAfterNoon: number): string => timeAt(noonMicros + Math.round(secondsAfterNoon * 1_000_000));

/** The canonical time of microseconds since 1970. */
export const timeAt = (micros: number): string => {
  const millis = Math.floor(micros / 1000);
  return new Date(millis).toISOString().replace('Z', `${String(micros - millis * 1000).padStart(3, '0')}Z`);
};

export const traceId = (number = 1): string => number.toString(16).padStart(32, '0');
export const spanId = (number = 1): string => number.toString(16).padStart(16, '0');
export const scoreId = (number = 1): string => `score-${number}`;

/** A finished trace of one second. */
export const aTrace = (fields: Partial<TraceUpsert> = {}): TraceUpsert => ({
  trace_id: traceId(),
  name: 'answer',
  start_time: at(0),
  end_time: at(1),
  ...fields,
});

/** A trace that has started and not ended. */
export const aRunningTrace = (fields: Partial<TraceUpsert> = {}): TraceUpsert => ({
  trace_id: traceId(),
  name: 'answer',
  start_time: at(0),
  ...fields,
});

/** A finished span of half a second in the trace of {@link aTrace}, without parent. */
export const aSpan = (fields: Partial<SpanUpsert> = {}): SpanUpsert => ({
  trace_id: traceId(),
  span_id: spanId(),
  name: 'call',
  start_time: at(0),
  end_time: at(0.5),
  ...fields,
});

/** A span that has started and not ended. */
export const aRunningSpan = (fields: Partial<SpanUpsert> = {}): SpanUpsert => ({
  trace_id: traceId(),
  span_id: spanId(),
  name: 'call',
  start_time: at(0),
  ...fields,
});

/** Feedback on the trace of {@link aTrace}. */
export const aScore = (fields: Partial<ScoreUpsert> = {}): ScoreUpsert => ({
  score_id: scoreId(),
  trace_id: traceId(),
  name: 'helpful',
  value: true,
  created_at: at(2),
  ...fields,
});

/** What a client sends, before its elements become changes. */
export interface Sending {
  readonly traces?: readonly TraceUpsert[];
  readonly spans?: readonly SpanUpsert[];
  readonly scores?: readonly ScoreUpsert[];
  readonly dropped?: Batch['dropped'];
}

export type Encoding = BatchSource['encoding'];

/** The batch, with the compressed body that it was read from where `encoding` says how that came. */
export const aBatch = (sending: Sending, encoding?: Encoding): Batch => {
  const { traces = [], spans = [], scores = [], dropped } = sending;
  return {
    traces: traces.map(traceChange),
    spans: spans.map((span, index) => spanChange(span, encoding && index)),
    scores: scores.map(scoreChange),
    ...(dropped === undefined ? {} : { dropped }),
    ...(encoding === undefined ? {} : { source: aSource({ traces, spans, scores }, encoding) }),
  };
};

/** A request's body as the app hands it over. */
export const aSource = (body: object, encoding: Encoding, isWhole = true): BatchSource => {
  const text = JSON.stringify(body);
  const compressed = encoding === 'zstd' ? zstdCompressSync(text) : gzipSync(text);
  return { encoding, body: compressed, isWhole, characters: text.length };
};
