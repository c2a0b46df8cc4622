// `pnpm test:all`: the suites that need more than Node. `pnpm test` has the others and is not repeated here.
//
// A suite is a script `test:<name>` of the root package. One whose tool is missing says what to install, and fails.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.ts';

/** `test:all` is this program, `test:long` runs on demand. */
const notSuites = ['test:all', 'test:long'];

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const suites = Object.keys(scripts).filter((name) => name.startsWith('test:') && !notSuites.includes(name));

if (suites.length === 0)
  console.log('There is no suite yet that needs more than Node: `pnpm test` runs all tests there are.');

const failed = suites.filter((name) => spawnSync('pnpm', ['run', name], { cwd: root, stdio: 'inherit' }).status !== 0);
for (const name of failed) console.error(`${name} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
