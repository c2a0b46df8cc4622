import type { TraceRecord } from 'llm-tracer/schema';
import { describe, expect, it } from 'vitest';
import { isReleased, type ListPage, refilled, releasedNear, releaseFar } from '../../src/model/released-rows.ts';

const trace = (index: number) =>
  ({ trace_id: `t${index}`, start_time: `time of ${index}`, name: `run ${index}` }) as TraceRecord;

const pageOf = (page: number): ListPage => ({
  traces: Array.from({ length: 100 }, (_, row) => trace(page * 100 + row)),
  has_more: true,
  count: 100,
  next_cursor: `cursor after ${page}`,
});

const hundredPages = Array.from({ length: 100 }, (_, page) => pageOf(page));
const isEmptied = ({ traces }: ListPage) => traces.every(isReleased);

describe('pages of a long list', () => {
  it('are released when none of their rows is within 2,000 of what is seen', () => {
    const pages = releaseFar(hundredPages, 5_000, 5_029);

    expect(pages.map(isEmptied).indexOf(false)).toBe(30);
    expect(pages.map(isEmptied).lastIndexOf(false)).toBe(70);
  });

  it('keep the ids and the number of their rows, and their cursor', () => {
    const [first] = releaseFar(hundredPages, 5_000, 5_029);

    expect(first?.traces.map(({ trace_id }) => trace_id)).toEqual(
      hundredPages[0]?.traces.map(({ trace_id }) => trace_id),
    );
    expect(first?.next_cursor).toBe('cursor after 0');
    expect(first?.traces[0]).not.toHaveProperty('name');
  });

  it('are the same array while nothing is to be released', () => {
    expect(releaseFar(hundredPages.slice(0, 20), 0, 29)).toHaveLength(20);
    const released = releaseFar(hundredPages, 5_000, 5_029);

    expect(releaseFar(released, 5_000, 5_029)).toBe(released);
  });

  it('are asked for again when the reader comes back, those near alone', () => {
    const released = releaseFar(hundredPages, 9_000, 9_029);

    expect(releasedNear(released, 7_000, 7_029)).toEqual(Array.from({ length: 20 }, (_, index) => 50 + index));
    expect(releasedNear(hundredPages, 7_000, 7_029)).toEqual([]);
  });

  it('take back the rows that had a place there, and lose those that have gone', () => {
    const [first] = releaseFar(hundredPages, 5_000, 5_029);
    if (first === undefined) throw new Error('no page');

    const again = refilled(first, [...Array.from({ length: 99 }, (_, index) => trace(index + 1)), trace(100)]);

    expect(again.traces.map(({ trace_id }) => trace_id)).toEqual(
      Array.from({ length: 99 }, (_, index) => `t${index + 1}`),
    );
    expect(again.traces.some(isReleased)).toBe(false);
  });
});
