import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completion } from '../../src/domain/completion.ts';
import { canonicalJson } from '../../src/domain/json.ts';
import { merge } from '../../src/domain/merge.ts';
import type { Merged } from '../../src/domain/record.ts';
import { noon } from '../stores/builders.ts';
import { aMergeableRecord } from '../stores/contract/histories.ts';
import { fieldsOf, mergeAll } from '../stores/model/merging.ts';

const nothing: Merged = { rank: 0, ranks: {}, fields: {} };

/** One text for all ways to hold the same record: without empty groups, which say nothing. */
const textOf = (record: Merged): string => canonicalJson(merge(nothing, record));

const record = aMergeableRecord;
const records = fc.array(record, { minLength: 1, maxLength: 6 });
const inTurn = (all: readonly Merged[]): Merged => all.reduce((merged, next) => merge(merged, next));

describe('merge', () => {
  it('is commutative', () => {
    fc.assert(
      fc.property(record, record, (a, b) => {
        expect(textOf(merge(a, b))).toBe(textOf(merge(b, a)));
      }),
      { numRuns: 1000 },
    );
  });

  it('is associative', () => {
    fc.assert(
      fc.property(record, record, record, (a, b, c) => {
        expect(textOf(merge(merge(a, b), c))).toBe(textOf(merge(a, merge(b, c))));
      }),
      { numRuns: 1000 },
    );
  });

  it('is idempotent: what was merged before adds nothing, and the stored record itself comes back', () => {
    fc.assert(
      fc.property(records, fc.nat(), (all, index) => {
        const merged = inTurn(all);
        expect(merge(merged, all[index % all.length] as Merged)).toBe(merged);
      }),
      { numRuns: 500 },
    );
  });

  it('ends the same in every order', () => {
    fc.assert(
      fc.property(
        records.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => {
          expect(textOf(inTurn(shuffled))).toBe(textOf(inTurn(all)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes the fields that the model takes', () => {
    fc.assert(
      fc.property(records, (all) => {
        const { metadata = {}, truncated = {}, ...fields } = inTurn(all).fields;
        const expected = fieldsOf(mergeAll(all));

        const entries = Object.values(truncated).flat();
        expect(canonicalJson({ ...fields, metadata })).toBe(canonicalJson({ ...expected, truncated: undefined }));
        expect(entries).toHaveLength(((expected['truncated'] as unknown[] | undefined) ?? []).length);
        expect(entries).toEqual(expect.arrayContaining((expected['truncated'] as unknown[] | undefined) ?? []));
      }),
      { numRuns: 500 },
    );
  });

  it('changes neither of its arguments', () => {
    fc.assert(
      fc.property(record, record, (a, b) => {
        const before = canonicalJson([a, b]);
        merge(a, b);
        expect(canonicalJson([a, b])).toBe(before);
      }),
    );
  });
});

describe('completion', () => {
  it('says nothing new once it has been merged', () => {
    fc.assert(
      fc.property(records, record, (all, { fields }) => {
        const stored = inTurn(all);
        const first = completion(stored, fields, noon);
        const completed = first === undefined ? stored : merge(stored, first);

        expect(completion(completed, fields, '2026-01-16T00:00:00.000000Z')).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('leaves the merged record with every field that it brought, but for the start', () => {
    fc.assert(
      fc.property(records, record, (all, { fields }) => {
        const stored = inTurn(all);
        const first = completion(stored, fields, noon);
        const completed = first === undefined ? stored : merge(stored, first);

        const { truncated: _, start_time: __, status, ...brought } = fields;
        const said = { ...brought, ...(status === undefined || status === 'running' ? {} : { status }) };
        expect(completed.fields['end_time']).toBeDefined();
        expect(completed.fields['start_time']).toBe(stored.fields['start_time']);
        for (const [name, value] of Object.entries(said)) {
          const merged = completed.fields[name];
          const shared = name === 'metadata' ? pick(merged as object, Object.keys(value as object)) : merged;
          expect(canonicalJson(shared)).toBe(canonicalJson(value));
        }
      }),
      { numRuns: 500 },
    );
  });
});

const pick = (object: object | undefined, keys: readonly string[]): object =>
  Object.fromEntries(Object.entries(object ?? {}).filter(([key]) => keys.includes(key)));
