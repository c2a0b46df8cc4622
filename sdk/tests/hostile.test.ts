import { describe, expect, test } from 'vitest';
import type { Transport } from '../src/index.ts';
import { recording } from './recording.ts';

const thrower = (): never => {
  throw new Error('boom');
};
const revoked = (): never => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy as never;
};

describe('nothing throws into the application', () => {
  test.each<[string, () => never]>([
    ['undefined', () => undefined as never],
    ['null', () => null as never],
    ['a symbol', () => Symbol('x') as never],
    ['a revoked proxy', revoked],
    ['an object whose getters throw', () => new Proxy({}, { get: thrower, ownKeys: thrower }) as never],
  ])('that is set to %s', async (_name, hostile) => {
    const { tracer, transport } = recording();

    tracer.trace('t', (trace) => {
      trace.setInput(hostile()).setOutput(hostile()).setMetadata(hostile()).setMetadata(hostile());
      trace.setTags(hostile()).setUser(hostile()).setSession(hostile()).setError(hostile());
    });
    tracer.span('s', (span) => {
      span.setInput(hostile()).setOutput(hostile()).setMetadata(hostile()).setUsage(hostile()).setCost(hostile());
      span.setModel(hostile(), hostile()).setFinishReason(hostile()).setFirstToken(hostile());
      span.addEvent(hostile(), hostile(), hostile()).setError(hostile());
      span.end(hostile());
    });
    tracer.score(hostile());
    tracer.score({ traceId: hostile(), name: hostile(), value: hostile() });
    const report = await tracer.flush();

    expect(report.delivered).toBe(3);
    expect(transport.spans).toHaveLength(1);
  });

  test.each<[string, () => never]>([
    ['null', () => null as never],
    ['a revoked proxy', revoked],
  ])('that is started with %s as options', (_name, hostile) => {
    const { tracer } = recording();

    expect(tracer.trace('t', hostile(), () => 1)).toBe(1);
    expect(tracer.span('s', hostile(), () => 2)).toBe(2);
    expect(() => tracer.startSpan(hostile(), hostile()).end()).not.toThrow();
  });

  test('when clock, ids, logger and transport throw', async () => {
    const transport: Transport = { send: thrower, close: thrower };
    let isBroken = false;
    const clock = { now: () => (isBroken ? thrower() : 1_767_323_045_678_901), elapsed: () => performance.now() };
    const ids = {
      traceId: () => (isBroken ? thrower() : 'a'.repeat(32)),
      spanId: () => (isBroken ? thrower() : 'b'.repeat(16)),
    };
    const { tracer } = recording({ transport, clock, ids, logger: { warn: thrower, debug: thrower }, debug: true });
    const open = tracer.startSpan('open');

    tracer.span('before', () => {});
    isBroken = true;
    expect(tracer.span('after', () => 1)).toBe(1);
    expect(() => open.setFirstToken().end()).not.toThrow();
    expect(() => tracer.score({ traceId: 'x', name: 'n', value: 1 })).not.toThrow();
    isBroken = false;

    expect(await tracer.flush(100)).toMatchObject({ delivered: 0 });
    expect(await tracer.close(100)).toMatchObject({ delivered: 0, pending: 0 });
  });
});
