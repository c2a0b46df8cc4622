import { describe, expect, test } from 'vitest';
import { nextTick, recording } from './recording.ts';

/** A promise with a mind of its own, like those of providers' clients: it starts its work in `then`. */
class LazyQuery<Value> {
  runs = 0;
  activeWhenRun: unknown;
  readonly #work: () => Promise<Value>;
  constructor(work: () => Promise<Value>) {
    this.#work = work;
  }
  // biome-ignore lint/suspicious/noThenProperty: what this is about
  then<A, B>(onFulfilled?: ((value: Value) => A) | null, onRejected?: ((reason: unknown) => B) | null) {
    this.runs += 1;
    return this.#work().then(onFulfilled, onRejected);
  }
}

describe('what a traced function returns', () => {
  test.each([[undefined], [null], [0], [''], [Symbol.for('x')], [12n], [Object.freeze({ a: 1 })], [() => 1]])(
    'passes through unchanged: %s',
    (value) => {
      const { tracer } = recording();

      expect(tracer.trace('t', () => value)).toBe(value);
      expect(tracer.span('s', () => value)).toBe(value);
      expect(tracer.wrap('w', () => value)()).toBe(value);
    },
  );

  test('is the same object if it is a promise of another make, which is not started', async () => {
    const { tracer, transport } = recording();
    const query = new LazyQuery(async () => 'rows');

    const returned = tracer.span('query', () => query);
    await nextTick();

    expect(returned).toBe(query);
    expect(query.runs).toBe(0);
    expect(await returned).toBe('rows');
    expect(query.runs).toBe(1);
    await tracer.flush();
    expect(transport.span('query').output_data).toBe('rows');
  });

  test('runs inside of the span when it starts its work late, and its consumer outside', async () => {
    const { tracer } = recording();
    let inside: string | undefined;
    let outside: unknown = 'unset';

    const query = tracer.span('query', (span) => {
      const expected = span.id;
      return new LazyQuery(async () => {
        inside = tracer.activeSpan?.id === expected ? 'query' : 'other';
      });
    });
    await query.then(() => {
      outside = tracer.activeSpan;
    });

    expect(inside).toBe('query');
    expect(outside).toBeUndefined();
  });

  test('is recorded before the caller goes on, so that a flush finds it', async () => {
    const { tracer, transport } = recording();

    await tracer.span('work', async () => 1);
    await tracer.flush();

    expect(transport.span('work').output_data).toBe(1);
  });
});

describe('what a traced function throws', () => {
  test.each([[new Error('x')], ['text'], [undefined], [null], [{ code: 1 }], [Object.freeze(new Error('frozen'))]])(
    'is thrown on as the same value: %s',
    async (thrown) => {
      const { tracer, transport } = recording();
      const caught = (fn: () => unknown): unknown => {
        try {
          fn();
        } catch (error) {
          return error;
        }
        return 'nothing';
      };

      expect(
        caught(() =>
          tracer.span('sync', () => {
            throw thrown;
          }),
        ),
      ).toBe(thrown);
      const rejected = await tracer
        .trace('async', async () => Promise.reject(thrown))
        .catch((error: unknown) => [error]);
      await tracer.flush();

      expect(rejected).toEqual([thrown]);
      expect(transport.span('sync')).toMatchObject({ status: 'error', error: expect.any(String) });
      expect(transport.trace('async')).toMatchObject({ status: 'error', error: expect.any(String) });
    },
  );

  test('is recorded with message, type and stack', async () => {
    const { tracer, transport } = recording();

    expect(() =>
      tracer.span('range', () => {
        throw new RangeError('too far');
      }),
    ).toThrow(RangeError);
    await tracer.flush();

    expect(transport.span('range')).toMatchObject({
      error: 'too far',
      error_type: 'RangeError',
      error_stack: expect.stringContaining('results.test.ts'),
    });
  });

  test('stays unhandled where nobody handles it', async () => {
    const { tracer } = recording();
    const unhandled: unknown[] = [];
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (reason) => unhandled.push(reason));

    const error = new Error('nobody');
    void tracer.span('forgotten', async () => Promise.reject(error));
    tracer.span('handled', async () => Promise.reject(new Error('somebody'))).catch(() => {});
    await nextTick();
    await nextTick();
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);

    expect(unhandled).toEqual([error]);
  });
});
