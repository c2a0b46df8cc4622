import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const flags = ['--conditions=@llm-tracer/source', '--disable-warning=ExperimentalWarning'];

/** The real server in a process of its own, which can be killed. */
export class ServerProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** Starts it on a folder and resolves once it listens. */
  static async start(dataDir: string, variables: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
    const env = { PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent', ...variables };
    const child = spawn(process.execPath, [...flags, main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface(child.stdout)) {
      const url = /listening on (\S+)$/.exec(line)?.[1];
      if (url !== undefined) return new ServerProcess(child, url);
    }
    throw new Error('the server ended before it listened');
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Whether it still runs. */
  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** SIGKILL: no handler runs, nothing is flushed. Resolves when the process is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
