import { once } from 'node:events';
import { Readable } from 'node:stream';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { nextTick, recording } from './recording.ts';

describe('a wrapped function', () => {
  test('stays synchronous and records arguments and result', async () => {
    const { tracer, transport } = recording();
    const add = tracer.wrap('add', { kind: 'tool' }, (a: number, b: number) => a + b);

    const sum = add(1, 2);
    await tracer.flush();

    expect(sum).toBe(3);
    expect(transport.span('add')).toMatchObject({ span_type: 'tool', input_data: [1, 2], output_data: 3 });
  });

  test('records a single argument as it is, and none where it is told not to', async () => {
    const { tracer, transport } = recording();

    tracer.wrap('one', (query: string) => query)('tea');
    tracer.wrap('secret', { captureInput: false }, (query: string) => query)('tea');
    await tracer.flush();

    expect(transport.span('one').input_data).toBe('tea');
    expect(transport.span('secret')).not.toHaveProperty('input_data');
  });

  test('keeps its signature, name, length, properties and this', () => {
    const { tracer } = recording();
    const original = Object.assign(
      function greet(this: { name: string }, greeting: string) {
        return `${greeting} ${this.name}`;
      },
      { extra: 1 },
    );

    const wrapped = tracer.wrap('greet', original);

    expectTypeOf(wrapped).toEqualTypeOf(original);
    expect([wrapped.name, wrapped.length, wrapped.extra]).toEqual(['greet', 1, 1]);
    expect(wrapped.call({ name: 'Ada' }, 'Hello')).toBe('Hello Ada');
  });

  test('that is asynchronous ends when its promise settles', async () => {
    const { tracer, transport } = recording();
    const load = tracer.wrap('load', async (id: number) => {
      await nextTick();
      return { id };
    });

    const result = await load(7);
    await tracer.flush();

    expect(result).toEqual({ id: 7 });
    expect(transport.span('load').output_data).toEqual({ id: 7 });
  });

  test('that is a generator ends when it has been read', async () => {
    const { tracer, transport } = recording();
    const count = tracer.wrap('count', function* (to: number) {
      for (let n = 1; n <= to; n += 1) yield n;
      return 'done';
    });

    const numbers = [...count(3)];
    await tracer.flush();

    expect(numbers).toEqual([1, 2, 3]);
    expect(transport.span('count')).toMatchObject({ input_data: 3, output_data: [1, 2, 3] });
  });

  test('that is a generator is still one', () => {
    const { tracer } = recording();
    function* original() {
      yield 1;
    }

    const generator = tracer.wrap('g', original)();

    expect(generator).toBeInstanceOf(original);
    expect(Object.keys(generator)).toEqual([]);
    expect(generator.return(undefined as never)).toEqual({ done: true, value: undefined });
  });

  test('that is an async generator joins the texts that it gave', async () => {
    const { tracer, transport } = recording();
    const speak = tracer.wrap('speak', async function* () {
      yield 'Hel';
      yield 'lo';
    });

    for await (const _ of speak());
    await tracer.flush();

    expect(transport.span('speak').output_data).toBe('Hello');
  });

  test('that is an async generator ends, cancelled, when its consumer breaks out', async () => {
    const { tracer, transport } = recording();
    let isCleanedUp = false;
    const numbers = tracer.wrap('numbers', async function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        isCleanedUp = true;
      }
    });

    for await (const _ of numbers()) break;
    await tracer.flush();

    expect(isCleanedUp).toBe(true);
    expect(transport.span('numbers')).toMatchObject({ output_data: [1], events: [{ name: 'cancelled' }] });
  });

  test('that is an async generator ends with the error that it throws', async () => {
    const { tracer, transport } = recording();
    const error = new TypeError('broken');
    const numbers = tracer.wrap('numbers', async function* () {
      yield 1;
      throw error;
    });

    const reading = (async () => {
      for await (const _ of numbers());
    })();

    await expect(reading).rejects.toBe(error);
    await tracer.flush();
    expect(transport.span('numbers')).toMatchObject({ status: 'error', error: 'broken', error_type: 'TypeError' });
  });

  test('that promises an async iterable ends when that has been read', async () => {
    const { tracer, transport } = recording();
    const iterable = {
      async *[Symbol.asyncIterator]() {
        yield 'a';
        yield 'b';
      },
    };
    const open = tracer.wrap('open', async () => iterable);

    const opened = await open();
    await tracer.flush();
    const before = transport.spans.length;
    for await (const _ of opened);
    await tracer.flush();

    expect(opened).toBe(iterable);
    expect(before).toBe(0);
    expect(transport.span('open').output_data).toBe('ab');
  });
});

