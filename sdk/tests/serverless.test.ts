import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { zstdDecompressSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { withLambda } from '../src/lambda.ts';
import { MemoryTransport } from '../src/testing.ts';
import { recording } from './recording.ts';

const context = (remainingMs = 10_000) => ({ getRemainingTimeInMillis: () => remainingMs });

describe('a Lambda handler', () => {
  test('answers once what it recorded is delivered', async () => {
    const { tracer, transport } = recording({ flushIntervalMs: 1_000_000 });
    const handler = withLambda(async (event: number, _context: unknown) => tracer.span('s', () => event + 1), tracer);

    expect(await handler(1, context())).toBe(2);

    expect(transport.spans).toHaveLength(1);
  });

  test('that fails is rethrown as it was, and recorded', async () => {
    const { tracer, transport } = recording();
    const error = new Error('mine');
    const fails = async (_event: unknown, _context: unknown): Promise<void> =>
      tracer.span('s', () => {
        throw error;
      });

    await expect(withLambda(fails, tracer)({}, context())).rejects.toBe(error);

    expect(transport.spans[0]).toMatchObject({ error: 'mine' });
  });

  test('may call back', async () => {
    const { tracer, transport } = recording();
    type Callback = (error: unknown, result?: unknown) => void;
    const handler = withLambda((event: number, _context: unknown, callback: Callback) => {
      tracer.span('s', () => {});
      callback(null, event + 1);
    }, tracer);
    expect(handler).toHaveLength(3);

    const answer = await new Promise((resolve) => {
      handler(1, context(), (error, result) => resolve([error, result, transport.spans.length]));
    });

    expect(answer).toEqual([null, 2, 1]);
  });

  test('may stream: the marks by which Lambda knows it stay', async () => {
    const { tracer, transport } = recording();
    const mark = Symbol.for('aws.lambda.runtime.handler.streaming');
    const streaming = async (_event: unknown, stream: { write(text: string): void }, _context: unknown) => {
      tracer.span('s', () => stream.write('a'));
    };
    const handler = withLambda(Object.assign(streaming, { [mark]: 'response' }), tracer);
    const written: string[] = [];

    await handler({}, { write: (text) => void written.push(text) }, context());

    expect((handler as never)[mark]).toBe('response');
    expect(handler).toHaveLength(3);
    expect([written, transport.spans.length]).toEqual([['a'], 1]);
  });

  test.each([
    [10_000, 2000],
    [1000, 800],
    [100, 0],
  ])('with %i ms left waits %i ms at most', async (remainingMs, expectedMs) => {
    const flush = vi.fn(async () => {
      throw new Error('never minded');
    });

    await withLambda(async (_event: unknown, _context: unknown) => {}, { flush } as never)({}, context(remainingMs));

    expect(flush).toHaveBeenCalledWith(expectedMs);
  });
});

describe('flushOn', () => {
  const invocation = () => {
    const promises: Promise<unknown>[] = [];
    return { promises, waitUntil: (promise: Promise<unknown>) => void promises.push(promise) };
  };

  test('holds the invocation until its trace has ended and is delivered', async () => {
    const { tracer, transport } = recording({ flushIntervalMs: 1_000_000 });
    const { promises, waitUntil } = invocation();
    tracer.flushOn(waitUntil);

    const trace = tracer.startTrace('t');
    tracer.trace('other', () => {});
    expect(promises).toHaveLength(1);
    trace.end();
    await Promise.all(promises);

    expect(transport.traces).toHaveLength(2);
  });

  test('asks for nothing where nothing is recorded', () => {
    const { tracer } = recording({ sampleRate: 0 });
    const { promises, waitUntil } = invocation();
    tracer.flushOn(waitUntil);

    tracer.trace('t', () => tracer.span('s', () => {}));

    expect(promises).toEqual([]);
  });

  test('asks again for what comes later, and for scores', async () => {
    const { tracer, transport } = recording({ flushIntervalMs: 1_000_000 });
    const { promises, waitUntil } = invocation();
    tracer.flushOn(waitUntil);

    tracer.span('s', () => {});
    await Promise.all(promises);
    tracer.score({ traceId: 't', name: 'n', value: 1 });
    await Promise.all(promises);

    expect(promises).toHaveLength(2);
    expect(transport.scores).toHaveLength(1);
  });

  test('keeps invocations apart that run at the same time', async () => {
    const { tracer } = recording();
    const one = invocation();
    const other = invocation();

    tracer.flushOn(one.waitUntil);
    const open = tracer.startTrace('one');
    tracer.flushOn(other.waitUntil);
    tracer.trace('other', () => {});
    await Promise.all(other.promises);

    const isSettled = await Promise.race([one.promises[0]?.then(() => true), Promise.resolve(false)]);
    expect(isSettled).toBe(false);
    open.end();
    await Promise.all(one.promises);
  });

  test('does not mind a waitUntil that throws', async () => {
    const { tracer, transport } = recording();
    tracer.flushOn(() => {
      throw new Error('no request');
    });

    expect(tracer.span('s', () => 1)).toBe(1);
    await tracer.flush();

    expect(transport.spans).toHaveLength(1);
  });
});

describe('with timers that never fire', () => {
  afterEach(() => void vi.useRealTimers());

  test('both deliver', async () => {
    vi.useFakeTimers();
    const transport = new MemoryTransport();
    const { tracer } = recording({ transport });
    const held: Promise<unknown>[] = [];

    await withLambda(async (_event: unknown, _context: unknown) => tracer.span('lambda', () => {}), tracer)(
      {},
      context(),
    );
    tracer.flushOn((promise) => held.push(promise));
    tracer.span('edge', () => {});
    await Promise.all(held);

    expect(transport.spans.map((span) => span.name)).toEqual(['lambda', 'edge']);
  });
});

describe('a process that is frozen after each answer', () => {
  test('has delivered each invocation before, and goes on after', async () => {
    const spans: string[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'zstd' ? zstdDecompressSync(bytes) : bytes;
      const { spans: arrived = [], traces = [] } = JSON.parse(String(body));
      spans.push(...arrived.map(({ name }: { name: string }) => name));
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ accepted: arrived.length + traces.length, rejected: [] }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const fixture = fileURLToPath(new URL('fixtures/lambda-runtime.ts', import.meta.url));
    const child = spawn(
      process.execPath,
      ['--conditions=@llm-tracer/source', '--disable-warning=ExperimentalWarning', fixture],
      { env: { TRACER_URL: url, TRACER_API_KEY: 'key' }, stdio: ['pipe', 'pipe', 'inherit'] },
    );
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

    try {
      for (const count of [1, 2, 3]) {
        child.stdin.write(`invoke ${count}\n`);
        expect((await answers.next()).value).toBe(`answer ${count}`);
        child.kill('SIGSTOP');
        expect(spans).toEqual(Array.from({ length: count }, (_, index) => `invocation ${index + 1}`));
        child.kill('SIGCONT');
      }
    } finally {
      child.kill('SIGKILL');
      server.closeAllConnections();
      server.close();
    }
  });
});
