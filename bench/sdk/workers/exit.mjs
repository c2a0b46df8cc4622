// A program that never flushes, and ends in one of four ways.
import { prepare } from '../lib/workload.mjs';

const traces = 100;

export async function run({ adapter, url, options: { end } }) {
  prepare(traces);
  await adapter.init(url);
  for (let index = 0; index < traces; index += 1) await adapter.runTrace(index);
  // The parent takes the time from here, and sends the signal.
  process.stdout.write('@@produced\n');
  if (end === 'process.exit') process.exit(0);
  if (end === 'SIGTERM') setInterval(() => {}, 1000);
  if (end === 'uncaught error')
    setImmediate(() => {
      throw new Error('bench: uncaught');
    });
}
