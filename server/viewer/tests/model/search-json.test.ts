import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchJson } from '../../src/model/search-json.ts';

const never = new AbortController().signal;
const found = async (value: unknown, needle: string, how: { isCaseSensitive?: boolean; isWholeWord?: boolean } = {}) =>
  (await searchJson(value, { needle, isCaseSensitive: false, isWholeWord: false, ...how }, never)).paths;

describe('searching JSON', () => {
  it('finds names of members and values, in the order in which they stand', async () => {
    const value = { apple: 1, list: ['Apple pie', { note: 'no' }], 'x y': { z: 'an apple' } };

    expect(await found(value, 'apple')).toEqual(['$.apple', '$.list[0]', '$["x y"].z']);
    expect(await found(value, 'Apple', { isCaseSensitive: true })).toEqual(['$.list[0]']);
  });

  it('finds numbers and constants as they are printed, and no positions in lists', async () => {
    expect(await found([12, null, true, 'a'], '1')).toEqual(['$[0]']);
    expect(await found([12, null, true], 'null')).toEqual(['$[1]']);
  });

  it('takes whole words where it should, by the letters of any script', async () => {
    const value = ['cat', 'concatenate', 'a cat.', 'cat_food', 'katzé cat', 'écat'];

    expect(await found(value, 'cat', { isWholeWord: true })).toEqual(['$[0]', '$[2]', '$[4]']);
    expect(await found(['a+b', 'xa+by'], 'a+b', { isWholeWord: true })).toEqual(['$[0]']);
    expect(await found(['İ cat'], 'cat', { isWholeWord: true })).toEqual(['$[0]']);
  });

  it('finds what a plain walk finds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue({ maxDepth: 4 }),
        fc.constantFrom('a', '1', 'e', '""', ' '),
        async (value, needle) => {
          const paths: string[] = [];
          const walk = (at: unknown, label: string): void => {
            const isContainer = typeof at === 'object' && at !== null;
            if (label.toLowerCase().includes(needle) || (!isContainer && String(at).toLowerCase().includes(needle)))
              paths.push(label);
            if (isContainer) for (const [name, child] of Object.entries(at)) walk(child, Array.isArray(at) ? '' : name);
          };
          walk(value, '');

          expect((await found(value, needle)).length).toBe(paths.length);
        },
      ),
    );
  });

  it('gives way to the page within a long list, and stops when nobody waits', async () => {
    const value = Array.from({ length: 200_000 }, (_, at) => `text ${at}`);
    const abort = new AbortController();
    let turns = 0;
    const timer = setInterval(() => turns++, 0);

    await searchJson(value, { needle: 'nowhere', isCaseSensitive: false, isWholeWord: false }, abort.signal);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);

    abort.abort();
    expect(
      (await searchJson(value, { needle: 'text', isCaseSensitive: false, isWholeWord: false }, abort.signal)).paths,
    ).toEqual([]);
  });

  it('says when there are more than can be stepped through', async () => {
    const { paths, isCut } = await searchJson(
      Array.from({ length: 6_000 }, () => 'x'),
      { needle: 'x', isCaseSensitive: false, isWholeWord: false },
      never,
    );

    expect([paths.length, isCut]).toEqual([5_000, true]);
  });
});