describe('a wrapped function that returns a web stream', () => {
  const letters = () =>
    new ReadableStream<string>({
      start(controller) {
        for (const letter of 'abc') controller.enqueue(letter);
        controller.close();
      },
    });

  const followed = () => {
    const { tracer, transport } = recording();
    const original = letters();
    const stream = tracer.wrap('stream', () => original)();
    const output = async () => {
      await tracer.flush();
      return transport.spans.map((span) => span.output_data);
    };
    return { stream, original, output, transport };
  };

  test('returns the same object, and ends only when it has been read', async () => {
    const { stream, original, output } = followed();

    expect(stream).toBe(original);
    expect(await output()).toEqual([]);
  });

  test('ends when a reader reads it to the end', async () => {
    const { stream, output } = followed();
    const reader = stream.getReader();
    while (!(await reader.read()).done);

    expect(await output()).toEqual(['abc']);
  });

  test('ends when it is iterated', async () => {
    const { stream, output } = followed();
    for await (const _ of stream);

    expect(await output()).toEqual(['abc']);
  });

  test('ends when it is the body of a response', async () => {
    const { stream, output } = followed();
    await new Response(stream.pipeThrough(new TextEncoderStream())).text();

    expect(await output()).toHaveLength(1);
  });

  test('ends, cancelled, when it is cancelled', async () => {
    const { stream, output, transport } = followed();
    await stream.cancel();

    expect(await output()).toHaveLength(1);
    expect(transport.span('stream').events).toMatchObject([{ name: 'cancelled' }]);
  });

  test('records each chunk once when it is teed', async () => {
    const { stream, output } = followed();
    const [left, right] = stream.tee();
    for await (const _ of right);
    for await (const _ of left);

    expect(await output()).toEqual(['abc']);
  });

  test('ends with the error of the stream', async () => {
    const { tracer, transport } = recording();
    const error = new Error('cut off');
    const stream = tracer.wrap('stream', () => new ReadableStream({ pull: (controller) => controller.error(error) }))();

    await expect(stream.getReader().read()).rejects.toBe(error);
    await tracer.flush();

    expect(transport.span('stream').error).toBe('cut off');
  });
});

describe('a wrapped function that returns a Node stream', () => {
  test('ends when the stream does, without starting it', async () => {
    const { tracer, transport } = recording();
    const original = Readable.from(['a', 'b']);
    const stream = tracer.wrap('read', () => original)();

    await nextTick();
    const wasFlowing = stream.readableFlowing;
    stream.resume();
    await once(stream, 'close');
    await tracer.flush();

    expect(stream).toBe(original);
    expect(wasFlowing).toBeNull();
    expect(transport.spans).toHaveLength(1);
  });

  test('ends with its error, and leaves that to be handled', async () => {
    const { tracer, transport } = recording();
    const error = new Error('disk');
    const stream = tracer.wrap('read', () => new Readable({ read() {} }))();

    expect(stream.listenerCount('error')).toBe(0);
    stream.on('error', () => {});
    stream.destroy(error);
    await new Promise((resolve) => stream.once('close', resolve));
    await tracer.flush();

    expect(transport.span('read').error).toBe('disk');
  });
});
