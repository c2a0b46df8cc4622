// Operations that stay open (BENCH_WORK_MS each): a protocol of two messages cannot merge start and end into one.
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, settled, startCpu } from '../lib/driver.mjs';
import { prepare, spansPerTrace } from '../lib/workload.mjs';

const warmTraces = 100;

export async function run({ adapter, url, options: { traces = 400 } }) {
  prepare(warmTraces + traces);
  await adapter.init(url);
  await overlapping(adapter, 0, warmTraces);
  await sleep(300);
  await adapter.flush();
  await ask(url, '/__reset');

  const cpu = startCpu();
  await overlapping(adapter, warmTraces, traces);
  const { main, cpu: all } = cpu();
  const stats = await settled(url);
  const spans = traces * spansPerTrace;
  return {
    main: main / spans,
    cpu: all / spans,
    delivered: stats.delivered / spans,
    wire: stats.wireBytes / spans,
    requests: (stats.requests / spans) * 10_000,
  };
}

async function overlapping(adapter, from, count) {
  const running = [];
  for (let index = 0; index < count; index += 1) {
    running.push(adapter.runTrace(from + index));
    await sleep(5);
  }
  await Promise.all(running);
  await adapter.flush();
}
