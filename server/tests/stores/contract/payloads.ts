import fc from 'fast-check';
import type { SpanUpsert } from 'llm-tracer/schema';
import { describe, expect, it } from 'vitest';
import { spanFieldsOf } from '../../../src/domain/normalise.ts';
import { aRunningSpan, aSpan, aTrace, at, spanId, traceId } from '../builders.ts';
import { canonical } from '../model/canonical.ts';
import type { Suite } from './harness.ts';

/** Any string, half of them of whole characters and half of any UTF-16 code units, lone surrogates and NUL among them. */
const anyString = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }).map((units) => String.fromCharCode(...units)),
);
const anyKey = fc.oneof(anyString, fc.constantFrom('__proto__', 'constructor', 'toString', '', '0', '10', '9', 'a.b'));
const anyNumber = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));

const anyJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    anyNumber,
    anyString,
    fc.array(tie('json')),
    // fromEntries, because a member may be called __proto__.
    fc.array(fc.tuple(anyKey, tie('json')), { maxLength: 5 }).map((members) => Object.fromEntries(members)),
  ),
})).json;

/** What JSON makes of a value: -0 becomes 0, and it is a copy. */
const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const nested = (depth: number): unknown => {
  let value: unknown = 'bottom';
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { '': value };
  return value;
};

/** wire.md, "Whole payloads". Compared as canonical text too: a matcher might overlook a `__proto__`. */
const expectWhole = (actual: unknown, sent: unknown): void => {
  expect(canonical(actual)).toBe(canonical(throughJson(sent)));
  expect(actual).toEqual(throughJson(sent));
};

export function payloads(suite: Suite): void {
  describe('payloads', () => {
    it('come back whole, whatever JSON they are', { timeout: 60_000 }, async () => {
      const world = await suite.world();
      let number = 0;
      await fc.assert(
        fc.asyncProperty(anyJson, anyJson, async (one, other) => {
          number += 1;
          const ids = { trace_id: traceId(number), span_id: spanId(number) };
          const metadata = Object.fromEntries([
            ['__proto__', one],
            ['b', other],
          ]);

          await world.send({
            traces: [aTrace({ trace_id: ids.trace_id, input: one, output: other, metadata })],
            spans: [aSpan({ ...ids, input_data: one, output_data: other, metadata })],
          });

          const { trace, spans } = await world.answer(ids.trace_id);
          const span = await world.span(ids.span_id);
          for (const read of [span, spans[0]]) {
            expectWhole(read?.input_data, one);
            expectWhole(read?.output_data, other);
            expectWhole(read?.metadata, metadata);
          }
          expectWhole(trace.input, one);
          expectWhole(trace.output, other);
          expectWhole(trace.metadata, metadata);
        }),
        { numRuns: 150 },
      );
    });

    it('come back whole in every field that takes JSON', async () => {
      const world = await suite.world();
      const odd = JSON.parse('{"__proto__": {"constructor": null}, "\\ud800": [1e308, 5e-324, "\\u0000"]}');
      const fields = {
        input_data: odd,
        output_data: odd,
        metadata: odd,
        model_parameters: odd,
        tools: [odd],
        usage_details: odd,
        events: [{ name: '\ud800', time: at(0.25), attributes: odd }],
        links: [{ trace_id: traceId(7), span_id: spanId(7), attributes: odd }],
      } satisfies Partial<SpanUpsert>;

      await world.send({ spans: [aSpan(fields)] });

      const span = (await world.span(spanId())) as unknown as Record<string, unknown>;
      for (const [field, value] of Object.entries(fields)) expectWhole(span[field], value);
    });

    it('may be 90 levels deep', async () => {
      const world = await suite.world();

      await world.send({ spans: [aSpan({ input_data: nested(90) })] });

      expectWhole((await world.span(spanId())).input_data, nested(90));
    });

    it('may be strings of 5 MB', async () => {
      const world = await suite.world();
      const large = 'a\u{1f600}\ud800\0"\\'.repeat(700_000);

      await world.send({ spans: [aSpan({ input_data: large }), aSpan({ span_id: spanId(2), output_data: [large] })] });

      const [one, other] = await world.spans();
      // Not by a matcher, which would print them.
      expect(one?.input_data === large).toBe(true);
      expect(JSON.stringify(other?.output_data) === JSON.stringify([large])).toBe(true);
    });

    it('turn -0 into 0', async () => {
      const world = await suite.world();

      await world.send({ spans: [aSpan({ input_data: [-0] })] });

      expect((await world.span(spanId())).input_data).toEqual([0]);
    });

    it('keep the order in which members were sent', async () => {
      const world = await suite.world();

      await world.send({ spans: [aSpan({ input_data: { b: 1, a: 2 } })] });

      expect(JSON.stringify((await world.span(spanId())).input_data)).toBe('{"b":1,"a":2}');
    });

    it('survive merging with records that bring others', async () => {
      const world = await suite.world();
      const odd = JSON.parse('{"__proto__": 1}');
      await world.send({ spans: [aRunningSpan({ input_data: odd, metadata: odd })] });

      await world.send({ spans: [aSpan({ output_data: [odd] })] });
      await world.store.completeSpan(
        world.project,
        spanId(),
        spanFieldsOf({ metadata: JSON.parse('{"a": {"__proto__": 2}}') }),
      );

      const span = await world.span(spanId());
      expectWhole(span.input_data, odd);
      expectWhole(span.output_data, [odd]);
      expectWhole(span.metadata, JSON.parse('{"__proto__": 1, "a": {"__proto__": 2}}'));
    });

    it('are left out on request, with metadata and events', async () => {
      const world = await suite.world();
      await world.send({
        traces: [aTrace({ input: 1, output: 2, metadata: { a: 1 }, tags: ['t'] })],
        spans: [
          aSpan({
            input_data: 1,
            output_data: 2,
            metadata: { a: 1 },
            events: [{ name: 'token', time: at(0.1) }],
            tools: ['kept'],
          }),
        ],
      });

      const bare = await world.store.readTrace(world.project, traceId(), { payloads: false, limit: 10 });

      for (const field of ['input', 'output', 'metadata']) expect(bare?.trace).not.toHaveProperty(field);
      for (const field of ['input_data', 'output_data', 'metadata', 'events'])
        expect(bare?.spans[0]).not.toHaveProperty(field);
      expect(bare).toMatchObject({ trace: { tags: ['t'], span_count: 1 }, spans: [{ tools: ['kept'] }] });
    });

    it('are not kept or changed as objects of the caller', async () => {
      const world = await suite.world();
      const input = { list: [1] };
      const span = aSpan({ input_data: input, metadata: { input } });
      const before = structuredClone(span);
      await world.send({ spans: [span] });

      input.list.push(2);

      expect((await world.span(spanId())).input_data).toEqual({ list: [1] });
      input.list.pop();
      expect(span).toEqual(before);
    });

    it('keep unknown fields of spans and traces in metadata, where a named key wins', async () => {
      const world = await suite.world();

      await world.send({
        spans: [{ ...aSpan({ metadata: { shared: 'named' } }), shared: 'loose', novel: { a: 1 } } as SpanUpsert],
      });

      expect((await world.span(spanId())).metadata).toEqual({ shared: 'named', novel: { a: 1 } });
    });
  });
}
