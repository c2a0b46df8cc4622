// Records many spans and looks at its own memory twenty times on the way. Run with --expose-gc.
import { Tracer } from 'llm-tracer';
import { input } from './work.ts';

const { traces, spansPerTrace, flushEvery, options } = input;
const samples = 20;
const text = 'Tea is an infusion of leaves. '.repeat(10);
const tracer = new Tracer(options);

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Bytes that are in use: the heap, and the buffers outside of it. */
async function used(): Promise<number> {
  // What a finished request leaves behind is released a few turns of the loop later.
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    globalThis.gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const memory: { readonly spans: number; readonly bytes: number; readonly rss: number }[] = [];
for (let index = 1; index <= traces; index += 1) {
  tracer.trace(`trace ${index}`, () => {
    for (let span = 0; span < spansPerTrace; span += 1)
      tracer.span('step', { input: { index, span, text } }, () => span);
  });
  if ((index * spansPerTrace) % 100 === 0) await nextTurn();
  if (flushEvery !== undefined && index % flushEvery === 0) await tracer.flush(60_000);
  if (index % Math.floor(traces / samples) === 0)
    memory.push({ spans: index * spansPerTrace, bytes: await used(), rss: process.memoryUsage.rss() });
}
console.log(JSON.stringify({ memory, report: await tracer.flush(flushEvery === undefined ? 0 : 60_000) }));
