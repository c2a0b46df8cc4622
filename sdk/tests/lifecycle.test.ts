import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import { type Span, type Trace, Tracer } from '../src/index.ts';
import { ScoreUpsert, SpanUpsert, TraceUpsert } from '../src/schema/index.ts';
import { fixedClock, fixedIds, MemoryTransport } from '../src/testing.ts';
import { recording } from './recording.ts';

describe('a trace', () => {
  test('carries what it was given and what became known', async () => {
    const { tracer, transport } = recording({ environment: 'test', release: '1', serviceName: 'api', ids: fixedIds() });

    await tracer.trace('answer', { userId: 'u', sessionId: 's', tags: ['a'], metadata: { a: 1 } }, async (trace) => {
      trace.setInput({ q: 'tea?' }).setMetadata({ b: 2 }).setTags(['x', 'y']).setUser('u2').setSession('s2');
      return 'yes';
    });
    await tracer.flush();

    expect(transport.trace('answer')).toMatchObject({
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      status: 'ok',
      input: { q: 'tea?' },
      output: 'yes',
      metadata: { a: 1, b: 2 },
      tags: ['x', 'y'],
      user_id: 'u2',
      session_id: 's2',
      environment: 'test',
      release: '1',
      service_name: 'api',
    });
  });

  test('is the parentless root of its spans', async () => {
    const { tracer, transport } = recording();

    tracer.trace('run', (trace) => trace.span('child', (child) => child.span('grandchild', () => {})));
    await tracer.flush();

    expect(transport.span('child')).not.toHaveProperty('parent_span_id');
    expect(transport.span('grandchild').parent_span_id).toBe(transport.span('child').span_id);
    expect(transport.span('child').trace_id).toBe(transport.trace('run').trace_id);
  });

  test('says where it can be looked at', () => {
    const tracer = new Tracer({ url: 'http://127.0.0.1:8001/', transport: new MemoryTransport(), ids: fixedIds() });

    const trace = tracer.startTrace('run');

    expect(trace.url).toBe(`http://127.0.0.1:8001/traces/${trace.id}`);
  });

  test('is ok when a step failed and the program coped', async () => {
    const { tracer, transport } = recording();

    tracer.trace('run', () => {
      try {
        tracer.span('step', () => {
          throw new Error('no');
        });
      } catch {}
    });
    await tracer.flush();

    expect(transport.trace('run').status).toBe('ok');
    expect(transport.span('step')).toMatchObject({ status: 'error', error: 'no', error_type: 'Error' });
  });
});

describe('a span', () => {
  test('outside of any trace makes its own, of its name and its times', async () => {
    const { tracer, transport } = recording({ clock: fixedClock() });

    tracer.span('alone', () => {});
    await tracer.flush();

    const { trace_id, start_time, end_time } = transport.span('alone');
    expect(transport.traces).toEqual([{ trace_id, name: 'alone', start_time, end_time }]);
  });

  test('carries everything that can be set', async () => {
    const { tracer, transport } = recording({ clock: fixedClock() });

    tracer.span(
      'call',
      { kind: 'llm', model: 'asked', provider: 'openai', modelParameters: { temperature: 0 }, tools: [{}] },
      (span) => {
        span
          .setInput('in')
          .setOutput('out')
          .setModel('answered')
          .setUsage({
            inputTokens: 5,
            outputTokens: 3,
            cacheReadTokens: 2,
            cacheWriteTokens: 1,
            reasoningTokens: 1,
            details: { x: 1 },
          })
          .setCost(0.5)
          .setFinishReason('stop')
          .setFirstToken()
          .setMetadata({ k: 'v' })
          .addEvent('retry', { attempt: 1 });
      },
    );
    await tracer.flush();

    expect(transport.span('call')).toMatchObject({
      span_type: 'llm',
      input_data: 'in',
      output_data: 'out',
      model: 'answered',
      requested_model: 'asked',
      provider: 'openai',
      model_parameters: { temperature: 0 },
      tools: [{}],
      tokens_input: 5,
      tokens_output: 3,
      tokens_cache_read: 2,
      tokens_cache_write: 1,
      tokens_reasoning: 1,
      usage_details: { x: 1 },
      cost_usd: 0.5,
      cost_source: 'reported',
      finish_reason: 'stop',
      first_token_time: '2026-01-02T03:04:05.678901Z',
      metadata: { k: 'v' },
      events: [{ name: 'retry', time: '2026-01-02T03:04:05.678901Z', attributes: { attempt: 1 } }],
    });
  });

  test('ends once, and ignores what comes after', async () => {
    const { tracer, transport } = recording();

    const span = tracer.startSpan('once');
    span.setOutput('first').end();
    span.setOutput('second').setError(new Error('late')).end();
    const report = await tracer.flush();

    expect(report.delivered).toBe(2);
    expect(transport.span('once').output_data).toBe('first');
    expect(transport.span('once')).not.toHaveProperty('error');
  });

  test('ends with the block that declares it with using', async () => {
    const { tracer, transport } = recording();

    {
      using span = tracer.startSpan('sync');
      span.setOutput(1);
    }
    {
      await using span = tracer.startSpan('async');
      span.setOutput(2);
    }
    await tracer.flush();

    expect(transport.spans.map((span) => span.output_data)).toEqual([1, 2]);
  });

  test('takes times from the caller, and never ends before it began', async () => {
    const { tracer, transport } = recording();

    const startTime = new Date('2026-05-01T00:00:00.500Z');
    tracer.startSpan('given', { startTime }).end(new Date('2026-05-01T00:00:01Z'));
    tracer.startSpan('backwards', { startTime }).end(new Date('2020-01-01'));
    await tracer.flush();

    expect(transport.span('given')).toMatchObject({
      start_time: '2026-05-01T00:00:00.500000Z',
      end_time: '2026-05-01T00:00:01.000000Z',
    });
    expect(transport.span('backwards').end_time).toBe('2026-05-01T00:00:00.500000Z');
  });

  test('is serialised at its end: what changes later changes nothing', async () => {
    const { tracer, transport } = recording();
    const value = { n: 1 };

    tracer.span('early', { input: value }, () => {
      value.n = 2;
    });
    value.n = 3;
    await tracer.flush();

    expect(transport.span('early').input_data).toEqual({ n: 2 });
  });

  test('drops counts that are none, and keeps the others', async () => {
    const { tracer, transport } = recording();

    tracer.span('usage', (span) => {
      span
        .setUsage({ inputTokens: Number.NaN, outputTokens: -1, reasoningTokens: 4 })
        .setCost(Number.POSITIVE_INFINITY);
    });
    await tracer.flush();

    expect(transport.span('usage')).toMatchObject({ tokens_reasoning: 4 });
    expect(transport.span('usage')).not.toHaveProperty('tokens_input');
    expect(transport.span('usage')).not.toHaveProperty('cost_usd');
  });

  test('says what its limits cut, and keeps the rest', async () => {
    const { tracer, transport } = recording({ maxValueBytes: 1000 });

    tracer.span('big', { input: { small: 1, text: 'x'.repeat(5000) } }, (span) =>
      span.setOutput('y').setError('e'.repeat(150_000)),
    );
    await tracer.flush();

    const big = transport.span('big');
    expect(big).toMatchObject({ input_data: { small: 1, text: expect.stringMatching(/^x+…$/) }, output_data: 'y' });
    expect(big.truncated).toEqual([
      { path: 'error', original_bytes: 150_000 },
      { path: 'input_data.text', original_bytes: 5002 },
    ]);
  });

  test('is one that the server takes, whatever was put into it', async () => {
    const { tracer, transport } = recording();
    const long = 'é😀'.repeat(500);

    tracer.trace(
      long,
      { userId: long, sessionId: '', tags: [long, '', ...Array.from({ length: 60 }, (_, i) => `t${i}`)] },
      (trace) => {
        trace.setMetadata([1] as never);
        trace.span(undefined as never, { kind: 'tool', model: '', metadata: new Map([['a', 1]]) as never }, (span) => {
          span
            .setFinishReason(long)
            .addEvent('', { toJSON: () => 'text' })
            .setError({ toString: null });
        });
      },
    );
    tracer.score({ traceId: 'x'.repeat(32), name: long, value: long, comment: 'x'.repeat(200_000) });
    await tracer.flush();

    for (const span of transport.spans) expect(SpanUpsert.safeParse(span).error).toBeUndefined();
    for (const trace of transport.traces) expect(TraceUpsert.safeParse(trace).error).toBeUndefined();
    for (const score of transport.scores) expect(ScoreUpsert.safeParse(score).error).toBeUndefined();
    expect([transport.spans.length, transport.traces.length, transport.scores.length]).toEqual([1, 1, 1]);
  });
});

