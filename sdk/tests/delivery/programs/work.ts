// What all programs record: numbered traces of three spans each, every value known in advance.
import type { Tracer } from 'llm-tracer';

/** What one argument on the command line says. */
export const input = JSON.parse(process.argv[2] ?? '{}');

/** Text that does not compress to nothing. */
const prompt = (): string => Array.from({ length: 40 }, () => Math.random().toString(36).slice(2)).join(' ');

export async function recordTrace(tracer: Tracer, index: number): Promise<void> {
  await tracer.trace(`trace ${index}`, { userId: 'u-1', input: { index } }, async () => {
    await tracer.span('agent', { kind: 'agent' }, async () => {
      await tracer.span('search', { kind: 'retrieval', input: prompt() }, async () => [index]);
      await tracer.span('call', { kind: 'llm', input: prompt(), model: 'a-model' }, async (span) => {
        span.setUsage({ inputTokens: 100 + index, outputTokens: 10 }).setCost(0.001);
        return 'green';
      });
    });
  });
}

/** Records traces over about `overMs`; at once by default. */
export async function record(tracer: Tracer, traces: number, overMs = 0): Promise<void> {
  for (let index = 0; index < traces; index += 1) {
    await recordTrace(tracer, index);
    if (overMs > 0) await new Promise((resolve) => setTimeout(resolve, overMs / traces));
    else if (index % 20 === 19) await new Promise((resolve) => setImmediate(resolve));
  }
}
