import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server of ours in a process of its own, so that its CPU is its own too. */
export interface ServerProcess {
  readonly url: string;
  /** CPU seconds that the process has used so far, all threads. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

// Linux alone says a process's CPU time without asking it, and pins it to a core.
const ticksPerSecond = 100;
const hasTaskset = process.platform === 'linux' && spawnSync('taskset', ['--version']).status === 0;

/** Whether servers run on one core and the load on another. */
export const isPinned = hasTaskset;

/** Starts `program` (a path from the repository's root), which prints a line with its address once it listens. */
export async function startServer(
  program: string,
  environment: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const node = [process.execPath, '--conditions=@llm-tracer/source', '--disable-warning=ExperimentalWarning', program];
  const [command, ...args] = hasTaskset ? ['taskset', '-c', '0', ...node] : node;
  const child = spawn(command as string, args, {
    cwd: root,
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await addressOf(child);
  return {
    url,
    cpuSeconds: () => cpuSecondsOf(child.pid as number),
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with code ${code} before it listened`)));
    createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> }).on('line', (line) => {
      const address = /https?:\/\/[\w.:[\]]+/.exec(line)?.[0];
      if (address !== undefined) resolve(address);
    });
  });
}

function cpuSecondsOf(pid: number): number {
  // Fields 14 and 15 of /proc/<pid>/stat, counted after the command's closing bracket: user and system time in ticks.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
