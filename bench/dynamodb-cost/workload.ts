import type { SpanUpsert, TraceUpsert } from '../../sdk/src/schema/index.ts';
import { heldOutChats, payloadOf } from '../compression/corpus.ts';

/** One request of an SDK. */
export interface Request {
  readonly traces: readonly TraceUpsert[];
  readonly spans: readonly SpanUpsert[];
}

export interface WorkloadOptions {
  readonly tracesPerRequest: number;
  readonly inputBytes?: number;
  readonly outputBytes?: number;
  /** In how many requests the five spans of a trace come, besides the one that announces. @default 1 */
  readonly pieces?: number;
}

export const spansPerTrace = 5;

/** When it all happens: noon. */
export const nowMicros = Date.UTC(2026, 10, 2, 12) * 1000;

const hex = (value: number, digits: number): string => {
  // Spread over all digits, as random ids are.
  let text = '';
  for (let state = value + 1; text.length < digits; ) {
    state = (state * 48_271) % 2_147_483_647;
    text += state.toString(16).padStart(8, '0');
  }
  return text.slice(0, digits);
};

const timeOf = (second: number): string =>
  new Date(nowMicros / 1000 - 3_600_000 + second * 1000).toISOString().replace('Z', '321Z');

/**
 * The reference workload: traces of five spans, two of them model calls with 3 KB in and 1 KB out; with user and session and
 * without input or output of their own. The agent's span and the first call are announced while they run, without payload, in
 * one request with the trace.
 */
export function requestsOf(traceCount: number, options: WorkloadOptions): Request[] {
  const { tracesPerRequest, pieces = 1 } = options;
  const requests: Request[] = [];
  for (let first = 0; first < traceCount; first += tracesPerRequest) {
    const numbers = Array.from({ length: Math.min(tracesPerRequest, traceCount - first) }, (_, n) => first + n);
    const traces = numbers.map((number) => traceOf(number));
    const spans = numbers.map((number) => spansOf(number, options));
    requests.push({
      traces: traces.map(({ end_time: _, ...trace }) => trace),
      spans: spans.flatMap(([agent, call]) =>
        [agent, call].flatMap((span) => (span === undefined ? [] : [announced(span)])),
      ),
    });
    // The agent's span ends last.
    const inOrder = spans.map(([agent, ...others]) => [...others, ...(agent === undefined ? [] : [agent])]);
    for (let piece = 0; piece < pieces; piece += 1) {
      const from = Math.ceil((spansPerTrace * piece) / pieces);
      const to = Math.ceil((spansPerTrace * (piece + 1)) / pieces);
      requests.push({
        traces: piece === pieces - 1 ? traces : [],
        spans: inOrder.flatMap((own) => own.slice(from, to)),
      });
    }
  }
  return requests;
}

const announced = ({
  trace_id,
  span_id,
  parent_span_id,
  name,
  span_type,
  start_time,
  model,
}: SpanUpsert): SpanUpsert => ({
  trace_id,
  span_id,
  ...(parent_span_id === undefined ? {} : { parent_span_id }),
  name,
  span_type,
  start_time,
  ...(model === undefined ? {} : { model }),
});

const traceOf = (number: number): TraceUpsert => ({
  trace_id: hex(number, 32),
  name: 'answer',
  start_time: timeOf(number),
  end_time: timeOf(number + 6),
  user_id: `user-${1_000 + (number % 900)}`,
  session_id: hex(7_000_000 + (number % 400), 32),
  environment: 'production',
  release: '2026.11.3',
  service_name: 'support-api',
});

function spansOf(number: number, { inputBytes = 3_000, outputBytes = 1_000 }: WorkloadOptions): SpanUpsert[] {
  const id = (index: number): string => hex(100_000_000 + number * 10 + index, 16);
  const base = (
    index: number,
    name: string,
    span_type: SpanUpsert['span_type'],
    from: number,
    to: number,
  ): SpanUpsert => ({
    trace_id: hex(number, 32),
    span_id: id(index),
    ...(index === 0 ? {} : { parent_span_id: id(0) }),
    name,
    span_type,
    start_time: timeOf(number + from),
    end_time: timeOf(number + to),
    status: 'ok',
  });
  const call = (index: number, from: number, to: number): SpanUpsert => ({
    ...base(index, 'chat', 'llm', from, to),
    ...payloadOf(
      heldOutChats[(number + index) % heldOutChats.length] as (typeof heldOutChats)[number],
      inputBytes,
      outputBytes,
    ),
    model: 'gpt-4o-mini-2024-07-18',
    requested_model: 'gpt-4o-mini',
    provider: 'openai',
    model_parameters: { temperature: 0.2, max_tokens: 800 },
    finish_reason: 'stop',
    tokens_input: 700 + (number % 90),
    tokens_output: 210 + (number % 40),
    first_token_time: timeOf(number + from + 0.4),
  });
  return [
    base(0, 'answer', 'agent', 0, 6),
    call(1, 0.2, 2),
    { ...base(2, 'search', 'retrieval', 2, 2.3), input_data: { query: 'return of a bicycle with a battery' } },
    { ...base(3, 'rank', 'function', 2.3, 2.4), metadata: { candidates: 24, kept: 5 } },
    call(4, 2.5, 5.9),
  ];
}
