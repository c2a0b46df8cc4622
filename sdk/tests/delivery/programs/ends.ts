// Records, and ends in the way it is told, without a word to the tracer.
import { Tracer } from 'llm-tracer';
import { input, record } from './work.ts';

const { traces, how, options } = input;
const tracer = new Tracer(options);
await record(tracer, traces);
if (how === 'wait' || how === 'handler') setInterval(() => {}, 1000);
if (how === 'handler') process.on('SIGTERM', () => process.exit(7));
console.log('recorded');
if (how === 'process.exit') process.exit(3);
if (how === 'error') throw new Error('the application failed');
if (how === 'rejection') void Promise.reject(new Error('the application failed'));
