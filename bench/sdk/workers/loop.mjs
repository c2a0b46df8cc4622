// Delay of the event loop: `paced` at 1,000 operations a second, `burst` as fast as the loop turns.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, nextTurn, produce, settled, warmUp, within } from '../lib/driver.mjs';
import { prepare, spansPerTrace } from '../lib/workload.mjs';

const warmTraces = 600;
const megabyte = 1 << 20;
const rss = () => process.memoryUsage.rss();

export async function run({ adapter, url, options: { traces = 2000, isPaced = false } }) {
  prepare(warmTraces + traces);
  await adapter.init(url);
  await warmUp(adapter, warmTraces);
  globalThis.gc?.();
  await sleep(100);
  await ask(url, '/__reset');

  const rssBefore = rss();
  let rssPeak = rssBefore;
  const sample = () => {
    rssPeak = Math.max(rssPeak, rss());
  };
  const sampler = setInterval(sample, 20);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedAt = performance.now();
  if (isPaced) await produce(adapter, warmTraces, traces, 1, 5);
  else
    for (let index = 0; index < traces; index += 1) {
      await adapter.runTrace(warmTraces + index);
      await nextTurn();
    }
  const producedMs = performance.now() - startedAt;
  const flushed = await within(120_000, () => adapter.flush());
  const flushedMs = performance.now() - startedAt;
  await sleep(5);
  delay.disable();
  clearInterval(sampler);
  sample();

  const stats = await settled(url);
  return {
    delayP50: delay.percentile(50) / 1e6,
    delayP99: delay.percentile(99) / 1e6,
    delayMax: delay.max / 1e6,
    producedMs,
    flushedMs,
    flushed,
    rss: (rssPeak - rssBefore) / megabyte,
    delivered: stats.delivered / (traces * spansPerTrace),
    requests: stats.requests,
  };
}
