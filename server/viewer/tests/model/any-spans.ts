import fc from 'fast-check';
import type { SpanRecord, TraceRecord } from 'llm-tracer/schema';
import { timeAt } from '../data/send.ts';

export const startMs = Date.parse('2026-01-02T03:04:05Z');

export const aTrace = (lengthMs: number): TraceRecord => ({
  trace_id: 't',
  project_id: 'p',
  name: 'trace',
  start_time: timeAt(startMs),
  end_time: timeAt(startMs, lengthMs),
  status: 'ok',
  tags: [],
  span_count: 0,
  error_count: 0,
  tokens_input: 0,
  tokens_output: 0,
  total_cost: 0,
  unpriced_count: 0,
  models: [],
  scores: [],
});

export const aSpan = (
  id: string,
  from: number,
  to: number,
  parent?: string,
  more: Partial<SpanRecord> = {},
): SpanRecord => ({
  span_id: id,
  trace_id: 't',
  project_id: 'p',
  name: id,
  span_type: 'function',
  status: 'ok',
  start_time: timeAt(startMs, from),
  end_time: timeAt(startMs, to),
  ...(parent === undefined ? {} : { parent_span_id: parent }),
  ...more,
});

/** Any spans: parents that exist or not, circles, children outside their parents. */
export const anySpans = fc
  .array(
    fc.record({
      parent: fc.option(fc.integer({ min: 0, max: 24 }), { nil: undefined }),
      from: fc.integer({ min: 0, max: 900 }),
      length: fc.integer({ min: 0, max: 400 }),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map((drawn) =>
    drawn.map(({ parent, from, length }, index) =>
      aSpan(`s${index}`, from, from + length, parent === undefined ? undefined : `s${parent}`),
    ),
  );
