// A clock of the application's own that breaks its promise: each reading is a second before the last one.
import { Tracer } from 'llm-tracer';
import { input, record } from './work.ts';

let now = Date.now() * 1000;
const clock = {
  now: () => {
    now -= 1_000_000;
    return now;
  },
  elapsed: () => performance.now(),
};
const tracer = new Tracer({ clock });
await record(tracer, input.traces);
console.log(JSON.stringify(await tracer.flush(30_000)));
