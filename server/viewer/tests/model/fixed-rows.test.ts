import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mountedRows, offsetFor, seenRows } from '../../src/model/fixed-rows.ts';

const look = { top: 1_000, height: 200 };
const list = { count: 1_000, rowHeight: 20 };

describe('rows of one height', () => {
  it('are seen where the window is', () => {
    expect(seenRows(list, look)).toEqual({ first: 50, last: 60 });
    expect(seenRows(list, { top: 0, height: 200 })).toEqual({ first: 0, last: 10 });
    expect(seenRows({ count: 3, rowHeight: 20 }, { top: 0, height: 200 })).toEqual({ first: 0, last: 2 });
    expect(seenRows({ count: 0, rowHeight: 20 }, { top: 0, height: 200 })).toEqual({ first: 0, last: -1 });
    // Before a list is measured, it must not look as if its only row were seen.
    expect(seenRows({ count: 1, rowHeight: 20 }, { top: 0, height: 0 })).toEqual({ first: 0, last: -1 });
  });

  it('are mounted somewhat beyond it, and one wherever it is', () => {
    const seen = seenRows(list, look);

    expect(mountedRows(seen, { count: 1_000, overscan: 2, kept: -1 })).toEqual([
      48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
    ]);
    expect(mountedRows(seen, { count: 1_000, overscan: 0, kept: 3 })[0]).toBe(3);
    expect(mountedRows(seen, { count: 1_000, overscan: 0, kept: 900 }).at(-1)).toBe(900);
    expect(mountedRows(seen, { count: 55, overscan: 5, kept: 2_000 }).at(-1)).toBe(54);
  });

  it('cover the window, however it is scrolled and whatever is gone from the list', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(20_000),
        fc.nat(900),
        fc.nat(20),
        (count, rowHeight, top, height, overscan) => {
          const rows = mountedRows(seenRows({ count, rowHeight }, { top, height }), { count, overscan, kept: -1 });

          expect(rows.every((row) => row >= 0 && row < count)).toBe(true);
          for (let y = top; y < Math.min(top + height, count * rowHeight); y += 7)
            expect(rows).toContain(Math.floor(y / rowHeight));
        },
      ),
    );
  });

  it('are scrolled to by the least that brings them into view, or to the middle', () => {
    const under = { ...look, headHeight: 20 };

    expect(offsetFor(52, 'auto', 20, under)).toBe(1_000);
    expect(offsetFor(10, 'auto', 20, under)).toBe(200);
    expect(offsetFor(59, 'auto', 20, under)).toBe(1_020);
    expect(offsetFor(100, 'center', 20, under)).toBe(1_920);
  });
});
