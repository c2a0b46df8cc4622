// One span that does not compress to what the server takes, among many that do.
import { Tracer } from 'llm-tracer';
import { input } from './work.ts';

const { neighbours, characters } = input;
const tracer = new Tracer();
const noise = Array.from({ length: characters / 8 }, () => Math.random().toString(36).slice(2, 10)).join('');
await tracer.trace('a trace', async () => {
  for (let index = 0; index < neighbours / 2; index += 1) tracer.span('small', () => index);
  tracer.span('large', { input: noise }, () => 'too much');
  for (let index = 0; index < neighbours / 2; index += 1) tracer.span('small', () => index);
});
await tracer.flush(30_000);
console.log(JSON.stringify(await tracer.flush(30_000)));
