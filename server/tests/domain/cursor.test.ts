import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '../../src/domain/cursor.ts';
import { canonical } from '../stores/model/canonical.ts';

const position = fc.array(fc.oneof(fc.integer(), fc.string()), { minLength: 1, maxLength: 3 });
const query = fc.jsonValue();

describe('cursors', () => {
  it('give back the position that they were made of', () => {
    fc.assert(
      fc.property(query, position, (madeFor, at) => {
        expect(decodeCursor(madeFor, encodeCursor(madeFor, at))).toEqual(at);
      }),
    );
  });

  it('are for the same query whatever the order of its members, and what is absent in it', () => {
    const cursor = encodeCursor(['acme', { from: 'a', tags: ['x'], name: undefined }], [1, 'id']);

    expect(decodeCursor(['acme', { tags: ['x'], from: 'a' }], cursor)).toEqual([1, 'id']);
  });

  it('are for no other query', () => {
    fc.assert(
      fc.property(query, query, position, (one, other, at) => {
        fc.pre(canonical(one) !== canonical(other));
        expect(decodeCursor(other, encodeCursor(one, at))).toBeUndefined();
        expect(decodeCursor(['b', one], encodeCursor(['a', one], at))).toBeUndefined();
      }),
    );
  });

  it('stand in a URL as they are', () => {
    fc.assert(
      fc.property(query, position, (madeFor, at) => {
        expect(encodeCursor(madeFor, at)).toMatch(/^[\w-]+$/);
      }),
    );
  });

  it('that nobody made are undefined, never an error', () => {
    const json = fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), json), (cursor) => {
        expect(decodeCursor('acme', cursor)).toBeUndefined();
      }),
    );
  });
});
