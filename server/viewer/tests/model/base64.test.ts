import { describe, expect, it } from 'vitest';
import { base64Look } from '../../src/model/base64.ts';

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

describe('a text that is base64', () => {
  it('is an image by what it begins with, with or without a data address around it', () => {
    expect(base64Look(pixel)).toMatchObject({ image: 'image/png', bytes: 70 });
    expect(base64Look(`data:image/svg+xml;base64,${pixel}`)).toMatchObject({ image: 'image/png', bytes: 70 });
  });

  it('is only said to be what its address claims', () => {
    const svg = `data:image/png;base64,${btoa('<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>')}`;

    expect(base64Look(svg)).toMatchObject({ image: undefined, claimed: 'image/png' });
  });

  it('is nothing that only looks like it', () => {
    for (const text of [
      '',
      'iVBORw0KGgo',
      'a plain sentence',
      'A'.repeat(200),
      `${pixel} and more`,
      'data:text/plain,hello',
    ])
      expect(base64Look(text)).toBeUndefined();
  });

  it('is looked at only at both its ends, however long it is', () => {
    const long = [pixel.slice(0, 64), 'A'.repeat(40_000_000)].join('');
    const before = performance.now();

    expect(base64Look(long)).toMatchObject({ image: 'image/png', bytes: 30_000_048 });
    expect(performance.now() - before).toBeLessThan(20);
  });
});
