import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Mask, MaskContext } from '../src/index.ts';
import { recording } from './recording.ts';

const secret = 's3cret';
/** Takes the secret out of every text that it is shown. */
const hiding: Mask = (value) => (typeof value === 'string' ? value.replaceAll(secret, '***') : value);

describe('a mask', () => {
  test('is shown each value on the way from the whole to its parts, with its path and kind', async () => {
    const seen: [unknown, MaskContext][] = [];
    const { tracer } = recording({
      mask: (value, context) => {
        seen.push([value, context]);
        return value;
      },
    });

    tracer
      .startTrace('t')
      .startSpan('s', { input: { a: [1] } })
      .end();

    expect(seen.slice(2)).toEqual([
      [{ a: [1] }, { path: 'input_data', kind: 'input' }],
      [[1], { path: 'input_data.a', kind: 'input' }],
      [1, { path: 'input_data.a.0', kind: 'input' }],
    ]);
  });

  test('covers all that a program says', async () => {
    const { tracer, transport } = recording({ mask: hiding, runningAfterMs: 1 });
    const error = Object.assign(new Error(`failed with ${secret}`), { name: 'E' });

    tracer.trace(`t ${secret}`, { input: secret, userId: secret, sessionId: secret, tags: [secret] }, (trace) => {
      trace.setOutput(secret).setMetadata({ a: secret }).setError(error);
      trace
        .setUser(`u ${secret}`)
        .setSession(`s ${secret}`)
        .setTags([`t ${secret}`]);
      const span = trace.startSpan(`s ${secret}`, {
        input: [secret],
        metadata: { [`k`]: { deep: secret } },
        modelParameters: { stop: secret },
        tools: [{ name: secret }],
      });
      span.addEvent(`e ${secret}`, { a: secret }).setUsage({ details: { id: secret } });
      span.setOutput(new Map([['m', Symbol(secret)]])).setError({ reason: secret });
      span.end();
    });
    tracer.score({ traceId: 'x', name: 'n', value: 1, comment: secret });
    await tracer.flush();

    const everything = JSON.stringify([transport.traces, transport.spans, transport.scores]);
    expect(everything).not.toContain(secret);
    expect(everything.match(/\*\*\*/g)?.length).toBeGreaterThanOrEqual(18);
  });

  test('covers what is announced of a running span', async () => {
    const { tracer, transport } = recording({ mask: hiding, runningAfterMs: 1, flushIntervalMs: 1 });

    const span = tracer.startSpan(`s ${secret}`);
    await expect.poll(() => transport.spans.length).toBe(1);
    span.end();

    expect(transport.spans[0]).toMatchObject({ name: 's ***' });
  });

  test('may replace a whole, whose parts are then shown as well', async () => {
    const { tracer, transport } = recording({
      mask: (value, context) => (context.path === 'input_data' ? { kept: secret } : hiding(value, context)),
    });

    tracer.span('s', { input: { all: 'else' } }, () => {});
    await tracer.flush();

    expect(transport.span('s').input_data).toEqual({ kept: '***' });
  });

  test('takes a value out with undefined', async () => {
    const { tracer, transport } = recording({
      mask: (value, { path }) => (path.endsWith('.password') ? undefined : value),
    });

    tracer.span('s', { input: { user: 'u', password: 'p' } }, () => {});
    await tracer.flush();

    expect(transport.span('s').input_data).toEqual({ user: 'u' });
  });

  test('changes nothing in the program', () => {
    const { tracer } = recording({ mask: () => 'masked' });
    const input = { a: { b: 1 } };

    expect(tracer.span('s', { input }, () => input)).toBe(input);
    expect(input).toEqual({ a: { b: 1 } });
  });

  test('that leaves everything as it is changes no record', async () => {
    const json = fc.jsonValue({ stringUnit: 'binary' });
    await fc.assert(
      fc.asyncProperty(json, async (input) => {
        const { tracer, transport } = recording({ mask: (value) => value });
        tracer.span('s', { input }, () => {});
        await tracer.flush();

        expect(transport.span('s').input_data).toEqual(JSON.parse(JSON.stringify(input)));
      }),
      { numRuns: 50 },
    );
  });
});

describe('a mask that fails', () => {
  const note = '[Dropped: the mask failed]';

  test.each<[string, Mask]>([
    [
      'throws',
      (value) => {
        if (value === secret) throw new Error(`cannot mask ${secret}`);
        return value;
      },
    ],
    ['gives a promise', (value) => (value === secret ? Promise.reject(new Error(secret)) : value)],
  ])('drops the value and not the span, and says so: it %s', async (_name, mask) => {
    const { tracer, transport, warnings } = recording({ mask });

    tracer.span('s', { input: { a: secret, b: secret, c: 1 } }, () => {});
    await tracer.flush();

    expect(transport.span('s')).toMatchObject({
      input_data: { a: note, b: note, c: 1 },
      truncated: [
        { path: 'input_data.a', original_bytes: 0 },
        { path: 'input_data.b', original_bytes: 0 },
      ],
    });
    expect(JSON.stringify(transport.spans)).not.toContain(secret);
    expect(warnings).toEqual([expect.stringContaining('the mask failed')]);
    expect(warnings.join()).not.toContain(secret);
  });

  test('drops names and messages as well', async () => {
    const { tracer, transport } = recording({
      mask: () => {
        throw new Error('no');
      },
    });

    expect(() =>
      tracer.span(secret, () => {
        throw new Error(secret);
      }),
    ).toThrow(secret);
    await tracer.flush();

    expect(transport.spans[0]).toMatchObject({ name: note, error: note, error_stack: note });
  });
});

test('captureInputs: false and captureOutputs: false record none, however they are set', async () => {
  const { tracer, transport } = recording({ captureInputs: false, captureOutputs: false });

  tracer.trace('t', { input: 1 }, (trace) => {
    trace.setInput(1).setOutput(1);
    tracer.span('s', { input: 1, metadata: { kept: 1 } }, (span) => span.setInput(1).setOutput(1) && 1);
    tracer.wrap('w', function* (count: number) {
      yield `${count}`;
    })(1);
  });
  await tracer.flush();

  const { input, output } = transport.trace('t');
  const { input_data, output_data, metadata } = transport.span('s');
  expect([input, output, input_data, output_data]).toEqual([undefined, undefined, undefined, undefined]);
  expect(metadata).toEqual({ kept: 1 });
});
