import type { SpanUpsert, TraceUpsert } from 'llm-tracer/schema';
import { describe, expect, it } from 'vitest';
import { scoreChange, spanChange, spanFieldsOf, traceChange } from '../../src/domain/normalise.ts';
import { rankOf } from '../../src/domain/record.ts';
import { aRunningSpan, aScore, aSpan, aTrace, at } from '../stores/builders.ts';

const fieldsOfSpan = (fields: object) => spanChange({ ...aRunningSpan(), ...fields }).record.fields;

describe('a change', () => {
  it('has its identity outside of its fields', () => {
    const span = spanChange(aSpan({ rev: 3 }));
    const trace = traceChange(aTrace());
    const score = scoreChange(aScore());

    for (const { record } of [span, trace, score])
      for (const name of ['trace_id', 'span_id', 'score_id', 'rev']) expect(record.fields).not.toHaveProperty(name);
    expect([span.traceId, span.spanId]).toEqual([aSpan().trace_id, aSpan().span_id]);
    expect([score.traceId, score.scoreId]).toEqual([aScore().trace_id, aScore().score_id]);
  });

  it.each([
    { record: spanChange(aRunningSpan()), rank: rankOf(false, 0) },
    { record: spanChange(aRunningSpan({ rev: 5 })), rank: rankOf(false, 5) },
    { record: spanChange(aSpan()), rank: rankOf(true, 1) },
    { record: spanChange(aSpan({ rev: 0 })), rank: rankOf(true, 0) },
    { record: spanChange(aSpan({ rev: null })), rank: rankOf(true, 1) },
    { record: scoreChange(aScore()), rank: rankOf(false, 0) },
  ])('has the rank of its record: $rank', ({ record, rank }) => {
    expect(record.record.rank).toBe(rank);
  });

  it('outranks any rev of a running record when it is finished', () => {
    expect(rankOf(true, 0)).toBeGreaterThan(rankOf(false, 2 ** 31 - 1));
  });

  it('has canonical times, in events too', () => {
    const fields = fieldsOfSpan({
      start_time: '2026-01-15T13:00:00+01:00',
      end_time: '2026-01-15T12:00:01Z',
      first_token_time: '2026-01-15t12:00:00.5z',
      events: [{ name: 'token', time: '2026-01-15T12:00Z', attributes: { time: 'left alone' } }],
    });

    expect(fields).toMatchObject({
      start_time: at(0),
      end_time: at(1),
      first_token_time: at(0.5),
      events: [{ name: 'token', time: at(0), attributes: { time: 'left alone' } }],
    });
  });

  it('is without null, but for payloads and inside metadata', () => {
    const fields = fieldsOfSpan({ model: null, tools: null, metadata: { a: null }, input_data: null, end_time: null });

    expect(Object.keys(fields).sort()).toEqual(['input_data', 'metadata', 'name', 'start_time']);
    expect(fields).toMatchObject({ input_data: null, metadata: { a: null } });
  });

  it('is without what the server computes', () => {
    const span = fieldsOfSpan({ duration_ms: 9, project_id: 'other', cost_price: {} });
    const trace = traceChange({
      ...aTrace(),
      ...{
        span_count: 9,
        error_count: 9,
        tokens_input: 9,
        tokens_output: 9,
        total_cost: 9,
        models: ['x'],
        scores: [1],
      },
      ...{ duration_ms: 9, unpriced_count: 9, project_id: 'other' },
    } as TraceUpsert).record.fields;

    expect(Object.keys(span).sort()).toEqual(['name', 'start_time']);
    expect(Object.keys(trace).sort()).toEqual(['end_time', 'name', 'start_time']);
  });

  it('keeps unknown fields in metadata, where what the client named metadata wins', () => {
    const fields = fieldsOfSpan(JSON.parse('{"novel": 1, "__proto__": {"a": 1}, "both": 1, "metadata": {"both": 2}}'));

    expect(JSON.stringify(fields.metadata)).toBe('{"novel":1,"__proto__":{"a":1},"both":2}');
  });

  it('keeps no unknown field that is null', () => {
    expect(fieldsOfSpan({ novel: null })).not.toHaveProperty('metadata');
  });

  it('is without status where that says nothing', () => {
    const statuses = [aRunningSpan({ status: 'error' }), aSpan({ status: 'running' }), aSpan({ status: 'error' })].map(
      (span) => spanChange(span).record.fields['status'],
    );

    expect(statuses).toEqual([undefined, undefined, 'error']);
  });

  it('is without a cost source where there is no cost', () => {
    expect(fieldsOfSpan({ cost_source: 'reported' })).not.toHaveProperty('cost_source');
    expect(fieldsOfSpan({ cost_source: 'priced', cost_usd: 0 })).toMatchObject({ cost_source: 'priced', cost_usd: 0 });
  });

  it('has each truncated entry beside the payload that its path begins with, if that was sent', () => {
    const entries = [
      { path: 'input_data.messages.0', original_bytes: 1 },
      { path: 'input_data[0].a', original_bytes: 2 },
      { path: 'input_data', original_bytes: 3 },
      { path: 'input_database', original_bytes: 4 },
      { path: 'output_data.x', original_bytes: 5 },
      { path: 'metadata.input_data', original_bytes: 6 },
      { path: '__proto__', original_bytes: 7 },
    ];

    const { truncated } = fieldsOfSpan({ input_data: null, truncated: entries });

    expect(truncated).toEqual({ input_data: entries.slice(0, 3), other: entries.slice(3) });
  });

  it('leaves the upsert as it was', () => {
    const upsert: SpanUpsert = { ...aSpan({ metadata: { a: 1 }, truncated: [{ path: 'name', original_bytes: 1 }] }) };
    const before = structuredClone(upsert);

    spanChange({ ...upsert, novel: 1 } as SpanUpsert);

    expect(upsert).toEqual(before);
  });

  it('of a PATCH has the same fields, whatever identity its body names', () => {
    const fields = spanFieldsOf({ span_id: 'x', trace_id: 'y', rev: 9, model: 'gpt-1', novel: 1 });

    expect(fields).toEqual({ model: 'gpt-1', metadata: { novel: 1 } });
  });
});
