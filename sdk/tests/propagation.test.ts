import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Tracer } from '../src/index.ts';
import type { SpanUpsert } from '../src/schema/index.ts';
import { fixedIds } from '../src/testing.ts';
import { recording } from './recording.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentId = '00f067aa0ba902b7';
const valid = `00-${traceId}-${parentId}-01`;

/** The span that is recorded for a request with these headers. */
async function continued(headers: never, options = {}) {
  const { tracer, transport } = recording(options);
  tracer.continue(headers, () => tracer.span('s', () => {}));
  await tracer.flush();
  return { span: transport.spans[0], traces: transport.traces };
}

describe('continue', () => {
  test('puts spans below the span of the caller, and makes no trace record', async () => {
    const { span, traces } = await continued({ traceparent: valid } as never);

    expect(span).toMatchObject({ trace_id: traceId, parent_span_id: parentId });
    expect(traces).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['headers of Node', { host: 'x', traceparent: valid }],
    ['headers in another case', { TraceParent: valid }],
    ['Headers', new Headers({ traceparent: valid })],
    ['a Map', new Map([['traceparent', valid]])],
    ['a version of the future', { traceparent: `cc-${traceId}-${parentId}-01-what-comes` }],
    ['flags of the future', { traceparent: `00-${traceId}-${parentId}-ff` }],
    ['one value as a list', { traceparent: [valid] }],
  ])('understands %s', async (_name, headers) => {
    expect((await continued(headers as never)).span).toMatchObject({ trace_id: traceId });
  });

  test.each<[string, unknown]>([
    ['nothing', {}],
    ['upper case', valid.toUpperCase()],
    ['version ff', `ff${valid.slice(2)}`],
    ['more than version 00 has', `${valid}-x`],
    ['less than version 00 has', valid.slice(0, -1)],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${parentId}-01`],
    ['a parent id of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['digits that are none', `00-${traceId.replace('4', 'g')}-${parentId}-01`],
    ['a space', ` ${valid}`],
    ['two of them', [valid, valid]],
    ['a number', 1],
  ])('takes no notice of a traceparent that is not valid: %s', async (_name, traceparent) => {
    const { span, traces } = await continued({ traceparent } as never);

    expect(span?.trace_id).not.toBe(traceId);
    expect(traces).toHaveLength(1);
  });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'traceparent'],
    ['a get that throws', { get: () => JSON.parse('{') }],
    ['a get that gives no text', { get: () => ({}) }],
  ])('takes %s for no headers', async (_name, headers) => {
    expect((await continued(headers as never)).traces).toHaveLength(1);
  });

  test('is quiet with any text at all', () => {
    const { tracer } = recording();
    fc.assert(
      fc.property(fc.string(), fc.string(), (traceparent, tracestate) => {
        expect(tracer.continue({ traceparent, tracestate }, () => 1)).toBe(1);
      }),
    );
  });

  test('holds across await, in generators and in what the trace of the caller is asked for', async () => {
    const { tracer, transport } = recording();

    await tracer.continue({ traceparent: valid }, async () => {
      await Promise.resolve();
      expect(tracer.activeTrace).toBeUndefined();
      tracer.span('after await', () => {});
      tracer.score({ name: 'helpful', value: true });
    });
    const late = tracer.continue({ traceparent: valid }, function* () {
      yield tracer.span('in a generator', () => 1);
    } as () => Generator<number>);
    expect([...late]).toEqual([1]);
    await tracer.flush();

    expect(transport.spans.map((span) => span.trace_id)).toEqual([traceId, traceId]);
    expect(transport.scores[0]).toMatchObject({ trace_id: traceId });
  });

  test('records what the caller records, whatever the rate here', async () => {
    const notSampled = { traceparent: valid.replace(/01$/, '00') } as never;

    expect((await continued({ traceparent: valid } as never, { sampleRate: 0 })).span).toBeDefined();
    expect((await continued(notSampled)).span).toBeUndefined();
  });

  test('can overrule the caller', async () => {
    const { tracer, transport } = recording();

    tracer.continue({ traceparent: valid.replace(/01$/, '00') }, { sampled: true }, () => tracer.span('s', () => {}));
    await tracer.flush();

    expect(transport.spans).toHaveLength(1);
  });

  test('a trace inside is one of its own', async () => {
    const { tracer, transport } = recording();

    tracer.continue({ traceparent: valid }, () => tracer.trace('own', () => {}));
    await tracer.flush();

    expect(transport.trace('own').trace_id).not.toBe(traceId);
  });
});

describe('inject', () => {
  test('names the active span', () => {
    const { tracer } = recording();

    tracer.span('s', (span) => {
      expect(tracer.inject()).toEqual({ traceparent: `00-${span.traceId}-${span.id}-01` });
    });
  });

  test('writes into what it is given, in the place of what is there, and gives it back', () => {
    const { tracer } = recording();
    const plain = { host: 'x', TraceParent: 'old', tracestate: 'old=1' };
    const headers = new Headers({ traceparent: 'old', tracestate: 'old=1' });
    const map = new Map([['tracestate', 'old=1']]);

    tracer.span('s', (span) => {
      const traceparent = `00-${span.traceId}-${span.id}-01`;
      expect(tracer.inject(plain)).toBe(plain);
      expect(plain).toEqual({ host: 'x', traceparent });
      expect(Object.fromEntries(tracer.inject(headers))).toEqual({ traceparent });
      expect([...tracer.inject(map)]).toEqual([['traceparent', traceparent]]);
    });
  });

  test('leaves headers alone where nothing is active, and where tracing is off', () => {
    const off = new Tracer({ enabled: false });

    expect(recording().tracer.inject({ a: '1' })).toEqual({ a: '1' });
    expect(off.trace('t', () => off.inject())).toEqual({});
  });

  test.each<[string, () => unknown]>([
    ['frozen headers', () => Object.freeze({ a: '1' })],
    [
      'headers whose set throws',
      () => ({
        set: () => JSON.parse('{'),
        delete: () => {},
      }),
    ],
    ['null', () => null],
    ['a text', () => 'headers'],
  ])('does not throw at %s', (_name, headers) => {
    const { tracer } = recording();

    expect(() => tracer.span('s', () => tracer.inject(headers() as never))).not.toThrow();
  });

  test('of a trace with no span gives what is continued at the top of the trace', async () => {
    const { tracer, transport } = recording({ ids: fixedIds() });

    tracer.trace('t', () => {
      const headers = tracer.inject();
      expect(headers['traceparent']).toMatch(/^00-0{31}1-[0-9a-f]{16}-01$/);
      tracer.continue(headers, () => tracer.span('s', () => {}));
    });
    await tracer.flush();

    expect(transport.span('s')).toMatchObject({ trace_id: transport.trace('t').trace_id });
    expect(transport.span('s').parent_span_id).toBeUndefined();
  });
});

describe('tracestate', () => {
  const passedOn = (tracestate: unknown): unknown => {
    const { tracer } = recording();
    const headers = { traceparent: valid, tracestate } as never;
    return tracer.continue(headers, () => tracer.span('a', (span) => span.span('b', () => tracer.inject())))[
      'tracestate'
    ];
  };

  test.each<[string, unknown, unknown]>([
    ['one member', 'congo=t61rcWkgMzE', 'congo=t61rcWkgMzE'],
    ['a list with spaces and empty members', ' rojo=00f067aa0ba902b7 ,, congo=1', 'rojo=00f067aa0ba902b7,congo=1'],
    ['several headers', ['rojo=1', 'congo=2'], 'rojo=1,congo=2'],
    ['a key with a tenant', 'fw529a3039@dt=x y', 'fw529a3039@dt=x y'],
    ['a key twice', 'a=1,a=2', undefined],
    ['33 members', Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(), undefined],
    ['a key in upper case', 'A=1', undefined],
    ['a member without a value', 'a', undefined],
    ['an empty value', 'a=', undefined],
    ['a character that is none', 'a=\u00fc', undefined],
    ['a text of 256 characters', `a=${'x'.repeat(256)}`, `a=${'x'.repeat(256)}`],
    ['a text of 257 characters', `a=${'x'.repeat(257)}`, undefined],
    ['nothing', undefined, undefined],
  ])('goes on with the trace if it is valid, and never costs the traceparent: %s', (_name, given, expected) => {
    expect(passedOn(given)).toBe(expected);
  });
});

test('a trace goes through three processes', async () => {
  const fixture = fileURLToPath(new URL('fixtures/continues.ts', import.meta.url));
  const inProcess = async (headers: object): Promise<{ spans: SpanUpsert[]; traces: unknown[]; headers: object }> => {
    const args = ['--conditions=@llm-tracer/source', '--disable-warning=ExperimentalWarning', fixture];
    const child = spawn(process.execPath, [...args, JSON.stringify(headers)], { env: {} });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    await once(child, 'close');
    return JSON.parse(output);
  };
  const { tracer, transport } = recording();

  const headers = tracer.trace('t', () => tracer.span('first', () => tracer.inject()));
  const second = await inProcess(headers);
  const third = await inProcess(second.headers);
  await tracer.flush();

  const chain = [transport.span('first'), ...second.spans, ...third.spans];
  expect(new Set(chain.map((span) => span.trace_id)).size).toBe(1);
  expect(chain.map((span) => span.parent_span_id)).toEqual([undefined, chain[0]?.span_id, chain[1]?.span_id]);
  expect([...second.traces, ...third.traces]).toEqual([]);
});
