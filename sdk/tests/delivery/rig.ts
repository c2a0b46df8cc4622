import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startServer } from '../../../scripts/server-process.ts';
import { StatsAnswer, TraceAnswer, TraceListAnswer, type TraceRecord } from '../../src/schema/index.ts';
import { consumerFolder } from './packed-sdk.ts';
import type { Fault, ProxyCounts } from './proxy.ts';

/** The full length of outages and runs, where a shorter one makes the same claim: `pnpm test:long`. */
export const isLong = process.env['TEST_LONG'] === '1';

/** The real server on a folder of its own. Each row of a file has a project of its own. */
export interface Backend {
  readonly url: string;
  /** Names of the spans of each trace, sorted, by the trace's name. */
  spanNames(project: string): Promise<ReadonlyMap<string, readonly string[]>>;
  /** How many spans each trace has, by the trace's name: cheaper, for many traces. */
  spanCounts(project: string): Promise<ReadonlyMap<string, number>>;
  /** Names and times of its traces, newest first. */
  times(project: string): Promise<{ name: string; start: string; end: string }[]>;
  stats(project: string): Promise<StatsAnswer>;
  stop(): Promise<void>;
}

export const keyOf = (project: string): string => `project-${project}`;

export async function startBackend(projects: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Backend> {
  const dataDir = mkdtempSync(join(tmpdir(), 'llm-tracer-delivery-data-'));
  const { url, stop } = await startServer({
    PATH: process.env['PATH'],
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'warn',
    DATA_DIR: dataDir,
    API_KEYS: projects.map(keyOf).join(','),
    ...environment,
  });
  const get = async (path: string, project: string): Promise<unknown> => {
    const response = await fetch(url + path, { headers: { 'x-api-key': keyOf(project) } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const stats = async (project: string): Promise<StatsAnswer> => StatsAnswer.parse(await get('/api/stats', project));
  async function* traces(project: string): AsyncGenerator<TraceRecord> {
    let cursor: string | null | undefined = '';
    while (cursor != null) {
      const from: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
      const page = TraceListAnswer.parse(await get(`/api/traces?limit=1000${from}`, project));
      yield* page.traces;
      cursor = page.next_cursor;
    }
  }
  return {
    url,
    stats,
    async spanCounts(project) {
      const counts = new Map<string, number>();
      for await (const { name, span_count } of traces(project)) counts.set(name, (counts.get(name) ?? 0) + span_count);
      return counts;
    },
    async times(project) {
      const times: { name: string; start: string; end: string }[] = [];
      for await (const { name, start_time, end_time } of traces(project))
        times.push({ name, start: start_time, end: end_time ?? '' });
      return times;
    },
    async spanNames(project) {
      const names = new Map<string, readonly string[]>();
      for await (const { trace_id, name } of traces(project)) {
        const { spans } = TraceAnswer.parse(await get(`/api/traces/${trace_id}?payloads=false`, project));
        names.set(name, [...(names.get(name) ?? []), ...spans.map((span) => span.name)].sort());
      }
      return names;
    },
    async stop() {
      await stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A proxy in front of the backend, in a process of its own. */
export interface FaultyProxy {
  readonly url: string;
  set(fault: Fault): Promise<void>;
  counts(): Promise<ProxyCounts>;
  stop(): void;
}

export async function startProxy(target: string): Promise<FaultyProxy> {
  const program = fileURLToPath(new URL('proxy.ts', import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, target], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const [line] = (await once(createInterface(child.stdout as NodeJS.ReadableStream), 'line')) as [string];
  const ports = JSON.parse(line) as { port: number; control: number };
  const control = `http://127.0.0.1:${ports.control}`;
  return {
    url: `http://127.0.0.1:${ports.port}`,
    async set(fault) {
      await fetch(control, { method: 'POST', body: JSON.stringify(fault) });
    },
    counts: async () => (await fetch(control)).json() as Promise<ProxyCounts>,
    stop: () => void child.kill(),
  };
}

/** A program that uses the packed SDK, while it runs. */
export interface Running {
  readonly child: ChildProcess;
  /** Resolves when the program has printed this line. */
  printed(line: string): Promise<void>;
  readonly ended: Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly errors: string;
  readonly tookMs: number;
}

/** A command that runs TypeScript: a program's path and its input follow. */
export type Runtime = readonly [command: string, ...args: string[]];

/** A Node, by the path of its program. */
export const node = (path: string, ...flags: string[]): Runtime => [
  path,
  ...flags,
  '--disable-warning=ExperimentalWarning',
];

/** Starts a program of `programs/` as a user would: in its own folder, with the SDK installed and set up by environment. */
export async function start(
  program: string,
  url: string,
  project: string,
  input: object = {},
  [command, ...args]: Runtime = node(process.execPath),
): Promise<Running> {
  const folder = await consumerFolder();
  const startedAt = performance.now();
  const file = program.includes('.') ? program : `${program}.ts`;
  const child = spawn(command, [...args, `programs/${file}`, JSON.stringify(input)], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      // Without one Deno looks into the home folder, which there may be none of.
      DENO_DIR: join(tmpdir(), 'llm-tracer-delivery-deno'),
      TRACER_URL: url,
      TRACER_API_KEY: keyOf(project),
    },
  });
  const lines: string[] = [];
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const output = createInterface(child.stdout);
  output.on('line', (line) => lines.push(line));
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    lines,
    errors,
    tookMs: performance.now() - startedAt,
  }));
  return {
    child,
    ended,
    printed: (wanted) =>
      new Promise((resolve, reject) => {
        if (lines.includes(wanted)) resolve();
        output.on('line', (line) => line === wanted && resolve());
        void ended.then(() => reject(new Error(`${program} ended before it printed ${wanted}: ${errors}`)));
      }),
  };
}

export const run = async (...args: Parameters<typeof start>): Promise<Ended> => (await start(...args)).ended;
