import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCost,
  formatCount,
  formatDuration,
  formatListTime,
  formatOffset,
  formatPercent,
  formatTotalCost,
} from '../../src/model/format.ts';

describe('durations', () => {
  it.each([
    [undefined, '—'],
    [0, '0 ms'],
    [0.64, '640 µs'],
    [0.9996, '1.00 ms'],
    [4.21, '4.21 ms'],
    [421, '421 ms'],
    [999.6, '1.00 s'],
    [4210, '4.21 s'],
    [4200, '4.20 s'],
    [9.999, '10.0 ms'],
    [99.96, '100 ms'],
    [59_960, '1 m 00 s'],
    [184_000, '3 m 04 s'],
    [3_599_800, '1 h 00 m'],
    [3_840_000, '1 h 04 m'],
    [183_600_000, '2 d 03 h'],
    [-120, '−120 ms'],
  ])('writes %s ms as %s', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });

  it('writes an offset with its sign', () => {
    expect([formatOffset(1240), formatOffset(-120)]).toEqual(['+1.24 s', '−120 ms']);
  });
});

describe('counts', () => {
  it.each([
    [undefined, '—'],
    [0, '0'],
    [9412, '9,412'],
    [88_100, '88.1k'],
    [999_700, '1.00M'],
    [1_240_000, '1.24M'],
  ])('writes %s as %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });
});

describe('costs', () => {
  it.each([
    [undefined, '—'],
    [0, '$0'],
    [12.4, '$12.40'],
    [1234.5, '$1,234.50'],
    [0.043, '$0.043'],
    [0.0018, '$0.0018'],
    [0.00042, '$0.00042'],
    [0.000_000_4, '<$0.000001'],
  ])('writes %s as %s', (usd, text) => {
    expect(formatCost(usd)).toBe(text);
  });

  it('writes a sum with unknown parts as a lower bound, and as unknown where nothing is known', () => {
    expect([formatTotalCost(0.61, 2), formatTotalCost(0, 2), formatTotalCost(0, 0)]).toEqual(['≥ $0.610', '—', '$0']);
  });
});

describe('shares and sizes', () => {
  it.each([
    [0.043, '4.3 %'],
    [0.41, '41 %'],
    [0, '0 %'],
    [-0.06, '−6 %'],
  ])('writes the share %s as %s', (share, text) => {
    expect(formatPercent(share)).toBe(text);
  });

  it.each([
    [812, '812 B'],
    [8_400_000, '8.4 MB'],
    [12_100, '12 kB'],
  ])('writes %s bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('times in lists', () => {
  const now = new Date('2026-01-03T15:00:00Z');

  it.each([
    ['2026-01-03T14:03:21.418Z', '14:03:21.418'],
    ['2026-01-02T14:03:21.418Z', '2 Jan 14:03'],
    ['2025-01-02T14:03:21.418Z', '2 Jan 2025'],
  ])('writes %s as %s', (time, text) => {
    expect(formatListTime(time, now, 'utc')).toBe(text);
  });
});
