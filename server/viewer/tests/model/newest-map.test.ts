import { expect, it } from 'vitest';
import { NewestMap } from '../../src/newest-map.ts';

it('forgets what was kept longest ago when there is too much', () => {
  const map = new NewestMap<number>(2);

  map.keep('a', 1);
  map.keep('b', 2);
  map.keep('a', 3);
  map.keep('c', 4);

  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([3, undefined, 4]);
});
