// Records more than its bounds hold, flushes, and prints what became of it.
import { Tracer } from 'llm-tracer';
import { input, record } from './work.ts';

const told: Record<string, number> = {};
const onDrop = (reason: string, count: number): void => {
  told[reason] = (told[reason] ?? 0) + count;
};
const tracer = new Tracer({ ...input.options, onDrop });
await record(tracer, input.traces, 300);
console.log('recorded');
const report = await tracer.flush(30_000);
// The counts travel with a batch, if need be an empty one.
const again = await tracer.flush(30_000);
console.log(JSON.stringify({ report, again, told }));
