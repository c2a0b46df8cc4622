import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TraceListAnswer } from '../../sdk/src/schema/index.ts';
import { exampleNames } from '../examples.ts';
import { startProgram } from './program.ts';

test('serves a store seeded by every example, and leaves nothing behind', { timeout: 180_000 }, async () => {
  const { child, says, ended } = startProgram('scripts/dev.ts', { PORT: '0' });

  const printed = await says('until Ctrl-C');
  const [, url, key, folder] = /Serving (\S+) with key (\S+), stored in (\S+) until/.exec(printed) ?? [];
  const response = await fetch(`${url}/api/traces`, { headers: { 'X-API-Key': key ?? '' } });
  const { traces } = TraceListAnswer.parse(await response.json());
  child.kill('SIGINT');
  const { code } = await ended;

  for (const name of exampleNames()) expect(printed).toContain(`Seeding from examples/${name}.ts`);
  // One example shows how to test tracing: it records into memory.
  const sending = exampleNames().filter((name) => name !== '06-test-your-tracing');
  expect(new Set(traces.map((trace) => trace.name)).size).toBe(sending.length);
  expect(code).toBe(0);
  expect(existsSync(folder ?? '')).toBe(false);
});
