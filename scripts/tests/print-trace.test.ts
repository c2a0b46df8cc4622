import { expect, test } from 'vitest';
import type { SpanRecord, TraceAnswer, TraceRecord } from '../../sdk/src/schema/index.ts';
import { printTrace } from '../print-trace.ts';

const aSpan = (span: Partial<SpanRecord> & { span_id: string }): SpanRecord => ({
  trace_id: 't',
  project_id: 'dev',
  name: span.span_id,
  span_type: 'function',
  start_time: '2026-01-02T03:04:05.000000Z',
  duration_ms: 1,
  status: 'ok',
  ...span,
});

const aTrace = (spans: SpanRecord[], trace: Partial<TraceRecord> = {}): TraceAnswer => ({
  trace: {
    trace_id: 't',
    project_id: 'dev',
    name: 'answer',
    start_time: '2026-01-02T03:04:05.000000Z',
    duration_ms: 1234,
    status: 'ok',
    tags: [],
    span_count: spans.length,
    error_count: 0,
    tokens_input: 30,
    tokens_output: 12,
    total_cost: 0.00012,
    unpriced_count: 0,
    models: [],
    scores: [],
    ...trace,
  },
  spans,
  span_count: spans.length,
  scores: [],
  next_cursor: null,
  has_more: false,
});

test('draws spans as a tree, siblings in order of their start, columns aligned', () => {
  const answer = aTrace([
    aSpan({ span_id: 'rank', parent_span_id: 'agent', start_time: '2026-01-02T03:04:05.000002Z', duration_ms: 0.25 }),
    aSpan({ span_id: 'agent', span_type: 'agent', duration_ms: 1200 }),
    aSpan({
      span_id: 'chat',
      parent_span_id: 'agent',
      span_type: 'llm',
      start_time: '2026-01-02T03:04:05.000001Z',
      duration_ms: 840.4,
      tokens_input: 30,
      tokens_output: 12,
      cost_usd: 0.00012,
    }),
    aSpan({ span_id: 'look-up', parent_span_id: 'rank', span_type: 'tool' }),
  ]);

  const text = printTrace(answer);

  expect(text.split('\n')).toEqual([
    'answer                   1.23 s  30 → 12 tokens  $0.000120',
    '└─ agent [agent]         1.20 s',
    '   ├─ chat [llm]         840 ms  30 → 12 tokens  $0.000120',
    '   └─ rank [function]    250 µs',
    '      └─ look-up [tool]    1 ms',
  ]);
});

test('says what failed, in the first line of its error', () => {
  const answer = aTrace([aSpan({ span_id: 'weather', status: 'error', error: 'no station\nhere' })], {
    status: 'error',
  });

  const [trace, span] = printTrace(answer).split('\n');

  expect(trace).toMatch(/ {2}✗ error$/);
  expect(span).toMatch(/ {2}✗ no station$/);
});

test('never shows an unknown cost as a number', () => {
  const answer = aTrace([aSpan({ span_id: 'chat', span_type: 'llm', tokens_input: 5 })], { unpriced_count: 1 });

  const [trace, span] = printTrace(answer).split('\n');

  expect(trace).toMatch(/≥ \$0\.000120$/);
  expect(span).toMatch(/5 → 0 tokens\s+unknown$/);
});

test('shows a span whose parent is not stored', () => {
  const answer = aTrace([aSpan({ span_id: 'orphan', parent_span_id: 'elsewhere' })]);

  expect(printTrace(answer)).toMatch(/└─ orphan \[function\]/);
});

test('shows a span that has not ended as running', () => {
  const { duration_ms: _, ...open } = aSpan({ span_id: 'open', status: 'running' });

  expect(printTrace(aTrace([open]))).toMatch(/└─ open \[function\] +running$/m);
});

test('shows spans that are each other’s parent', () => {
  const answer = aTrace([aSpan({ span_id: 'a', parent_span_id: 'b' }), aSpan({ span_id: 'b', parent_span_id: 'a' })]);

  const text = printTrace(answer);

  expect(text).toContain('a [function]');
  expect(text).toContain('b [function]');
});
