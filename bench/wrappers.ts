import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startFakeLlm } from '../examples/fake-llm/index.ts';
import type { WrappedCost } from '../sdk/bench/wrapped-calls.ts';
import type { BenchOptions } from './lib/options.ts';
import type { Row } from './lib/report.ts';

const budgets = { call: 10, chunk: 2 } as const;

/**
 * What wrapping costs the application's thread over the bare client: a call, and a chunk of a stream. The clients run in
 * a process of their own on answers of the fake LLM server in this one, each asked for once; the `floor` is what the bare
 * client itself costs, the `peer` a span by hand around its call.
 */
export async function benchWrappers({ isQuick }: BenchOptions): Promise<Row[]> {
  const fake = await startFakeLlm({ firstTokenMs: 0, chunkMs: 0 });
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--conditions=@llm-tracer/source',
      '--disable-warning=ExperimentalWarning',
      'sdk/bench/wrapped-calls.ts',
      fake.url,
      isQuick ? '15' : '40',
    ]);
    return (JSON.parse(stdout) as WrappedCost[]).map(({ name, isStreamed, bareMicros, extraMicros, byHandMicros }) => {
      const unit = isStreamed ? 'chunk' : 'call';
      return {
        name: `${name}, a ${isStreamed ? 'streamed chunk' : 'call'}: over the bare client`,
        value: extraMicros,
        unit: `µs/${unit}`,
        floor: bareMicros,
        ...(byHandMicros === undefined ? {} : { peer: byHandMicros }),
        budget: `<= ${budgets[unit]}`,
        ok: extraMicros <= budgets[unit],
      };
    });
  } finally {
    await fake.close();
  }
}
