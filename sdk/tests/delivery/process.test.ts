// What happens inside of the application's own process costs no record either.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allDelivered, expectEverything } from './expected.ts';
import { type Backend, run, startBackend } from './rig.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await startBackend(['blocked', 'clock', 'injected']);
});
afterAll(() => backend.stop());

test.concurrent('an event loop that is blocked for 5 s during requests costs nothing', {
  timeout: 60_000,
}, async () => {
  const { lines, tookMs } = await run('blocked-loop', backend.url, 'blocked', { traces: 100, blockMs: 5000 });

  expect(tookMs).toBeGreaterThan(5000);
  expect(JSON.parse(lines[0] ?? '{}')).toMatchObject(allDelivered(100));
  await expectEverything(backend, 'blocked', 100);
});

test.concurrent('a clock that is set back neither loses a record nor turns time around', {
  timeout: 60_000,
}, async () => {
  const { lines } = await run('clock-steps-back', backend.url, 'clock', { traces: 90 });

  expect(JSON.parse(lines[0] ?? '{}')).toMatchObject(allDelivered(90));
  await expectEverything(backend, 'clock', 90);
  const times = await backend.times('clock');
  // Newest first, as they were recorded, and none ends before it starts.
  expect(times.map(({ name }) => name)).toEqual(Array.from({ length: 90 }, (_, index) => `trace ${89 - index}`));
  expect(times.filter(({ start, end }) => end < start)).toEqual([]);
});

test.concurrent('an injected clock that steps back costs nothing', { timeout: 60_000 }, async () => {
  const { lines } = await run('injected-clock', backend.url, 'injected', { traces: 90 });

  expect(JSON.parse(lines[0] ?? '{}')).toMatchObject(allDelivered(90));
  await expectEverything(backend, 'injected', 90);
});
