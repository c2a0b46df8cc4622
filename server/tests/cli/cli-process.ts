import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const flags = ['--conditions=@llm-tracer/source', '--disable-warning=ExperimentalWarning'];

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output read as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into reports.
  readonly report: any;
}

const start = (args: readonly string[], env: Readonly<Record<string, string>>) =>
  spawn(process.execPath, [...flags, cli, ...args], { env: { ...env } });

/** Runs `llm-tracer` to its end, in a process of its own. */
export async function llmTracer(
  args: readonly string[],
  { env = {}, input = '' }: { readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
): Promise<Ended> {
  const child = start(args, env);
  child.stdin.on('error', () => {}).end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return {
    code,
    stdout,
    stderr,
    get report() {
      return JSON.parse(stdout);
    },
  };
}

export async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'llm-tracer-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface Serving {
  readonly url: string;
  readonly dataDir: string;
  readonly key: string;
  /** A request with the key; the body is sent as JSON. */
  call(path: string, body?: unknown): Promise<Response>;
  /** Ends it as a service manager does; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** `llm-tracer serve` in a process of its own, ended with the test. */
export async function serving(env: Readonly<Record<string, string>> = {}): Promise<Serving> {
  const dataDir = env['DATA_DIR'] ?? (await aFolder());
  const child = start(['serve', '--port', '0'], { DATA_DIR: dataDir, LOG_LEVEL: 'silent', ...env });
  child.stderr.pipe(process.stderr);
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const key = 'project-dev';
  for await (const line of createInterface(child.stdout)) {
    const url = /listening on (\S+)$/.exec(line)?.[1];
    if (url === undefined) continue;
    return {
      url,
      dataDir,
      key,
      call: (path, body) =>
        fetch(url + path, {
          headers: { 'x-api-key': key, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
        }),
      stop: async () => {
        child.kill('SIGTERM');
        const [code] = await ended;
        return code;
      },
    };
  }
  throw new Error('the server ended before it listened');
}

const started = new Date(Date.now() - 3_600_000).toISOString();

/** Records of today: a trace of one span with a score, by number. */
export const aRecord = (number: number) => ({
  trace: {
    trace_id: `t${number}`,
    name: 'answer',
    start_time: started,
    end_time: started,
    user_id: `user-${number % 2}`,
  },
  span: {
    trace_id: `t${number}`,
    span_id: `s${number}`,
    name: 'call',
    start_time: started,
    end_time: started,
    tokens_input: number,
  },
  score: { trace_id: `t${number}`, score_id: `c${number}`, name: 'helpful', value: number, created_at: started },
});

/** A batch of records from one number to another. */
export const aBatchOf = (from: number, to: number) => {
  const records = Array.from({ length: to - from + 1 }, (_, i) => aRecord(from + i));
  return {
    traces: records.map(({ trace }) => trace),
    spans: records.map(({ span }) => span),
    scores: records.map(({ score }) => score),
  };
};
