import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { zstdCompressSync } from 'node:zlib';
import { folder, node24 } from './install.ts';

/** What the sink says of what it has received. */
export interface SinkStats {
  readonly requests: number;
  readonly refused: number;
  readonly wireBytes: number;
  readonly delivered: number;
  readonly resent: number;
  readonly duplicates?: number;
  /** Until when the last 429 asked clients to wait; 0 without one. */
  readonly retryAfterUntil: number;
}

export interface Sink {
  readonly url: string;
  stats(): Promise<SinkStats>;
  stop(): void;
}

/** Starts a sink in a process of its own, and has it compile what it will run: a server in use has. */
export async function startSink(): Promise<Sink> {
  const sink = await startColdSink();
  const spans = Array.from({ length: 500 }, (_, index) => ({ span_id: String(index), output_data: `~E${index}~` }));
  const body = zstdCompressSync(JSON.stringify({ spans }));
  for (let request = 0; request < 10; request += 1)
    await fetch(`${sink.url}/api/ingest`, { method: 'POST', body, headers: { 'content-encoding': 'zstd' } });
  await fetch(`${sink.url}/__reset`);
  return sink;
}

/** Starts a sink that answers as soon as it can. */
export async function startColdSink(port = 0): Promise<Sink> {
  const child = spawn(node24(), ['--max-old-space-size=4096', join(folder, 'sink.mjs'), String(port)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string];
  const url = `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`;
  return {
    url,
    stats: async () => (await fetch(`${url}/__stats`)).json() as Promise<SinkStats>,
    stop: () => void child.kill(),
  };
}

/**
 * A port on which nothing listens: not yet. Below those that systems give to connections, one of which would be taken by
 * somebody meanwhile.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

export interface WorkerRun<Result> {
  /** What the worker reported; undefined if it ended without a word. */
  readonly result: Result | undefined;
  readonly endedAt: number;
  readonly wasKilled: boolean;
  /** Lines that the tracer printed. */
  readonly noise: number;
  readonly errors: string;
}

export interface WorkerOptions {
  readonly options?: object;
  readonly environment?: Readonly<Record<string, string>>;
  readonly capMs?: number;
  /** Told of each line that is marked with @@ and is not the result. */
  readonly onMark?: (mark: string, child: ChildProcess) => void;
}

/** Runs one tracer in one scenario, in a process of its own. */
export function runWorker<Result>(
  tracer: string,
  scenario: string,
  url: string,
  { options = {}, environment = {}, capMs = 300_000, onMark }: WorkerOptions = {},
): Promise<WorkerRun<Result>> {
  return runProgram([join(folder, 'worker.mjs'), tracer, scenario, url, JSON.stringify(options)], {
    environment: { BENCH_SCENARIO: scenario, ...environment },
    capMs,
    ...(onMark && { onMark }),
  });
}

/** Runs a program under Node 24 and reads the one line of its result. */
export async function runProgram<Result>(
  args: readonly string[],
  { environment = {}, capMs = 300_000, onMark }: Omit<WorkerOptions, 'options'> = {},
): Promise<WorkerRun<Result>> {
  const child = spawn(node24(), ['--expose-gc', ...args], {
    env: { ...process.env, NO_PROXY: '*', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let result: Result | undefined;
  let wasKilled = false;
  let noise = 0;
  let errors = '';
  const cap = setTimeout(() => {
    wasKilled = true;
    child.kill('SIGKILL');
  }, capMs);
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('@@{')) result = JSON.parse(line.slice(2)) as Result;
    else if (line.startsWith('@@')) onMark?.(line.slice(2), child);
    else noise += 1;
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    noise += 1;
    if (errors.length < 1000) errors += `${line}\n`;
  });
  let endedAt = 0;
  child.once('exit', () => {
    endedAt = Date.now();
  });
  await once(child, 'close');
  clearTimeout(cap);
  return { result, endedAt, wasKilled, noise, errors };
}
