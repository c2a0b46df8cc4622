import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, diffJson, mostChanges } from '../../../src/model/compare/diff-json.ts';
import { comparedMessages, diffMessages } from '../../../src/model/compare/diff-messages.ts';
import { diffSequence } from '../../../src/model/compare/diff-sequence.ts';
import { diffText } from '../../../src/model/compare/diff-text.ts';

const isSame = <T>(a: T, b: T) => a === b;
const letters = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 });
const words = fc
  .array(fc.constantFrom('Oslo', 'Bergen', ' ', ' ', ',', 'the', '\n', '😀'), { maxLength: 30 })
  .map((list) => list.join(''));

describe('sequences', () => {
  test('what stays and goes is A, what stays and comes is B', () => {
    fc.assert(
      fc.property(letters, letters, (a, b) => {
        const stretches = diffSequence(a, b, isSame);
        expect(stretches.filter(({ kind }) => kind !== 'added').flatMap(({ items }) => items)).toEqual(a);
        expect(stretches.filter(({ kind }) => kind !== 'removed').flatMap(({ items }) => items)).toEqual(b);
      }),
    );
  });

  test('no way is shorter', () => {
    fc.assert(
      fc.property(letters, letters, (a, b) => {
        const kept = diffSequence(a, b, isSame)
          .filter(({ kind }) => kind === 'same')
          .reduce((sum, { items }) => sum + items.length, 0);
        expect(kept).toBe(longestCommonLength(a, b));
      }),
    );
  });

  test('too many differences are said to be a replacement', () => {
    const [a, b] = [0, 1].map((side) => Array.from({ length: 4_000 }, (_, index) => `${side} ${index}`)) as [
      string[],
      string[],
    ];
    expect(diffSequence(a, b, isSame).map(({ kind, items }) => [kind, items.length])).toEqual([
      ['removed', 4_000],
      ['added', 4_000],
    ]);
  });
});

describe('texts', () => {
  test('are compared by words', () => {
    expect(diffText('It left Oslo this morning.', 'It left Bergen this morning.')).toEqual([
      { kind: 'same', text: 'It left ' },
      { kind: 'removed', text: 'Oslo' },
      { kind: 'added', text: 'Bergen' },
      { kind: 'same', text: ' this morning.' },
    ]);
  });

  test('both come back whole, and swapped they are the mirror image', () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        const there = diffText(a, b);
        const side = (kind: 'added' | 'removed') =>
          there
            .filter((stretch) => stretch.kind !== kind)
            .map(({ text }) => text)
            .join('');
        expect(side('added')).toBe(a);
        expect(side('removed')).toBe(b);
        const mirror = { same: 'same', removed: 'added', added: 'removed' } as const;
        const bySide = (stretches: typeof there, kind: string) =>
          stretches.filter((stretch) => stretch.kind === kind).map(({ text }) => text);
        const back = diffText(b, a);
        for (const kind of ['same', 'removed', 'added'] as const)
          expect(bySide(back, mirror[kind])).toEqual(bySide(there, kind));
      }),
    );
  });
});

describe('JSON', () => {
  test('names what differs by its path', () => {
    const a = { city: 'Oslo', 'odd name': 1, list: [1, 2, 3], same: { deep: [{}] } };
    const b = { city: 'Bergen', list: [1, 9, 2, 3], same: { deep: [{}] }, more: null };
    expect(diffJson(a, b).changes).toEqual([
      { path: '$.city', kind: 'changed', before: 'Oslo', after: 'Bergen' },
      { path: '$["odd name"]', kind: 'removed', before: 1 },
      { path: '$.list[1]', kind: 'added', after: 9 },
      { path: '$.more', kind: 'added', after: null },
    ]);
  });

  test('equal values differ in nothing, whatever they are, and there is a difference where they are not', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(diffJson(value, structuredClone(value)).changes).toEqual([]);
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        fc.pre(canonical(a) !== canonical(b));
        const { changes } = diffJson({ value: a }, { value: b });
        const { changes: back } = diffJson({ value: b }, { value: a });
        expect(changes.length).toBeGreaterThan(0);
        expect(back.length).toBe(changes.length);
      }),
    );
  });

  test('lists no more than a person would read, and says so', () => {
    const numbers = (from: number) =>
      Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`n${index}`, index + from]));
    const { changes, hasMore } = diffJson(numbers(0), numbers(1));
    expect([changes.length, hasMore]).toEqual([mostChanges, true]);
  });
});

describe('conversations', () => {
  const say = (role: string, text: string) => ({ role, content: text });

  test('an inserted message is one insertion, a changed answer one change', () => {
    const a = comparedMessages({ messages: [say('user', 'Where?'), say('assistant', 'In Oslo.')] }) ?? [];
    const b = comparedMessages([say('user', 'Where?'), say('system', 'Be short.'), say('assistant', 'Bergen.')]) ?? [];
    expect(diffMessages(a, b)).toEqual([
      { a: { role: 'user', text: 'Where?' }, b: { role: 'user', text: 'Where?' } },
      { b: { role: 'system', text: 'Be short.' } },
      { a: { role: 'assistant', text: 'In Oslo.' }, b: { role: 'assistant', text: 'Bergen.' } },
    ]);
  });

  test('what is no conversation is none', () => {
    expect(comparedMessages({ messages: 'no' })).toBeUndefined();
    expect(comparedMessages([1, 2])).toBeUndefined();
    expect(comparedMessages(undefined)).toBeUndefined();
  });

  test('calls of tools are part of what is compared', () => {
    const call = (city: string) => ({
      messages: [{ role: 'assistant', content: null, tool_calls: [{ id: '1', arguments: city }] }],
    });
    const [pair] = diffMessages(comparedMessages(call('Oslo')) ?? [], comparedMessages(call('Bergen')) ?? []);
    expect(pair?.a?.text).not.toBe(pair?.b?.text);
  });
});

function longestCommonLength(a: readonly string[], b: readonly string[]): number {
  let above = b.map(() => 0);
  for (const x of a) {
    const row: number[] = [];
    for (const [j, y] of b.entries())
      row.push(x === y ? (j === 0 ? 0 : (above[j - 1] ?? 0)) + 1 : Math.max(above[j] ?? 0, row[j - 1] ?? 0));
    above = row;
  }
  return above.at(-1) ?? 0;
}
