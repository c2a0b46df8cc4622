import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonBreak } from '../../src/model/json-break.ts';

describe('where a text stops being JSON', () => {
  it('is at the character that cannot stand there, or at the end of what is cut', () => {
    for (const [text, at] of [
      ['{"a": oops}', 6],
      ['{"city": "Os', 12],
      ['{"a": 1,}', 8],
      ['[1 2]', 3],
      ['{"a" 1}', 5],
      ['{a: 1}', 1],
      ['"a\\x"', 2],
      ['[1,', 3],
      ['{"a":{"b":[tru', 11],
      ['', 0],
      ['1 2', 2],
      ['[1}', 2],
    ] as const)
      expect(jsonBreak(text), text).toBe(at);
  });

  it('is nowhere in JSON, and within anything else', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', '"', '}', ']', ',', ':', 'x', '1', '\\'),
        (json, seed, inserted) => {
          const place = seed % (json.length + 1);
          const text = json.slice(0, place) + inserted + json.slice(place);
          let isJson = true;
          try {
            JSON.parse(text);
          } catch {
            isJson = false;
          }

          expect(jsonBreak(text) === undefined).toBe(isJson);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
