import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, runProgram, runWorker, type SinkStats, startColdSink, startSink } from './processes.ts';

/** One measurement of one tracer. */
export interface Measured<Result> {
  readonly tracer: string;
  readonly run: number;
  readonly result: Result;
}

export interface CoreResult {
  readonly main: number;
  readonly cpu: number;
  readonly pathP50: number;
  readonly pathMean: number;
  readonly pathP99: number;
  readonly wire: number;
  readonly decoded: number;
  readonly encodings: Readonly<Record<string, number>>;
  readonly requests: number;
  readonly delivered: number;
}

export interface LoopResult {
  readonly delayP99: number;
  readonly delayMax: number;
  readonly producedMs: number;
  readonly flushedMs: number;
  readonly flushed: string;
  readonly rss: number;
  readonly requests: number;
  readonly delivered: number;
}

export type LongResult = Pick<CoreResult, 'main' | 'cpu' | 'wire' | 'requests' | 'delivered'>;

export interface StartupResult {
  readonly importMs: number;
  readonly initMs: number;
  readonly rss: number;
}

/** Runs a scenario for each tracer in turn, A B C A B C, so that the machine's moods meet all of them. */
async function interleaved<Result>(
  tracers: readonly string[],
  runs: number,
  measure: (tracer: string) => Promise<Result>,
): Promise<Measured<Result>[]> {
  const measured: Measured<Result>[] = [];
  for (let run = 0; run < runs; run += 1)
    for (const tracer of tracers) measured.push({ tracer, run, result: await measure(tracer) });
  return measured;
}

async function once<Result>(tracer: string, scenario: string, options: object, environment = {}): Promise<Result> {
  const sink = await startSink();
  try {
    const { result, errors } = await runWorker<Result>(tracer, scenario, sink.url, { options, environment });
    if (result === undefined) throw new Error(`${tracer} failed in ${scenario}:\n${errors}`);
    console.error(`${scenario} ${tracer}`);
    return result;
  } finally {
    sink.stop();
  }
}

export const measureCore = (tracers: readonly string[], runs: number): Promise<Measured<CoreResult>[]> =>
  interleaved(tracers, runs, (tracer) => once(tracer, 'core', {}));

export const measureLoop = (
  tracers: readonly string[],
  runs: number,
  isPaced: boolean,
): Promise<Measured<LoopResult>[]> => interleaved(tracers, runs, (tracer) => once(tracer, 'loop', { isPaced }));

export const measureLong = (tracers: readonly string[], runs: number): Promise<Measured<LongResult>[]> =>
  interleaved(tracers, runs, (tracer) => once(tracer, 'long', {}, { BENCH_WORK_MS: '400' }));

export const measureStartup = (tracers: readonly string[], runs: number): Promise<Measured<StartupResult>[]> =>
  interleaved(tracers, runs, async (tracer) => {
    const program = new URL('workers/startup.mjs', import.meta.url).pathname;
    const { result, errors } = await runProgram<StartupResult>([program, tracer]);
    if (result === undefined) throw new Error(`${tracer} does not start:\n${errors}`);
    return result;
  });

interface Fault {
  /** The sink's fault, as its control call takes it; without one the server is absent. */
  readonly fault?: string;
  readonly seconds?: number;
  readonly traces: number;
  readonly isBurst?: boolean;
  readonly flushCapMs: number;
  /** The fault ends when flush() has, so that what was held through it can be counted. */
  readonly returns?: boolean;
}

/** Shorter in a quick run, where only ours is held to a budget and the claim is the same. */
export const faultsOf = (isQuick: boolean): Readonly<Record<string, Fault>> => {
  // 200 traces a second: all are made within the fault, and flush() is called within it too.
  const [seconds, absentSeconds, traces, flushCapMs] = isQuick ? [3, 4, 400, 20_000] : [10, 15, 1000, 90_000];
  return {
    '503': { fault: 'mode=503', seconds, traces, flushCapMs },
    '429, Retry-After 2': { fault: 'mode=429&retryAfter=2', seconds, traces, flushCapMs },
    reset: { fault: 'mode=reset', seconds, traces, flushCapMs },
    hang: { fault: 'mode=hang', seconds, traces, flushCapMs },
    absent: { seconds: absentSeconds, traces, flushCapMs },
    'answer lost': { fault: 'mode=acklost', seconds: 3, traces: 400, flushCapMs },
    'burst of 50,000 at 50 ms': { fault: 'mode=slow&latency=50', traces: 10_000, isBurst: true, flushCapMs },
    [outage]: { fault: 'mode=503', traces: 10_000, isBurst: true, flushCapMs: 10_000, returns: true },
  };
};

/** The row that memory is taken from. */
export const outage = '50,000 through an outage';

interface FaultReport {
  readonly flush: { readonly outcome: string; readonly ms: number };
  readonly flushedAt: number;
  readonly shutdown: { readonly outcome: string; readonly ms: number };
  readonly applicationErrors: number;
  readonly maxRss: number;
}

export interface FaultResult extends FaultReport {
  readonly tracer: string;
  readonly fault: string;
  readonly spans: number;
  readonly noise: number;
  readonly stats: SinkStats;
  /** Milliseconds from the server's return to the end of flush(); undefined where it never left or never returned. */
  readonly afterReturnMs: number | undefined;
}

export async function measureFault(tracer: string, name: string, fault: Fault): Promise<FaultResult> {
  const isCold = fault.fault === undefined;
  const lastsMs = (fault.seconds ?? 0) * 1000;
  const port = isCold ? await freePort() : 0;
  const startedAt = Date.now();
  const starting = isCold ? sleep(lastsMs).then(() => startColdSink(port)) : startSink();
  const url = isCold ? `http://127.0.0.1:${port}` : (await starting).url;

  const { result, noise, errors } = await runWorker<FaultReport & { readonly faultAt: number }>(tracer, 'fault', url, {
    options: { ...fault, isCold, fault: `${fault.fault}&for=${lastsMs}` },
    capMs: 240_000,
  });
  const sink = await starting;
  try {
    await sleep(500);
    const stats = await sink.stats();
    if (result === undefined) throw new Error(`${tracer} failed under ${name}:\n${errors}`);
    // A server that said "in two seconds" is back when these are over.
    const backAt = Math.max((isCold ? startedAt : result.faultAt) + lastsMs, stats.retryAfterUntil);
    console.error(`${name} ${tracer}`);
    return {
      ...result,
      tracer,
      fault: name,
      spans: fault.traces * 5,
      noise,
      stats,
      afterReturnMs: lastsMs > 0 ? result.flushedAt - backAt : undefined,
    };
  } finally {
    sink.stop();
  }
}

export const ends = ['natural', 'uncaught error', 'process.exit', 'SIGTERM'] as const;
export type End = (typeof ends)[number];

export interface ExitResult {
  readonly tracer: string;
  readonly end: End;
  readonly delivered: number;
  /** From the last operation to the end of the process. */
  readonly ms: number;
}

const exitSpans = 500;

export async function measureExit(tracer: string, end: End): Promise<ExitResult> {
  const sink = await startSink();
  try {
    let producedAt = 0;
    const { endedAt } = await runWorker(tracer, 'exit', sink.url, {
      options: { end },
      environment: { BENCH_END: end },
      capMs: 60_000,
      onMark: (_, child) => {
        producedAt = Date.now();
        if (end === 'SIGTERM') child.kill('SIGTERM');
      },
    });
    await sleep(300);
    const { delivered } = await sink.stats();
    return { tracer, end, delivered: delivered / exitSpans, ms: endedAt - producedAt };
  } finally {
    sink.stop();
  }
}
