import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchOptions } from './lib/options.ts';
import type { Row } from './lib/report.ts';
import { budgetRows } from './sdk/budgets.ts';
import { adapterFolder, install, ours } from './sdk/install.ts';
import { harness, type Results } from './sdk/results.ts';
import {
  type ExitResult,
  ends,
  type FaultResult,
  faultsOf,
  measureCore,
  measureExit,
  measureFault,
  measureLong,
  measureLoop,
  measureStartup,
  outage,
} from './sdk/scenarios.ts';
import { measureSizes } from './sdk/sizes.ts';
import { printTables } from './sdk/tables.ts';

const parts = ['core', 'paced', 'burst', 'long', 'faults', 'exits', 'sizes', 'startup'] as const;
type Part = (typeof parts)[number];

const floors = ['floor', 'floor-gzip', 'floor-buffer'];
const peers = ['otel2-json', 'otel-json', 'otel-tuned', 'langfuse', 'langsmith'];

/**
 * Ours beside other tracers and the floors, on the same traces, against the same sink, a process for each measurement.
 * Ratios are of runs that took turns, medians; times of different machines are not to be compared.
 */
export async function benchSdk({ isQuick, only, peers: chosen }: BenchOptions): Promise<Row[]> {
  const wanted = partsOf(only);
  const tracers = [
    harness,
    ours,
    ...(chosen ?? (isQuick ? ['floor-buffer', 'otel2-json', 'otel-tuned'] : [...floors, ...peers])),
  ];
  for (const tracer of tracers)
    if (!existsSync(join(adapterFolder(tracer), 'adapter.mjs'))) throw new Error(`There is no adapter for ${tracer}.`);
  await install(tracers);

  const runs = isQuick ? 3 : 5;
  const when = async <Result>(part: Part, measure: () => Promise<readonly Result[]>): Promise<readonly Result[]> =>
    wanted.includes(part) ? measure() : [];
  const results: Results = {
    sizes: await when('sizes', () => measureSizes(tracers)),
    startup: await when('startup', () => measureStartup(tracers, 7)),
    core: await when('core', () => measureCore(tracers, runs)),
    burst: await when('burst', () => measureLoop(tracers, runs, false)),
    // Its maxima are those of the machine: nothing is held to a budget here.
    paced: await when('paced', () => measureLoop(tracers, isQuick ? 1 : 3, true)),
    long: await when('long', () => measureLong(tracers, isQuick ? 1 : 3)),
    // A floor neither retries nor has an exit to speak of.
    exits: await when('exits', () => measureExits(withoutFloors(tracers), isQuick)),
    faults: await when('faults', () => measureFaults(withoutFloors(tracers), isQuick)),
  };
  printTables(results);
  return budgetRows(results);
}

const withoutFloors = (tracers: readonly string[]): string[] => tracers.filter((tracer) => !tracer.startsWith('floor'));

function partsOf(only: readonly string[] | undefined): readonly string[] {
  const unknown = only?.find((name) => !parts.some((part) => part === name));
  if (unknown !== undefined) throw new Error(`There is no part ${unknown}. The parts are ${parts.join(', ')}.`);
  return only ?? parts;
}

async function measureExits(tracers: readonly string[], isQuick: boolean): Promise<ExitResult[]> {
  const results: ExitResult[] = [];
  for (let run = 0; run < (isQuick ? 1 : 3); run += 1)
    for (const end of ends) for (const tracer of tracers) results.push(await measureExit(tracer, end));
  return results;
}

/** Delivery, not speed: several at a time, except where memory is measured. */
async function measureFaults(tracers: readonly string[], isQuick: boolean): Promise<FaultResult[]> {
  const faults = Object.entries(faultsOf(isQuick));
  const alone: (() => Promise<FaultResult>)[] = [];
  const together: (() => Promise<FaultResult>)[] = [];
  for (const [name, fault] of faults)
    for (const tracer of tracers) {
      if (tracer === harness && name !== outage) continue;
      (fault.isBurst ? alone : together).push(() => measureFault(tracer, name, fault));
    }

  const results: FaultResult[] = [];
  const work = async (queue: (() => Promise<FaultResult>)[]): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results.push(await next());
  };
  await Promise.all(Array.from({ length: 4 }, () => work(together)));
  await work(alone);
  return results;
}
