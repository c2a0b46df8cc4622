import type { TraceRecord } from 'llm-tracer/schema';
import { describe, expect, it } from 'vitest';
import { admitWaiting, emptyLiveList, mergeFresh, rowsOf } from '../../src/model/live-list.ts';

const trace = (id: string, second: number, more: Partial<TraceRecord> = {}) =>
  ({
    trace_id: id,
    start_time: `2026-01-02T03:04:${String(second).padStart(2, '0')}.000000Z`,
    name: id,
    ...more,
  }) as TraceRecord;

const shown = [trace('b', 2), trace('a', 1)];
const since = '2026-01-02T03:04:00.000000Z';
const ids = (rows: readonly TraceRecord[]) => rows.map(({ trace_id }) => trace_id);

describe('a list that is read while more arrives', () => {
  it('keeps new rows waiting, in order of time, until they are wanted', () => {
    const merged = mergeFresh(
      emptyLiveList,
      shown,
      { traces: [trace('d', 4), trace('c', 3), ...shown], hasMore: false, since },
      false,
    );

    expect(ids(rowsOf(merged, shown))).toEqual(['b', 'a']);
    expect(ids(merged.waiting)).toEqual(['d', 'c']);
    expect(ids(rowsOf(admitWaiting(merged), shown))).toEqual(['d', 'c', 'b', 'a']);
  });

  it('updates a row in its place', () => {
    const merged = mergeFresh(
      emptyLiveList,
      shown,
      { traces: [trace('b', 2), trace('a', 1, { name: 'changed' })], hasMore: false, since },
      true,
    );

    expect(rowsOf(merged, shown).map(({ name }) => name)).toEqual(['b', 'changed']);
  });

  it('keeps a row that no longer matches, and says so; one that matches again is as before', () => {
    const lapsed = mergeFresh(emptyLiveList, shown, { traces: [trace('b', 2)], hasMore: false, since }, true);
    expect([...lapsed.lapsed]).toEqual(['a']);
    expect(ids(rowsOf(lapsed, shown))).toEqual(['b', 'a']);

    expect([...mergeFresh(lapsed, shown, { traces: shown, hasMore: false, since }, true).lapsed]).toEqual([]);
  });

  it('tells of a gap when a full page brought only new rows', () => {
    const fresh = [trace('z', 9), trace('y', 8)];
    const merged = mergeFresh(emptyLiveList, shown, { traces: fresh, hasMore: true, since }, true);

    expect(merged.hasGap).toBe(true);
    expect(ids(rowsOf(merged, shown))).toEqual(['b', 'a']);
  });

  it('does not show a trace twice that was merged twice', () => {
    const page = { traces: [trace('c', 3), ...shown], hasMore: false, since };
    const twice = mergeFresh(mergeFresh(emptyLiveList, shown, page, true), shown, page, true);

    expect(ids(rowsOf(twice, shown))).toEqual(['c', 'b', 'a']);
  });
});
