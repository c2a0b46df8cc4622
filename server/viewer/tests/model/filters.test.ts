import { ListTracesQuery } from 'llm-tracer/schema';
import { describe, expect, it } from 'vitest';
import { filterField, filterFields, readFilters, textFromValue, valueFromText } from '../../src/model/filters.ts';

const field = (name: string) => {
  const found = filterField(name);
  if (found === undefined) throw new Error(name);
  return found;
};

describe('filters in an address', () => {
  it('keeps what the API takes and names what it would refuse', () => {
    const { filters, ignored } = readFilters({ model: 'gpt-4o', min_cost: 'abc', from: '-24h', to: 'soon', sel: 'x' });

    expect(filters).toEqual({ model: 'gpt-4o', from: '-24h' });
    expect(ignored).toEqual([
      { name: 'to', value: 'soon' },
      { name: 'min_cost', value: 'abc' },
    ]);
  });

  it.each([
    ['status', 'error', 'failed'],
    ['min_duration_ms', '250', '2s'],
    ['min_cost', '0.01', '-1'],
    ['score', 'accuracy>=0.5', 'accuracy>=high'],
    ['tags', 'beta,prod', ','],
    ['from', '2026-01-02T00:00:00Z', 'yesterday'],
    ['q', 'parcel', 'x'.repeat(501)],
    ['name', 'agent', 'x'.repeat(256)],
  ])('judges %s as the API does', (name, good, bad) => {
    for (const value of [good, bad])
      expect(readFilters({ [name]: value }).ignored.length === 0).toBe(
        ListTracesQuery.safeParse({ [name]: value }).success,
      );
    expect(readFilters({ [name]: good }).filters).toEqual({ [name]: good });
    expect(readFilters({ [name]: bad }).filters).toEqual({});
  });

  it('offers only filters that the API has', () => {
    const known = Object.keys(ListTracesQuery.shape);
    expect(filterFields.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('typed values', () => {
  it.each([
    ['min_duration_ms', '2s', '2000'],
    ['min_duration_ms', '250', '250'],
    ['min_duration_ms', '1.5 min', '90000'],
    ['min_duration_ms', 'soon', undefined],
    ['min_cost', '$0.01', '0.01'],
    ['min_cost', '.5', '0.5'],
    ['min_cost', '$', undefined],
    ['score', 'helpful', 'helpful'],
    ['model', ' gpt-4o ', 'gpt-4o'],
  ])('reads %s "%s" as %s', (name, typed, value) => {
    expect(valueFromText(field(name), typed)).toBe(value);
  });

  it.each([
    ['min_duration_ms', '2500', '2.5 s'],
    ['min_cost', '0.01', '$0.01'],
    ['tags', 'a,b', 'a,b'],
  ])('writes %s=%s back as %s', (name, value, text) => {
    expect(textFromValue(field(name), value)).toBe(text);
    expect(valueFromText(field(name), text)).toBe(value);
  });
});
