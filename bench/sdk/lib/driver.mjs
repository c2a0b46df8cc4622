// What all scenarios of a worker share.
import { setTimeout as sleep } from 'node:timers/promises';

/** Asks the sink; a sink that is not there yet says nothing. */
export const ask = async (url, path) => {
  const response = await fetch(url + path);
  return response.json();
};

/** Runs `perTick` traces a tick of `tickMs`. Keeps to the clock, so that a slow loop does not lower the rate. */
export async function produce(adapter, from, traces, perTick, tickMs) {
  const startedAt = performance.now();
  let index = 0;
  while (index < traces) {
    const due = Math.min(traces, Math.floor((performance.now() - startedAt) / tickMs + 1) * perTick);
    const running = [];
    for (; index < due; index += 1) running.push(adapter.runTrace(from + index));
    await Promise.all(running);
    if (index < traces) await sleep(tickMs);
  }
}

/** Warm enough to be measured: compiled, connected, and with nothing under way. */
export async function warmUp(adapter, traces) {
  await produce(adapter, 0, traces, 20, 20);
  await adapter.flush();
  await sleep(200);
  await adapter.flush();
}

/** The sink's statistics once nothing new has come for a while. */
export async function settled(url, mostMs = 15_000) {
  const startedAt = Date.now();
  let last = -1;
  while (Date.now() - startedAt < mostMs) {
    const stats = await ask(url, '/__stats');
    if (stats.delivered === last) return stats;
    last = stats.delivered;
    await sleep(300);
  }
  return ask(url, '/__stats');
}

/** How a promise ended: 'ok', 'timeout' or 'rejected: …'. */
export async function within(ms, start) {
  let timer;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, ms, 'timeout');
  });
  const ended = Promise.resolve()
    .then(start)
    .then(
      () => 'ok',
      (error) => `rejected: ${String(error?.message ?? error).slice(0, 100)}`,
    );
  const outcome = await Promise.race([ended, timeout]);
  clearTimeout(timer);
  return outcome;
}

/** CPU time from now on, in microseconds: of the main thread and of all threads. */
export function startCpu() {
  const process0 = process.cpuUsage();
  const thread0 = process.threadCpuUsage();
  return () => {
    const all = process.cpuUsage(process0);
    const main = process.threadCpuUsage(thread0);
    return { cpu: all.user + all.system, main: main.user + main.system };
  };
}

export const quantile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))];

export const nextTurn = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
