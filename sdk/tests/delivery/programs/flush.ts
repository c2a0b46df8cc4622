// Records, flushes, and prints the report.
import { Tracer } from 'llm-tracer';
import { input, record } from './work.ts';

const { traces, overMs, flushMs = 60_000, options } = input;
const tracer = new Tracer(options);
console.log('recording');
await record(tracer, traces, overMs);
console.log(JSON.stringify(await tracer.flush(flushMs)));
