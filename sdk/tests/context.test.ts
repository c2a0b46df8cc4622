import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { synchronousContext } from '../src/active-context.ts';
import { nextTick, recording } from './recording.ts';

const parentNames = (
  spans: readonly { name: string; span_id: string; parent_span_id?: string | null | undefined }[],
) => {
  const names = new Map(spans.map((span) => [span.span_id, span.name]));
  return Object.fromEntries(spans.map((span) => [span.name, names.get(span.parent_span_id ?? '')]));
};

describe('the active span', () => {
  test('is the parent of what runs under Promise.all, each branch its own', async () => {
    const { tracer, transport } = recording();

    await tracer.trace('run', () =>
      Promise.all(
        ['a', 'b'].map((name) =>
          tracer.span(name, async () => {
            await nextTick();
            await tracer.span(`${name}-child`, nextTick);
          }),
        ),
      ),
    );
    await tracer.flush();

    expect(parentNames(transport.spans)).toEqual({ a: undefined, b: undefined, 'a-child': 'a', 'b-child': 'b' });
    expect(new Set(transport.spans.map((span) => span.trace_id)).size).toBe(1);
  });

  test('follows timers', async () => {
    const { tracer, transport } = recording();

    await tracer.span(
      'outer',
      () => new Promise<void>((resolve) => setTimeout(() => tracer.span('inner', () => resolve()), 1)),
    );
    await tracer.flush();

    expect(parentNames(transport.spans)).toEqual({ outer: undefined, inner: 'outer' });
  });

  test('is that of the emit, for listeners of an event emitter', async () => {
    const { tracer, transport } = recording();
    const emitter = new EventEmitter();

    tracer.span('listening', () => emitter.on('event', () => tracer.span('handled', () => {})));
    tracer.span('emitting', () => emitter.emit('event'));
    await tracer.flush();

    expect(parentNames(transport.spans)).toMatchObject({ handled: 'emitting' });
  });

  test('is not changed by startSpan', async () => {
    const { tracer, transport } = recording();

    tracer.span('outer', () => {
      const started = tracer.startSpan('started');
      tracer.span('sibling', () => {});
      started.end();
    });
    await tracer.flush();

    expect(parentNames(transport.spans)).toEqual({ outer: undefined, started: 'outer', sibling: 'outer' });
  });

  test('is set by run for the function only', () => {
    const { tracer } = recording();
    using span = tracer.startSpan('started');

    expect(span.run(() => tracer.activeSpan)).toBe(span);
    expect(tracer.activeSpan).toBeUndefined();
  });

  test('inside the body of an async generator is its span, wherever it is consumed', async () => {
    const { tracer, transport } = recording();
    const numbers = tracer.wrap('numbers', async function* () {
      await nextTick();
      tracer.span('inside', () => {});
      yield 1;
      await nextTick();
      tracer.span('inside-later', () => {});
      yield 2;
    });
    const iterator = tracer.span('maker', () => ({ numbers: numbers() })).numbers;

    await tracer.span('consumer', async () => {
      for await (const _ of iterator) tracer.span('outside', () => {});
    });
    await tracer.flush();

    expect(parentNames(transport.spans)).toMatchObject({
      inside: 'numbers',
      'inside-later': 'numbers',
      outside: 'consumer',
      numbers: 'maker',
    });
  });

  test('of one tracer is nothing to another', async () => {
    const one = recording();
    const two = recording();

    one.tracer.span('of one', () => two.tracer.span('of two', () => one.tracer.span('of one again', () => {})));
    await Promise.all([one.tracer.flush(), two.tracer.flush()]);

    expect(parentNames(one.transport.spans)).toEqual({ 'of one': undefined, 'of one again': 'of one' });
    expect(parentNames(two.transport.spans)).toEqual({ 'of two': undefined });
  });

  test('leaves the AsyncLocalStorage of the application alone', async () => {
    const { tracer } = recording();
    const storage = new AsyncLocalStorage<string>();

    await storage.run('mine', () =>
      tracer.span('outer', async () => {
        await nextTick();
        expect(storage.getStore()).toBe('mine');
      }),
    );
  });

  test('gives an explicit parent precedence over it', async () => {
    const { tracer, transport } = recording();
    const other = tracer.startSpan('other');

    tracer.span('active', () => tracer.span('child', { parent: other }, () => {}));
    other.span('method', () => {});
    other.end();
    await tracer.flush();

    expect(parentNames(transport.spans)).toMatchObject({ child: 'other', method: 'other' });
  });

  test('can have a parent in another process', async () => {
    const { tracer, transport } = recording();
    const remote = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

    tracer.span('local', { parent: remote }, () => {});
    await tracer.flush();

    expect(transport.span('local')).toMatchObject({ trace_id: remote.traceId, parent_span_id: remote.spanId });
    expect(transport.traces).toEqual([]);
  });
});

describe('without AsyncLocalStorage', () => {
  test('a node is active for the synchronous part only, also when it throws', async () => {
    const context = synchronousContext<string>();

    const later = context.run('a', async () => {
      expect(context.active()).toBe('a');
      expect(context.run('b', () => context.active())).toBe('b');
      await nextTick();
      return context.active();
    });
    expect(() =>
      context.run('c', () => {
        throw new Error('x');
      }),
    ).toThrow('x');

    expect(context.active()).toBeUndefined();
    expect(await later).toBeUndefined();
  });
});
