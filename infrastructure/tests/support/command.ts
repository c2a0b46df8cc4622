import { spawn } from 'node:child_process';

export interface Result {
  readonly command: string;
  readonly exitCode: number;
  /** Standard output and standard error, as they came. */
  readonly output: string;
  readonly stdout: string;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The environment of this process without what would make a child behave as a part of it, or find an account. */
export function cleanEnvironment(): Record<string, string> {
  const foreign =
    /^(VITEST|VITE_|NODE_ENV$|NODE_OPTIONS$|AWS_|TF_VAR_|TRACER_|API_|npm_(lifecycle|package|command|config_user_agent|execpath))/;
  const entries = Object.entries(process.env).filter(([name, value]) => value !== undefined && !foreign.test(name));
  return { ...(Object.fromEntries(entries) as Record<string, string>), NO_COLOR: '1', TF_CLI_ARGS: '-no-color' };
}

/** Runs a program to its end. It has no standard input, so that a question is answered with nothing. */
export function run(program: string, args: readonly string[], { cwd, env = {} }: CommandOptions): Promise<Result> {
  const environment = Object.fromEntries(
    Object.entries({ ...cleanEnvironment(), ...env }).filter(([, value]) => value !== undefined),
  );
  const child = spawn(program, args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ command: [program, ...args].join(' '), exitCode: code ?? -1, output, stdout }),
    );
  });
}

/** The result of a command that must succeed: else what it said is the error. */
export async function succeeded(result: Promise<Result>): Promise<Result> {
  const { command, exitCode, output } = await result;
  if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}:\n${output}`);
  return result;
}
