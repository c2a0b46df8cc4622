import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { Tracer } from '../src/index.ts';
import { MemoryTransport } from '../src/testing.ts';
import { recording } from './recording.ts';

const off = () => new Tracer({ enabled: false });

describe('a tracer that is off', () => {
  test('runs everything and gives it back', async () => {
    const tracer = off();
    const fn = (a: number) => a + 1;

    expect(tracer.trace('t', (trace) => trace.span('s', (span) => span.setInput(1).run(() => 2)))).toBe(2);
    expect(tracer.wrap('w', fn)).toBe(fn);
    expect(await tracer.span('a', async () => 3)).toBe(3);
    expect(() =>
      tracer.span('e', () => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
  });

  test('gives handles that take everything and do nothing', () => {
    const tracer = off();
    using trace = tracer.startTrace('t');
    using span = trace.startSpan('s');

    trace.setTags(['a']).setUser('u').setSession('s').setMetadata({}).setError(new Error('x'));
    span.setUsage({}).setCost(1).addEvent('e').setFirstToken().setModel('m').end();
    tracer.score({ traceId: 't', name: 'n', value: 1 });

    expect(span.isEnded).toBe(true);
    expect(trace.url).toBe('');
  });

  test('reports nothing', async () => {
    const nothing = { delivered: 0, pending: 0, dropped: 0, dropReasons: {}, errors: [], recovered: 0 };

    expect(await off().flush()).toEqual(nothing);
    expect(await off().close()).toEqual(nothing);
  });

  test('leaves the context of the application alone', async () => {
    const storage = new AsyncLocalStorage<string>();
    const tracer = off();

    const seen = await storage.run('mine', () =>
      tracer.trace('t', async () => {
        await Promise.resolve();
        return [storage.getStore(), tracer.activeSpan, tracer.activeTrace];
      }),
    );

    expect(seen).toEqual(['mine', undefined, undefined]);
  });
});

describe('a tracer that was closed', () => {
  test('runs everything, records nothing, and counts what it would have recorded', async () => {
    const { tracer, transport } = recording();
    const open = tracer.startSpan('open');
    tracer.span('before', () => {});

    const report = await tracer.close();
    expect(tracer.span('after', () => 1)).toBe(1);
    open.end();
    const later = await tracer.flush();

    expect(report).toMatchObject({ delivered: 2, dropped: 0 });
    expect(transport.spans.map((span) => span.name)).toEqual(['before']);
    expect(later).toMatchObject({ delivered: 2, dropped: 3, dropReasons: { closed: 3 } });
  });

  test('is closed by await using', async () => {
    const transport = new MemoryTransport();
    {
      await using tracer = new Tracer({ transport });
      tracer.span('work', () => {});
    }

    expect(transport.spans).toHaveLength(1);
  });
});
