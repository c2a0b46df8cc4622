import { describe, expect, it } from 'vitest';
import {
  initiallyOpen,
  type JsonRow,
  jsonRows,
  nothingOpen,
  openTo,
  openUnder,
  parentOf,
  showMore,
  toggled,
} from '../../src/model/json-rows.ts';

const shown = (rows: readonly JsonRow[]) =>
  rows.map(({ depth, label = '', rest, size }) =>
    rest === undefined
      ? `${'  '.repeat(depth)}${label}${size === undefined ? '' : ` (${size})`}`
      : `${rest.side} ${rest.count}`,
  );
const list = (length: number) => Array.from({ length }, (_, at) => at);

describe('the rows of a JSON value', () => {
  it('are those of what is open', () => {
    const value = { a: [1, 2], b: { c: null } };
    const open = toggled(toggled(nothingOpen, '$'), '$.b');

    expect(shown(jsonRows(value, open))).toEqual([' (2)', '  a (2)', '  b (1)', '    c']);
    expect(jsonRows(value, open).map(({ path }) => path)).toEqual(['$', '$.a', '$.b', '$.b.c']);
  });

  it('name members that are no plain names by brackets', () => {
    const open = toggled(nothingOpen, '$');

    expect(jsonRows({ 'a b': 1, 'c.d': 2 }, open).map(({ path }) => path)).toEqual(['$', '$["a b"]', '$["c.d"]']);
  });

  it('show a hundred children, then a hundred more', () => {
    const open = toggled(nothingOpen, '$');
    const first = jsonRows(list(12_143), open);
    const second = jsonRows(list(12_143), showMore(open, first.at(-1) as JsonRow));

    expect(first).toHaveLength(102);
    expect(first.at(-1)?.rest).toEqual({ side: 'after', count: 12_043 });
    expect(second).toHaveLength(202);
    expect(second.at(-1)?.rest).toEqual({ side: 'after', count: 11_943 });
  });

  it('of a child far down are those around it, and a hundred before and after can be shown', () => {
    const value = { items: list(90_000) };
    const open = openTo(nothingOpen, value, '$.items[50123]');
    const rows = jsonRows(value, open);

    expect(rows.length).toBeLessThan(110);
    expect(rows.some(({ path }) => path === '$.items[50123]')).toBe(true);
    expect(rows.flatMap(({ rest }) => rest ?? [])).toEqual([
      { side: 'before', count: 50_100 },
      { side: 'after', count: 39_800 },
    ]);
    const before = rows.find(({ rest }) => rest?.side === 'before') as JsonRow;
    expect(jsonRows(value, showMore(open, before)).some(({ path }) => path === '$.items[50000]')).toBe(true);
  });

  it('stay open where they were when another child is gone to', () => {
    const value = { a: { b: 1 }, list: list(3) };
    const open = openTo(toggled(toggled(nothingOpen, '$'), '$.a'), value, '$.list[2]');

    expect(shown(jsonRows(value, open))).toEqual([' (2)', '  a (1)', '    b', '  list (3)', '    0', '    1', '    2']);
  });

  it('lead to a member by whatever name', () => {
    const value = { 'a.b': { 'c[0]': 1 }, a: { b: 2 } };

    for (const path of ['$["a.b"]["c[0]"]', '$.a.b'])
      expect(jsonRows(value, openTo(nothingOpen, value, path)).map((row) => row.path)).toContain(path);
  });

  it('know their parents', () => {
    const rows = jsonRows({ a: { b: 1 }, c: 2 }, toggled(toggled(nothingOpen, '$'), '$.a'));

    expect([0, 1, 2, 3].map((at) => parentOf(rows, at))).toEqual([0, 0, 1, 0]);
  });

  it('begin with what fits a glance', () => {
    const value = { small: { a: 1 }, large: list(500) };

    expect(shown(jsonRows(value, initiallyOpen(value)))).toEqual([' (2)', '  small (1)', '    a', '  large (500)']);
  });
});

describe('opening all under a value', () => {
  it('opens what is small altogether', () => {
    const value = { a: { b: { c: [1, { d: 1 }] } } };

    expect(jsonRows(value, openUnder(nothingOpen, '$', value))).toHaveLength(7);
  });

  it('opens a thousand rows at most', () => {
    const value = list(50).map(() => ({ some: list(10).map(() => ({ a: 1, b: [1, 2, 3] })) }));
    const rows = jsonRows(value, openUnder(nothingOpen, '$', value));

    expect(rows.length).toBeGreaterThan(500);
    expect(rows.length).toBeLessThanOrEqual(1_001);
  });

  it('opens pages of a long list, and things in it', () => {
    const value = list(12_043).map((id) => ({ id }));
    const rows = jsonRows(value, openUnder(nothingOpen, '$', value));

    expect(shown(rows).slice(0, 4)).toEqual([' (12043)', '  0 (1)', '    id', '  1 (1)']);
    expect(rows.at(-1)?.rest).toEqual({ side: 'after', count: 11_943 });
  });
});
