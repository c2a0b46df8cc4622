import { describe, expect, test } from 'vitest';
import { testTracer } from '../src/testing.ts';

describe('a test tracer', () => {
  test('records into memory, with ids that count up and a clock that stands still', async () => {
    const { tracer, records, clock } = testTracer();

    const trace = tracer.startTrace('t');
    clock.advance(1.5);
    trace.span('s', () => {});
    trace.end();
    await tracer.flush();

    expect(records.trace('t')).toMatchObject({
      trace_id: '0'.repeat(31).concat('1'),
      start_time: '2026-01-02T03:04:05.678901Z',
      end_time: '2026-01-02T03:04:05.680401Z',
    });
    expect(records.span('s')).toMatchObject({ span_id: '0'.repeat(15).concat('1') });
  });

  test('takes the options of a tracer, and keeps its warnings', async () => {
    const { tracer, records, warnings } = testTracer({ sampleRate: 0, mask: () => undefined });

    tracer.trace('t', () => {});
    tracer.score({ name: 'n', value: 1 });
    await tracer.flush();

    expect(records.batches).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('a score without a trace')]);
  });

  test('shares nothing with another', async () => {
    const one = testTracer();
    const other = testTracer();

    one.tracer.span('s', () => other.tracer.span('s', () => {}));
    await Promise.all([one.tracer.flush(), other.tracer.flush()]);

    expect(one.records.spans).toEqual(other.records.spans);
  });
});

describe('what has been recorded', () => {
  test('is outlined as it hangs together', async () => {
    const { tracer, records } = testTracer();

    await tracer.trace('answer', async () => {
      await tracer.span('agent', { kind: 'agent' }, async () => {
        tracer.span('search', { kind: 'retrieval' }, () => {});
        await expect(tracer.span('call', { kind: 'llm' }, () => Promise.reject(new Error('busy')))).rejects.toThrow();
      });
      tracer.span('last', () => {});
    });
    await tracer.flush();

    expect(records.outline()).toBe(
      `answer
  agent [agent]
    search [retrieval]
    call [llm] ✗ busy
  last`,
    );
    expect(records.outline(records.span('agent')).split('\n')).toHaveLength(3);
    expect(records.children(records.trace('answer')).map((span) => span.name)).toEqual(['agent', 'last']);
  });

  test('is waited for where it ends later', async () => {
    const { tracer, records } = testTracer();
    const span = tracer.startSpan('later');

    const waiting = records.spanEnd('later');
    queueMicrotask(() => span.setOutput(1).end());

    expect(await waiting).toMatchObject({ output_data: 1 });
    expect(await records.spanEnd('later')).toBe(records.span('later'));
  });

  test('says what there is where something is missed', async () => {
    const { tracer, records } = testTracer();
    tracer.span('there', () => {});
    await tracer.flush();

    expect(() => records.span('missed')).toThrow('No span "missed" has arrived; there is there.');
    await expect(records.spanEnd('missed', 1)).rejects.toThrow('No span "missed"');
    records.clear();
    expect(() => records.outline()).toThrow('No trace has arrived');
  });
});
