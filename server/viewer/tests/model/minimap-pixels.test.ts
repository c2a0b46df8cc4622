import { describe, expect, it } from 'vitest';
import { minimapPixels } from '../../src/model/minimap-pixels.ts';
import { buildSpanTree } from '../../src/model/span-tree.ts';
import { aSpan, aTrace, startMs } from './any-spans.ts';

const colours = {
  types: { llm: 1, agent: 2, tool: 3, function: 4, retrieval: 5, embedding: 6, chain: 7, other: 8 },
  error: 9,
};

const draw = (spans: Parameters<typeof buildSpanTree>[1], width = 100, height = 38, ratio = 1) => {
  const tree = buildSpanTree(aTrace(1000), spans, startMs + 1000);
  const pixels = minimapPixels(tree, startMs + 1000, { fromMs: 0, toMs: 1000 }, { width, height, ratio }, colours);
  return Array.from({ length: height }, (_, y) => [...pixels.slice(y * width, (y + 1) * width)]);
};

/** The rows in which a colour is, with where it begins and how long it is. */
const linesOf = (rows: readonly (readonly number[])[], colour: number) =>
  rows.flatMap((row, y) => {
    const from = row.indexOf(colour);
    return from < 0 ? [] : [{ y, from, length: row.lastIndexOf(colour) - from + 1 }];
  });

describe('the minimap', () => {
  it('draws each span where it was, in its colour', () => {
    const rows = draw([aSpan('a', 200, 700, undefined, { span_type: 'llm' })]);

    const lines = linesOf(rows, 1);
    expect(new Set(lines.map(({ from, length }) => `${from} ${length}`))).toEqual(new Set(['20 50']));
    expect(lines.length).toBe(4);
  });

  it('shows what is too short to be seen, and errors wider and above all', () => {
    const instant = aSpan('a', 500, 500, undefined, { span_type: 'tool' });
    expect(linesOf(draw([instant]), 3)[0]?.length).toBe(1);

    const failed = draw([aSpan('a', 500, 500, undefined, { status: 'error' }), aSpan('b', 500, 501, 'a')]);
    expect(linesOf(failed, 9)[0]?.length).toBe(2);
  });

  it('stays within its edges when spans lie outside the time that is shown', () => {
    const rows = draw([aSpan('before', -5000, -4000), aSpan('across', -100, 2000), aSpan('after', 3000, 4000)]);

    const lines = linesOf(rows, 4);
    expect(lines.some(({ from, length }) => from === 0 && length === 100)).toBe(true);
    expect(rows.flat().length).toBe(3800);
  });

  it('draws 50,000 rows into a few dozen lines of pixels', () => {
    const spans = Array.from({ length: 50_000 }, (_, index) =>
      aSpan(`s${index}`, index / 50, index / 50 + 1, undefined, { name: `n${index}` }),
    );

    const rows = draw(spans, 200, 76, 2);

    expect(rows.filter((row) => row.includes(4)).length).toBeGreaterThan(68);
  });
});
