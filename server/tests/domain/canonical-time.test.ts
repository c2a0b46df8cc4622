import fc from 'fast-check';
import { canonicalTime } from 'llm-tracer/schema';
import { describe, expect, it } from 'vitest';

describe('canonicalTime', () => {
  it.each([
    ['2026-01-02T03:04:05.678901Z', '2026-01-02T03:04:05.678901Z'],
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000000Z'],
    ['2026-01-02T03:04Z', '2026-01-02T03:04:00.000000Z'],
    ['2026-01-02t03:04:05.6z', '2026-01-02T03:04:05.600000Z'],
    ['2026-01-02 03:04:05,678Z', '2026-01-02T03:04:05.678000Z'],
    ['2026-01-02T03:04:05.678901999Z', '2026-01-02T03:04:05.678901Z'],
    ['2026-01-02T03:04:05.678901999999999Z', '2026-01-02T03:04:05.678901Z'],
    ['2026-01-02T03:04:05.678901+00:00', '2026-01-02T03:04:05.678901Z'],
    ['2026-01-01T00:30:00.000001+01:00', '2025-12-31T23:30:00.000001Z'],
    ['2026-12-31T23:30:00-0130', '2027-01-01T01:00:00.000000Z'],
    ['2024-02-29T23:59:59+05:45', '2024-02-29T18:14:59.000000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000000Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z'],
  ])('reads %s as %s', (text, canonical) => {
    expect(canonicalTime(text)).toBe(canonical);
  });

  it.each([
    'now',
    '',
    '2026-01-02',
    '2026-01-02T03:04:05',
    '2026-01-02T24:00:00Z',
    '2026-01-02T03:60:00Z',
    '2026-01-02T03:04:60Z',
    '2026-00-02T03:04:05Z',
    '2026-13-02T03:04:05Z',
    '2026-02-29T03:04:05Z',
    '1900-02-29T03:04:05Z',
    '2026-04-31T03:04:05Z',
    '2026-01-00T03:04:05Z',
    '2026-1-2T03:04:05Z',
    '02026-01-02T03:04:05Z',
    '2026-01-02T03:04:05+24:00',
    '2026-01-02T03:04:05+01:60',
    '2026-01-02T03:04:05.Z',
    ' 2026-01-02T03:04:05Z',
    '2026-01-02T03:04:05Z\n',
    '0000-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '٢٠٢٦-01-02T03:04:05Z',
  ])('refuses %j', (text) => {
    expect(canonicalTime(text)).toBeUndefined();
  });

  it('agrees with Date on every moment, in any offset', () => {
    const moment = fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, fc.nat({ max: 999 }), fc.integer({ min: -1439, max: 1439 }), (date, micros, offset) => {
        const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
        const zone = `${offset < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
        const digits = String(micros).padStart(3, '0');

        const canonical = canonicalTime(`${local}${digits}${zone}`);

        expect(canonical).toBe(`${date.toISOString().slice(0, -1)}${digits}Z`);
      }),
    );
  });

  it('leaves what is canonical as it is', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          const canonical = canonicalTime(date.toISOString()) as string;

          expect(canonicalTime(canonical)).toBe(canonical);
        },
      ),
    );
  });

  it('sorts as text in order of time', () => {
    const times = ['2026-01-02T03:04:05Z', '2026-01-02T04:04:04.999999+01:00', '2025-12-31T23:59:59.9Z'];

    const sorted = times.map(canonicalTime).sort();

    expect(sorted).toEqual([times[2], times[1], times[0]].map((time) => canonicalTime(time as string)));
  });
});
