// Ours, as it is published: packed from this tree, on its defaults.
import { Tracer } from 'llm-tracer';
import { getTrace, work } from '../../lib/workload.mjs';

// Longer than any scenario waits for flush(): when it resolves is what is measured, not when it gives up.
const flushMs = 300_000;

let tracer;
export async function init(url) {
  // The handler of signals is the one thing here that has to be asked for.
  const flushOnSignals = process.env.BENCH_END === 'SIGTERM';
  tracer = new Tracer({ url, apiKey: 'project-bench', ...(flushOnSignals && { flushOnSignals }) });
}

const step = (kind, { name, input, output, metadata }) =>
  tracer.span(name, { kind, input, metadata }, async () => {
    await work();
    return output;
  });

const call = ({ name, model, provider, temperature, maxTokens, messages, output, usage, cost, metadata }) =>
  tracer.span(
    name,
    {
      kind: 'llm',
      input: { messages },
      metadata,
      model,
      provider,
      modelParameters: { temperature, max_tokens: maxTokens },
    },
    async (span) => {
      await work();
      span.setUsage({ inputTokens: usage.input, outputTokens: usage.output });
      span.setCost(cost.total);
      return output;
    },
  );

/** The trace is the agent's run: it has the input, output, user and session that others put on a root span. */
export function runTrace(index) {
  const { root, retrieval, tool, llms } = getTrace(index);
  const { userId, sessionId, input, metadata } = root;
  return tracer.trace(root.name, { userId, sessionId, input, metadata }, async () => {
    await step('retrieval', retrieval);
    await step('tool', tool);
    for (const llm of llms) await call(llm);
    return root.output;
  });
}

export const flush = () => tracer.flush(flushMs);
export const shutdown = () => tracer.close(flushMs);
