import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.ts';

const folder = join(root, 'examples');

/** Names of the example programs, in order: `01-first-trace`, `02-openai-chat`, … */
export function exampleNames(): string[] {
  return readdirSync(folder)
    .filter((file) => /^\d\d-.*\.ts$/.test(file))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

/** The one example that a person means by `04`, `04-agent-with-tools` or `examples/04-agent-with-tools.ts`. */
export function findExample(text: string): string | undefined {
  const wanted = text.replace(/^.*\//, '').replace(/\.ts$/, '');
  const names = exampleNames();
  return names.find((name) => name === wanted) ?? names.find((name) => name.startsWith(`${wanted}-`));
}

/**
 * How an example is run: the folder, and the arguments of Node.
 *
 * The examples use `using`, which Node 22 does not run by itself, so tsx lowers it. It is found from the folder of the
 * examples, which depend on it.
 */
export function exampleCommand(name: string): { readonly cwd: string; readonly args: readonly string[] } {
  return { cwd: folder, args: ['--import', 'tsx', '--conditions=@llm-tracer/source', `${name}.ts`] };
}

/** Runs an example to its end, its output ours, and returns its exit code. */
export async function runExample(name: string, environment: NodeJS.ProcessEnv): Promise<number> {
  const { cwd, args } = exampleCommand(name);
  const child = spawn(process.execPath, args, { cwd, env: environment, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}
