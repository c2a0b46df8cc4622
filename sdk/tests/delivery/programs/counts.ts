// Records without end and says so after each trace, until it is killed.
import { Tracer } from 'llm-tracer';
import { input, recordTrace } from './work.ts';

const tracer = new Tracer(input.options);
for (let index = 0; ; index += 1) {
  await recordTrace(tracer, index);
  console.log(`ended ${index}`);
  if (index % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 20));
}
