import { expect, test } from 'vitest';
import { randomIds } from '../src/ids.ts';
import { fixedIds } from '../src/testing.ts';

test('ids have the form of W3C Trace Context', () => {
  const ids = randomIds();

  expect(ids.traceId()).toMatch(/^[0-9a-f]{32}$/);
  expect(ids.spanId()).toMatch(/^[0-9a-f]{16}$/);
});

test('ids do not repeat', () => {
  const ids = randomIds();

  expect(new Set(Array.from({ length: 10_000 }, ids.spanId)).size).toBe(10_000);
});

test('random bytes are asked for in bulk', () => {
  let calls = 0;
  const ids = randomIds((pool) => {
    calls += 1;
    crypto.getRandomValues(pool);
  });

  for (let count = 0; count < 1024; count += 1) ids.spanId();

  expect(calls).toBe(2);
});

test('an id of zeros, which W3C forbids, is never given', () => {
  let fills = 0;
  const ids = randomIds((pool) => {
    fills += 1;
    pool.fill(fills === 1 ? 0 : 1);
  });

  expect(ids.spanId()).toBe('0101010101010101');
});

test('fixed ids count', () => {
  const ids = fixedIds();

  expect([ids.spanId(), ids.spanId(), ids.traceId()]).toEqual([
    '0000000000000001',
    '0000000000000002',
    '0'.repeat(31).concat('1'),
  ]);
});
