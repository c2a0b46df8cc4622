// Requests are under way when the event loop is blocked, for longer than a request may take.
import { Tracer } from 'llm-tracer';
import { input, record } from './work.ts';

const { traces, blockMs } = input;
const tracer = new Tracer({ requestTimeoutMs: 1000, flushIntervalMs: 10 });
await record(tracer, traces, 200);
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockMs);
console.log(JSON.stringify(await tracer.flush(30_000)));
