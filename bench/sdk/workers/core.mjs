// CPU and application-path cost an operation, bytes and requests.
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, nextTurn, produce, quantile, settled, startCpu, warmUp } from '../lib/driver.mjs';
import { prepare, spansPerTrace } from '../lib/workload.mjs';

const warmTraces = 1000;

export async function run({ adapter, url, options: { traces = 2000 } }) {
  prepare(warmTraces + traces * 2);
  await adapter.init(url);
  await warmUp(adapter, warmTraces);
  const path = await applicationPath(adapter, traces);

  await ask(url, '/__reset');
  const cpu = startCpu();
  await produce(adapter, warmTraces + traces, traces, 20, 20);
  await adapter.flush();
  const { main, cpu: all } = cpu();

  const stats = await settled(url);
  const spans = traces * spansPerTrace;
  return {
    ...path,
    main: main / spans,
    cpu: all / spans,
    delivered: stats.delivered / spans,
    wire: stats.wireBytes / spans,
    decoded: stats.decodedBytes / spans,
    encodings: stats.encodings,
    requests: (stats.requests / spans) * 10_000,
  };
}

/** Time of a trace with its microtasks and no turn of the loop inside, divided by its operations. */
async function applicationPath(adapter, traces) {
  const micros = new Float64Array(traces);
  for (let index = 0; index < traces; index += 1) {
    const startedAt = process.hrtime.bigint();
    await adapter.runTrace(warmTraces + index);
    micros[index] = Number(process.hrtime.bigint() - startedAt) / 1000;
    if (index % 20 === 19) await nextTurn();
    if (index % 80 === 79) await adapter.flush();
  }
  await adapter.flush();
  await sleep(300);
  const mean = micros.reduce((sum, value) => sum + value) / traces;
  const sorted = micros.toSorted();
  return {
    pathMean: mean / spansPerTrace,
    pathP50: quantile(sorted, 0.5) / spansPerTrace,
    pathP99: quantile(sorted, 0.99) / spansPerTrace,
  };
}
