import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { exampleNames, findExample } from '../examples.ts';
import { isLocal } from '../local-server.ts';
import { nodeFlags, root } from '../workspace.ts';

const example = (...args: string[]) =>
  spawnSync(process.execPath, [...nodeFlags, 'scripts/example.ts', ...args], { cwd: root, encoding: 'utf8' });

test('lists the examples when none is named', () => {
  const { status, stdout } = example();

  expect(status).toBe(0);
  for (const name of exampleNames()) expect(stdout).toContain(name);
});

test('fails for an example that there is not, and lists those there are', () => {
  const { status, stdout, stderr } = example('99');

  expect(status).toBe(1);
  expect(stderr).toContain('There is no example 99.');
  expect(stdout).toContain('01-first-trace');
});

test.for(['04', '04-agent-with-tools', '04-agent-with-tools.ts', 'examples/04-agent-with-tools.ts'])(
  'finds an example by %s',
  (text) => {
    expect(findExample(text)).toBe('04-agent-with-tools');
  },
);

test.for([
  ['http://127.0.0.1:8001', true],
  ['http://localhost:8002/', true],
  ['http://[::1]:8001', true],
  ['https://tracer.example.com', false],
  ['http://127.0.0.1.example.com', false],
  ['not an address', false],
] as const)('sends the local key to this machine only: %s', ([url, expected]) => {
  expect(isLocal(url)).toBe(expected);
});
