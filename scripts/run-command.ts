import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { root } from './workspace.ts';

export interface CommandResult {
  readonly succeeded: boolean;
  readonly seconds: number;
  /** Both of its streams, in the order in which they came. */
  readonly output: string;
}

/** Runs a tool of a folder of this workspace (its own first, then the root's) and keeps what it printed. */
export async function run([command, ...args]: readonly [string, ...string[]], folder: string): Promise<CommandResult> {
  const cwd = join(root, folder);
  const tools = [join(cwd, 'node_modules/.bin'), join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  const startedAt = performance.now();
  const child = spawn(command, args, { cwd, env: { ...process.env, PATH: tools }, stdio: ['ignore', 'pipe', 'pipe'] });

  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  return { succeeded: code === 0, seconds: (performance.now() - startedAt) / 1000, output };
}
