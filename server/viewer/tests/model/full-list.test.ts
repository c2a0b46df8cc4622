import { describe, expect, it } from 'vitest';
import { fullList, mostRows } from '../../src/model/full-list.ts';

describe('a list that is as high as a browser draws', () => {
  it.each([
    { rowHeight: 32, most: 468_000 },
    { rowHeight: 44, most: 340_000 },
    { rowHeight: 60, most: 250_000 },
  ])('has $most rows of $rowHeight pixels', ({ rowHeight, most }) => {
    expect(mostRows(rowHeight)).toBe(most);
  });

  it('says how to see what is older', () => {
    expect(fullList(468_000)).toBe('Showing the newest 468,000. Choose an earlier time range to go further.');
  });
});
