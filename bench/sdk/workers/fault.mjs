// Delivery through a fault of the server that begins with the first operation. All are made inside of it, and flush() is
// called inside of it too.
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, nextTurn, within } from '../lib/driver.mjs';
import { prepare } from '../lib/workload.mjs';

const warmTraces = 4;
const megabyte = 1 << 20;

export async function run({ adapter, url, options }) {
  const { traces, isBurst = false, isCold = false, fault, flushCapMs, returns = false } = options;
  prepare(traces + warmTraces);
  await adapter.init(url);
  if (!isCold) {
    for (let index = 0; index < warmTraces; index += 1) await adapter.runTrace(traces + index);
    await within(10_000, () => adapter.flush());
    await sleep(300);
    await ask(url, '/__reset');
    await ask(url, `/__ctl?${fault}`);
  }
  const faultAt = Date.now();

  let applicationErrors = 0;
  const startedAt = performance.now();
  for (let index = 0; index < traces; index += 1) {
    // 200 traces a second, or as fast as the loop turns.
    const wait = isBurst ? 0 : startedAt + index * 5 - performance.now();
    if (wait > 1) await sleep(wait);
    await Promise.resolve()
      .then(() => adapter.runTrace(index))
      .catch(() => {
        applicationErrors += 1;
      });
    if (isBurst) await nextTurn();
  }

  const flush = await timed(flushCapMs, () => adapter.flush());
  const flushedAt = Date.now();
  if (returns) await ask(url, '/__ctl?mode=ok');
  const shutdown = await timed(flushCapMs, () => adapter.shutdown());
  const maxRss = (process.resourceUsage().maxRSS * 1024) / megabyte;
  return { faultAt, flush, flushedAt, shutdown, applicationErrors, maxRss };
}

async function timed(ms, start) {
  const startedAt = performance.now();
  const outcome = await within(ms, start);
  return { outcome, ms: performance.now() - startedAt };
}
