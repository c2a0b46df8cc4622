import { describe, expect, it } from 'vitest';
import { readColumnWidths, withColumnWidth } from '../../src/model/column-widths.ts';

describe('widths of columns', () => {
  it('are read as they were kept', () => {
    expect(readColumnWidths('{"Traces.cost":120}')).toEqual({ 'Traces.cost': 120 });
  });

  it.each([null, '', 'null', '3', '{"Traces.cost":"wide"}', '{"Traces.cost":-1}', '{"Traces.cost":1e9}', '{broken'])(
    'are the standard ones where %s was kept',
    (text) => {
      expect(readColumnWidths(text)).toEqual({});
    },
  );

  it('stay between what can be read and what fits', () => {
    expect(withColumnWidth({}, 'a', 3)).toEqual({ a: 40 });
    expect(withColumnWidth({ b: 60 }, 'a', 9_000)).toEqual({ b: 60, a: 800 });
  });

  it('go back to the standard one', () => {
    expect(withColumnWidth({ a: 50, b: 60 }, 'a', undefined)).toEqual({ b: 60 });
  });
});
