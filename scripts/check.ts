// `pnpm check`: everything that can be said about the code without running it, builds and packages included. No tests.
import { run } from './run-command.ts';

interface Step {
  readonly name: string;
  readonly folder: string;
  readonly command: readonly [string, ...string[]];
}

/** Lanes run side by side; the steps of a lane one after the other, as each needs what the one before it left. */
const lanes: readonly (readonly Step[])[] = [
  [{ name: 'lint and format', folder: '.', command: ['biome', 'check'] }],
  ...['.', 'sdk', 'server', 'server/viewer', 'server/viewer/src/file/engine', 'server/viewer/tests', 'examples'].map(
    (folder): Step[] => [
      { name: `types of ${folder === '.' ? 'the root' : folder}`, folder, command: ['tsc', '-p', '.'] },
    ],
  ),
  [
    { name: 'build of sdk', folder: 'sdk', command: ['tsup'] },
    { name: 'package of sdk', folder: 'sdk', command: ['node', 'scripts/check-package.ts'] },
  ],
  [{ name: 'build of server', folder: 'server', command: ['tsup'] }],
  [{ name: 'build of the viewer', folder: 'server/viewer', command: ['vite', 'build', '--logLevel', 'warn'] }],
  [{ name: 'dead code and dependencies', folder: '.', command: ['knip'] }],
];

const runLane = async (steps: readonly Step[]): Promise<boolean> => {
  for (const { name, folder, command } of steps) {
    const { succeeded, seconds, output } = await run(command, folder);
    console.log(`${succeeded ? '✓' : '✗'} ${name} (${seconds.toFixed(1)} s)`);
    if (succeeded) continue;
    console.log(`\n$ ${command.join(' ')}   (in ${folder})\n${output}`);
    return false;
  }
  return true;
};

const results = await Promise.all(lanes.map(runLane));
process.exitCode = results.every(Boolean) ? 0 : 1;