describe('a span that stays open', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('is announced as running once, without payload or end', async () => {
    const { tracer, transport } = recording({ runningAfterMs: 1000 });

    tracer.trace('slow', { input: 'big' }, () => void tracer.startSpan('slow step', { input: 'big', kind: 'tool' }));
    const slow = tracer.startTrace('open', { userId: 'u' });
    await vi.advanceTimersByTimeAsync(10_000);

    const announced = transport.spans.filter((span) => span.name === 'slow step');
    expect(announced).toEqual([
      {
        trace_id: expect.any(String),
        span_id: expect.any(String),
        name: 'slow step',
        span_type: 'tool',
        start_time: expect.any(String),
      },
    ]);
    expect(transport.traces.filter((trace) => trace.trace_id === slow.id)).toEqual([
      { trace_id: slow.id, name: 'open', start_time: expect.any(String), user_id: 'u' },
    ]);
  });

  test('is not announced when it ended in time', async () => {
    const { tracer, transport } = recording({ runningAfterMs: 1000 });

    tracer.span('quick', () => {});
    await vi.advanceTimersByTimeAsync(10_000);

    expect(transport.spans).toHaveLength(1);
  });
});

describe('a score', () => {
  test('is about the active trace unless it says otherwise', async () => {
    const { tracer, transport } = recording({ ids: fixedIds(), clock: fixedClock() });

    const trace = tracer.trace('run', (active) => {
      tracer.score({ name: 'helpful', value: true });
      return active;
    });
    tracer.score({
      id: 'mine',
      traceId: 'abc',
      spanId: 'def',
      name: 'rating',
      value: 4,
      comment: 'good',
      source: 'user',
    });
    await tracer.flush();

    expect(transport.scores).toMatchObject([
      { trace_id: trace.id, name: 'helpful', value: true, source: 'code' },
      { score_id: 'mine', trace_id: 'abc', span_id: 'def', name: 'rating', value: 4, comment: 'good', source: 'user' },
    ]);
  });

  test('without a trace is ignored with a warning', async () => {
    const { tracer, warnings } = recording();

    tracer.score({ name: 'helpful', value: true });

    expect(warnings).toEqual([expect.stringContaining('needs a traceId')]);
  });
});

test('callbacks get the handle, and give back what they return', () => {
  const { tracer } = recording();

  expectTypeOf(tracer.trace('t', (trace: Trace) => trace.id)).toEqualTypeOf<string>();
  expectTypeOf(tracer.span('s', async (span: Span) => span.id)).toEqualTypeOf<Promise<string>>();
  // @ts-expect-error a kind is one of the wire's
  tracer.startSpan('s', { kind: 'llmm' });
});
