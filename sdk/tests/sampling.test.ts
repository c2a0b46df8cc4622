import { describe, expect, test } from 'vitest';
import { randomIds } from '../src/ids.ts';
import { isSampled } from '../src/sampling.ts';
import { fixedIds } from '../src/testing.ts';
import { recording } from './recording.ts';

describe('the decision', () => {
  const ids = Array.from({ length: 20_000 }, randomIds().traceId);

  test('takes the part that the rate says', () => {
    for (const rate of [0, 0.1, 0.5, 1]) {
      const share = ids.filter((id) => isSampled(id, rate)).length / ids.length;
      expect(Math.abs(share - rate)).toBeLessThan(0.02);
    }
  });

  test('is the same for the same id, and a lower rate takes a part of what a higher one takes', () => {
    expect(ids.every((id) => !isSampled(id, 0.1) || isSampled(id, 0.2))).toBe(true);
  });

  test('records ids that are not hexadecimal', () => {
    expect(isSampled('order_17', 0.01)).toBe(true);
  });
});

describe('a trace that is not recorded', () => {
  test('leaves no record, of its spans and scores neither, and runs everything', async () => {
    const { tracer, transport } = recording({ sampleRate: 0 });

    const result = await tracer.trace('t', async (trace) => {
      trace.setMetadata({ a: 1 });
      const wrapped = tracer.wrap('w', async () => tracer.span('deep', (span) => span.setOutput(1).isEnded));
      tracer.score({ name: 'n', value: 1 });
      trace.startSpan('started').run(() => tracer.span('below', () => {}));
      await Promise.resolve();
      return wrapped();
    });
    const report = await tracer.flush();

    expect(result).toBe(true);
    expect(report).toMatchObject({ delivered: 0, pending: 0, dropped: 0 });
    expect(transport.batches).toEqual([]);
  });

  test('has no address, and an id of its own for other processes', () => {
    const { tracer } = recording({ sampleRate: 0 });

    tracer.trace('t', (trace) => {
      expect(trace.url).toBe('');
      expect(trace.id).not.toMatch(/^0+$/);
      expect(tracer.inject()).toEqual({ traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/) });
    });
  });

  test('is none with all that runs late in it: generators, streams', async () => {
    const { tracer, transport } = recording({ sampleRate: 1 });

    const generator = tracer.trace('t', { sampled: false }, function* () {
      yield tracer.span('late', () => 1);
    } as () => Generator<number>);
    expect([...generator]).toEqual([1]);
    await tracer.flush();

    expect(transport.spans).toEqual([]);
  });

  test('is one or not as the trace says, whatever the rate', async () => {
    const { tracer, transport } = recording({ sampleRate: 0 });

    tracer.trace('kept', { sampled: true }, () => tracer.span('inside', () => {}));
    tracer.trace('not', () => {});
    tracer.span('alone', () => {});
    await tracer.flush();

    expect(transport.traces.map(({ name }) => name)).toEqual(['kept']);
    expect(transport.spans.map(({ name }) => name)).toEqual(['inside']);
  });
});

test('two tracers agree on the spans of a trace that each knows by its id', async () => {
  const rate = { sampleRate: 0.5 };
  const one = recording(rate);
  const other = recording(rate);

  for (let count = 0; count < 100; count += 1) {
    const trace = one.tracer.startTrace('t');
    trace.end();
    other.tracer.startSpan('s', { parent: { traceId: trace.id } }).end();
  }
  await Promise.all([one.tracer.flush(), other.tracer.flush()]);

  const recorded = one.transport.traces.map((trace) => trace.trace_id);
  expect(recorded.length).toBeGreaterThan(20);
  expect(other.transport.spans.map((span) => span.trace_id)).toEqual(recorded);
});

test('a trace is recorded whole: all its spans are there', async () => {
  const { tracer, transport } = recording({ sampleRate: 0.5, ids: { ...fixedIds(), traceId: randomIds().traceId } });

  for (let count = 0; count < 50; count += 1) {
    await tracer.trace('t', async () => {
      tracer.span('a', () => tracer.span('b', () => {}));
      await Promise.resolve();
      tracer.span('c', () => {});
    });
  }
  await tracer.flush();

  const spansOf = (id: string) => transport.spans.filter((span) => span.trace_id === id).map((span) => span.name);
  for (const { trace_id } of transport.traces) expect(spansOf(trace_id).sort()).toEqual(['a', 'b', 'c']);
  expect(transport.spans).toHaveLength(transport.traces.length * 3);
});
