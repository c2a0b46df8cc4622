import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { HealthAnswer } from '../sdk/src/schema/index.ts';
import { nodeFlags, root } from './workspace.ts';

/** A server of this workspace, running as a child process. */
export interface ServerProcess {
  readonly url: string;
  /** Resolves with the exit code when the server has ended, for whatever reason. */
  readonly exited: Promise<number>;
  /** Asks the server to end as a platform would, and waits until it has answered what it accepted. */
  stop(): Promise<number>;
}

export interface ServerProcessOptions {
  /** Restart the server when its source changes. @default false */
  readonly watch?: boolean;
  /** What to do with each line that the server prints. By default nothing. */
  readonly onLine?: (line: string) => void;
  /** Stops the server when aborted, also while it starts. */
  readonly signal?: AbortSignal;
}

/** Starts the server and resolves when it answers. Rejects if it ends before. */
export async function startServer(
  environment: NodeJS.ProcessEnv,
  { watch = false, onLine = () => {}, signal }: ServerProcessOptions = {},
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [...(watch ? ['--watch'] : []), ...nodeFlags, 'server/src/main.ts'], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
    // A process group of its own, so that Ctrl-C reaches it once, through us, and not a second time from the terminal.
    detached: true,
  });
  const exited = once(child, 'exit').then(([code]) => (code as number | null) ?? 1);
  const stop = () => {
    child.kill('SIGTERM');
    return exited;
  };
  signal?.addEventListener('abort', stop, { once: true });
  process.once('exit', stop); // it must not outlive us, however we end

  const listening = new Promise<string>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      const address = /listening on (http:\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
      onLine(line);
    });
  });
  const url = await Promise.race([
    listening,
    exited.then((code) => {
      throw new Error(`The server ended with exit code ${code} before it listened.`);
    }),
  ]);

  HealthAnswer.parse(await (await fetch(`${url}/health`)).json());
  return { url, exited, stop };
}
