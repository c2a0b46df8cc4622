// With a spool, what a killed process had recorded is delivered by the next one.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FlushReport } from '../../src/index.ts';
import { expectEverything, recordsOf } from './expected.ts';
import { type Backend, type FaultyProxy, run, start, startBackend, startProxy } from './rig.ts';

const timeout = 60_000;
const traces = 200;

const folders = mkdtempSync(join(tmpdir(), 'llm-tracer-delivery-spool-'));
let backend: Backend;
beforeAll(async () => {
  backend = await startBackend(['absent', 'sending', 'middle', 'two', 'outlived']);
});
afterAll(async () => {
  await backend.stop();
  rmSync(folders, { recursive: true });
});

/** Programs that share a spool, and the address at which the server is or is not. */
class Machine {
  readonly folder: string;
  readonly #project: string;
  readonly #proxy: FaultyProxy;

  private constructor(project: string, proxy: FaultyProxy) {
    this.folder = join(folders, project);
    this.#project = project;
    this.#proxy = proxy;
  }

  static async during(fault: Parameters<FaultyProxy['set']>[0], project: string): Promise<Machine> {
    const proxy = await startProxy(backend.url);
    await proxy.set(fault);
    return new Machine(project, proxy);
  }

  /** Runs a program until it has printed a line, and kills it. */
  async kill(program: string, line: string, input: object = {}): Promise<readonly string[]> {
    const running = await start(program, this.#proxy.url, this.#project, this.#with(input));
    await running.printed(line);
    running.child.kill('SIGKILL');
    return (await running.ended).lines;
  }

  run(program: string, input: object): ReturnType<typeof run> {
    return run(program, this.#proxy.url, this.#project, this.#with(input));
  }

  /** A program that records nothing of its own starts with the same spool, and the server is there. */
  async startNext(): Promise<FlushReport> {
    await this.#proxy.set({ kind: 'none' });
    const { lines } = await this.run('flush', { traces: 0 });
    return JSON.parse(lines.at(-1) ?? '{}') as FlushReport;
  }

  #with(input: object & { readonly options?: object }): object {
    return { ...input, options: { ...input.options, spool: this.folder } };
  }

  [Symbol.dispose](): void {
    this.#proxy.stop();
  }
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

test.concurrent('a process that is killed during an outage has lost nothing', { timeout }, async () => {
  using machine = await Machine.during({ kind: 'absent' }, 'absent');
  await machine.kill('ends', 'recorded', { traces, how: 'wait' });

  const report = await machine.startNext();

  expect(report).toMatchObject({ recovered: recordsOf(traces), pending: 0, dropped: 0 });
  await expectEverything(backend, 'absent', traces);
  expect(filesIn(machine.folder)).toEqual([]);
});

test.concurrent('one that is killed while answers are lost has each record stored once', { timeout }, async () => {
  using machine = await Machine.during({ kind: 'answer lost' }, 'sending');
  const options = { maxBatchRecords: 50, flushIntervalMs: 10 };
  await machine.kill('ends', 'recorded', { traces, how: 'wait', options });

  const report = await machine.startNext();

  expect(report).toMatchObject({ pending: 0, dropped: 0 });
  await expectEverything(backend, 'sending', traces);
});

test.concurrent('one that is killed in the middle of its work keeps all that had ended', { timeout }, async () => {
  using machine = await Machine.during({ kind: 'absent' }, 'middle');
  const lines = await machine.kill('counts', 'ended 150');

  await machine.startNext();

  // What the last line names has certainly ended; some that follow may have, too late for their lines.
  const certain = Number(lines.at(-1)?.replace('ended ', '')) + 1;
  const { total_traces, total_spans } = await backend.stats('middle');
  expect(total_traces).toBeGreaterThanOrEqual(certain);
  expect(total_spans).toBeLessThanOrEqual((certain + 1) * 3);
  const names = await backend.spanNames('middle');
  for (let index = 0; index < certain; index += 1)
    expect(names.get(`trace ${index}`), `trace ${index}`).toEqual(['agent', 'call', 'search']);
});

test.concurrent('of two processes that start with one spool, one delivers what it holds', { timeout }, async () => {
  using machine = await Machine.during({ kind: 'absent' }, 'two');
  await machine.kill('ends', 'recorded', { traces, how: 'wait' });

  const reports = await Promise.all([machine.startNext(), machine.startNext()]);

  expect(reports.reduce((sum, { recovered }) => sum + recovered, 0)).toBe(recordsOf(traces));
  await expectEverything(backend, 'two', traces);
});

test.concurrent('a process that ends by itself in an outage leaves its records to the next', { timeout }, async () => {
  using machine = await Machine.during({ kind: 'absent' }, 'outlived');
  const { code } = await machine.run('ends', { traces, options: { exitTimeoutMs: 200 } });

  const report = await machine.startNext();

  expect(code).toBe(0);
  expect(report).toMatchObject({ recovered: recordsOf(traces), pending: 0, dropped: 0 });
  await expectEverything(backend, 'outlived', traces);
});
