import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { nodeFlags, root } from '../workspace.ts';

/** A program of `scripts/`, running as `pnpm` would run it, and what it prints. */
export interface Program {
  readonly child: ReturnType<typeof spawn>;
  /** Resolves with all that was printed as soon as that holds the text; rejects if the program ends before. */
  says(text: string): Promise<string>;
  readonly ended: Promise<{ readonly code: number | null; readonly printed: string }>;
}

/** Starts a program with an environment of its own: no key of a provider, whatever the developer's machine has. */
export function startProgram(file: string, environment: Record<string, string>): Program {
  const child = spawn(process.execPath, [...nodeFlags, file], {
    cwd: root,
    // Empty, not absent: a developer's `.env` must not fill them in.
    env: { PATH: process.env['PATH'], OPENAI_API_KEY: '', API_KEYS: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill()); // also when the test failed halfway

  let printed = '';
  let noticed = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      printed += text;
      noticed();
    });
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, printed }));
  const says = (text: string) =>
    new Promise<string>((resolve, reject) => {
      noticed = () => printed.includes(text) && resolve(printed);
      noticed();
      void ended.then(() => reject(new Error(`ended without saying ${JSON.stringify(text)}:\n${printed}`)));
    });
  return { child, says, ended };
}
