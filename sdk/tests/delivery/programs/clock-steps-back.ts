// The machine's clock is set back by an hour while the program runs, then put right again.
import { Tracer } from 'llm-tracer';
import { input, recordTrace } from './work.ts';

const { traces } = input;
const realNow = Date.now;
const tracer = new Tracer();
for (let index = 0; index < traces; index += 1) {
  if (index === Math.floor(traces / 3)) Date.now = () => realNow() - 3_600_000;
  if (index === Math.floor((traces * 2) / 3)) Date.now = realNow;
  await recordTrace(tracer, index);
}
console.log(JSON.stringify(await tracer.flush(30_000)));
