// `pnpm test:all`: the suites that need more than Node. `pnpm test` has the others and is not repeated here.
//
// A suite is a script `test:<name>` of the root package, the longest first there. One whose tool is missing says what to
// install, and fails.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run-command.ts';
import { root } from './workspace.ts';

/**
 * `test:all` is this program, `test:long` runs on demand, `test:deployment` is run by `test:infrastructure` on a deployment
 * of its own. `test:browser` is a job of its own in CI: beside the others it has too little of the processor. What of it depends
 * on the store is in `test:dynamodb`.
 */
const notSuites = ['test:all', 'test:long', 'test:deployment', 'test:browser'];

// They wait for processes of theirs, one of them (`test:soak`) nearly all the time. More at once would only stretch each.
const atOnce = 3;

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const suites = Object.keys(scripts).filter((name) => name.startsWith('test:') && !notSuites.includes(name));
const failed: string[] = [];

async function lane(): Promise<void> {
  for (let suite = suites.shift(); suite !== undefined; suite = suites.shift()) {
    const { succeeded, seconds, output } = await run(['npx', '-y', 'pnpm@12', 'run', suite], '.');
    console.log(`\n${output.trimEnd()}\n${succeeded ? '✓' : '✗'} ${suite} (${seconds.toFixed(1)} s)`);
    if (!succeeded) failed.push(suite);
  }
}

await Promise.all(Array.from({ length: atOnce }, lane));
for (const name of failed) console.error(`${name} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
