import fc from 'fast-check';
import { SpanType } from 'llm-tracer/schema';
import { describe, expect, it } from 'vitest';
import { pack, unpack } from '../../../src/stores/dynamodb/compression.ts';
import { decodePage, encodePage } from '../../../src/stores/dynamodb/head-codec.ts';
import { encodeLedger, type Slot } from '../../../src/stores/dynamodb/ledger-codec.ts';
import { timeAt } from '../builders.ts';

const hexId = fc.integer({ min: 0, max: 20 }).map((n) => n.toString(16).padStart(16, '0'));
const id = fc.oneof(hexId, fc.constantFrom('a', 'Z_-9', 'f'.repeat(100), '00000000000000000', '000000000000000G'));
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const micros = fc.oneof(fc.constant(0), fc.integer({ min: 1_700_000_000_000_000, max: 1_900_000_000_000_000 }));
const end = fc.oneof(
  micros.map(timeAt),
  // Beyond what a double tells apart by the microsecond.
  fc.constantFrom('9999-12-31T23:59:59.999999Z', '0001-01-01T00:00:00.000001Z', '1684-01-01T00:00:00.000001Z'),
);

const slot: fc.Arbitrary<Slot> = fc.record({
  version: fc.integer({ min: 1, max: 2 ** 40 }),
  entry: fc.record({
    spanId: id,
    parentSpanId: orNull(id),
    name: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud800', '\0')),
    spanType: fc.constantFrom(...SpanType.options),
    model: orNull(fc.constantFrom('gpt-4o', '', '\udfff')),
    startMicros: micros,
    endTime: orNull(end),
    isError: fc.boolean(),
    tokensInput: orNull(fc.integer({ min: 0, max: 1e12 })),
    tokensOutput: orNull(fc.integer({ min: 0, max: 1e12 })),
    costNanos: orNull(fc.constantFrom(0, 1, 999_999_999_999_999, 1e15)),
    firstTokenMicros: orNull(fc.integer({ min: -1e12, max: 1e12 })),
  }),
});
const ledger = fc.uniqueArray(slot, { selector: ({ entry }) => entry.spanId, maxLength: 30 });

describe('what is stored', () => {
  it('of a ledger comes back as it was, in its order', () => {
    fc.assert(
      fc.property(ledger, (slots) => {
        expect(decodePage(encodePage(slots))).toEqual(slots);
      }),
    );
  });

  it('of any JSON comes back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(unpack(pack(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('of a span in a ledger is some 45 bytes', () => {
    const slots = Array.from(
      { length: 100 },
      (_, n): Slot => ({
        version: 1,
        entry: {
          spanId: (n * 7_919_000_001).toString(16).padStart(16, '0'),
          parentSpanId: n === 0 ? null : '0'.repeat(16),
          name: 'chat',
          spanType: 'llm',
          model: 'gpt-4o-mini',
          startMicros: 1_790_000_000_000_000 + n * 1_234_567,
          endTime: timeAt(1_790_000_000_000_000 + n * 1_234_567 + 2_345_678),
          isError: false,
          tokensInput: 1_200,
          tokensOutput: 340,
          costNanos: 384_000,
          firstTokenMicros: 412_000,
        },
      }),
    );

    expect(encodeLedger(slots).bytes.length / slots.length).toBeLessThan(45);
  });

  it('in a form of another version is refused, not misread', () => {
    expect(() => unpack(Uint8Array.from([99, 1, 2]))).toThrow('does not know');
  });
});
