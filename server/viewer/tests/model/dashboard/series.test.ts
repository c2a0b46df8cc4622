import type { TimeseriesPoint } from 'llm-tracer/schema';
import { describe, expect, test } from 'vitest';
import { bucketFor, bucketStarts } from '../../../src/model/dashboard/buckets.ts';
import { scoreNames, scoreSeries } from '../../../src/model/dashboard/scores.ts';
import { countLayers, percentileValues, rankGroups, sumOf } from '../../../src/model/dashboard/series.ts';
import {
  describeChange,
  groupSums,
  modelCalls,
  periodBefore,
  rangeTotals,
  spreadOf,
} from '../../../src/model/dashboard/totals.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const start = Date.UTC(2026, 2, 28);
const aPoint = (day: number, more: Partial<TimeseriesPoint> = {}): TimeseriesPoint => ({
  bucket: new Date(start + day * dayMs).toISOString(),
  trace_count: 1,
  trace_running_count: 0,
  trace_error_count: 0,
  trace_latency_ms: {},
  span_count: 1,
  error_count: 0,
  tokens_input: 0,
  tokens_output: 0,
  total_cost: 0,
  unpriced_count: 0,
  latency_ms: {},
  time_to_first_token_ms: {},
  ...more,
});

describe('buckets', () => {
  test('are hours up to 90 of them, else days, and what the address asks for where it can be drawn', () => {
    expect(bucketFor(start, start + 90 * hourMs, undefined)).toBe('hour');
    expect(bucketFor(start, start + 91 * hourMs, undefined)).toBe('day');
    expect(bucketFor(start, start + 7 * dayMs, 'hour')).toBe('hour');
    expect(bucketFor(start, start + 30 * dayMs, 'hour')).toBe('day');
    expect(bucketFor(start, start + hourMs, 'day')).toBe('day');
  });

  test('are UTC days across a change of summer time: each is 24 hours, none is missing', () => {
    const starts = bucketStarts(start + 5 * hourMs, start + 3 * dayMs + hourMs, 'day');
    expect(starts.map((ms) => new Date(ms).toISOString().slice(0, 13))).toEqual([
      '2026-03-28T00',
      '2026-03-29T00',
      '2026-03-30T00',
      '2026-03-31T00',
    ]);
  });
});

describe('layers', () => {
  const starts = bucketStarts(start, start + 3 * dayMs, 'day');

  test('of the seven groups that cost most, of all others together, and of what has none', () => {
    const points = [
      ...Array.from({ length: 9 }, (_, rank) => aPoint(0, { group: `m${rank}`, total_cost: 9 - rank })),
      aPoint(1, { is_rest: true, total_cost: 0.5 }),
      aPoint(2, { total_cost: 0.25 }),
    ];
    const ranking = rankGroups(points);
    expect(ranking.groups).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6']);
    const layers = countLayers(points, starts, ranking, 'model', 'total_cost');
    expect(layers.map(({ label, values }) => [label, ...values]).slice(-2)).toEqual([
      ['Other', 3, 0.5, 0],
      ['no model', 0, 0, 0.25],
    ]);
    // Nothing is lost between the layers.
    expect(layers.reduce((sum, { values }) => sum + sumOf(values), 0)).toBe(
      points.reduce((sum, { total_cost }) => sum + total_cost, 0),
    );
  });

  test('a group that is called Other is not the rest', () => {
    const points = [aPoint(0, { group: 'Other', total_cost: 2 }), aPoint(0, { is_rest: true, total_cost: 1 })];
    const layers = countLayers(points, starts, rankGroups(points), 'model', 'total_cost');
    expect(layers.map(({ group, label, values }) => [group, label, values[0]])).toEqual([
      ['Other', 'Other', 2],
      [undefined, 'Other', 1],
    ]);
  });

  test('percentiles are read as they are, and where nothing was measured there is a gap', () => {
    const points = [aPoint(0, { trace_latency_ms: { p50: 5, p95: 9 } }), aPoint(2, { trace_latency_ms: { p50: 7 } })];
    expect(percentileValues(points, starts, 'trace_latency_ms', 'p50')).toEqual([5, null, 7]);
    expect(percentileValues(points, starts, 'trace_latency_ms', 'p95')).toEqual([9, null, null]);
    expect(spreadOf([null, 3, 8])).toEqual({ least: 3, most: 8 });
    expect(spreadOf([null])).toBeUndefined();
  });
});

describe('totals', () => {
  test('of a range, of groups, of model calls', () => {
    const points = [
      aPoint(0, {
        group: 'gpt',
        span_count: 3,
        trace_error_count: 1,
        error_count: 2,
        tokens_input: 10,
        tokens_output: 2,
        total_cost: 1,
      }),
      aPoint(1, { group: 'gpt', span_count: 1, unpriced_count: 1 }),
      aPoint(0, { span_count: 5 }),
      aPoint(0, { is_rest: true, span_count: 2 }),
    ];
    expect(modelCalls(points)).toBe(6);
    expect(rangeTotals(points)).toEqual({
      cost: 1,
      unpriced: 1,
      traces: 4,
      failed: 1,
      failedSpans: 2,
      tokensInput: 10,
      tokensOutput: 2,
    });
    expect(groupSums(points)).toEqual([
      { group: 'gpt', traces: 2, failed: 1, spans: 4, tokens: 12, cost: 1, unpriced: 1 },
    ]);
  });

  test('say how they changed, and nothing where there is nothing to say', () => {
    expect([
      describeChange(112, 100),
      describeChange(50, 100),
      describeChange(5, 0),
      describeChange(0, 0),
      describeChange(3, 3),
    ]).toEqual(['+12 %', '−50 %', 'new', '', '±0 %']);
    expect(periodBefore(start + dayMs, start + 2 * dayMs)).toEqual({
      from: new Date(start).toISOString(),
      to: new Date(start + dayMs).toISOString(),
    });
  });
});

describe('scores', () => {
  const scored = (day: number, ...scores: { name: string; value: number | boolean | string }[]) => ({
    start_time: new Date(start + day * dayMs + 1).toISOString(),
    scores,
  });
  const starts = bucketStarts(start, start + 2 * dayMs, 'day');
  const traces = [
    scored(0, { name: 'helpful', value: true }, { name: 'accuracy', value: 0.5 }),
    scored(0, { name: 'accuracy', value: 1 }),
    scored(1, { name: 'helpful', value: false }, { name: 'tone', value: 'calm' }),
  ];

  test('numbers have a mean and gaps, yes and no are counted', () => {
    expect(scoreNames(traces)).toEqual(['accuracy', 'helpful', 'tone']);
    expect(scoreSeries(traces, 'accuracy', starts, dayMs)).toMatchObject({
      kind: 'mean',
      mean: 0.75,
      count: 2,
      layers: [{ values: [0.75, null] }],
    });
    expect(scoreSeries(traces, 'helpful', starts, dayMs)).toMatchObject({
      kind: 'counts',
      layers: [
        { label: 'true', values: [1, 0] },
        { label: 'false', values: [0, 1] },
      ],
    });
    expect(scoreSeries(traces, 'absent', starts, dayMs)).toBeUndefined();
  });
});
