import { LangfuseSpanProcessor } from '@langfuse/otel';
import { propagateAttributes, startActiveObservation } from '@langfuse/tracing';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { getTrace, work } from '../../lib/workload.mjs';

let provider;
let processor;
export async function init(url) {
  processor = new LangfuseSpanProcessor({ publicKey: 'pk-lf-bench', secretKey: 'sk-lf-bench', baseUrl: url });
  provider = new NodeTracerProvider({ spanProcessors: [processor] });
  provider.register();
}

const step = (asType, { name, input, output, metadata }) =>
  startActiveObservation(
    name,
    async (observation) => {
      observation.update({ input, metadata });
      await work();
      observation.update({ output });
    },
    { asType },
  );

const generate = ({ name, model, temperature, maxTokens, messages, output, usage, cost, metadata }) =>
  startActiveObservation(
    name,
    async (generation) => {
      const modelParameters = { temperature, max_tokens: maxTokens };
      generation.update({ model, modelParameters, input: messages, metadata });
      await work();
      generation.update({ output, usageDetails: usage, costDetails: cost });
    },
    { asType: 'generation' },
  );

export function runTrace(index) {
  const { root, retrieval, tool, llms } = getTrace(index);
  const { userId, sessionId } = root;
  const run = async (agent) => {
    agent.update({ input: root.input, metadata: root.metadata });
    await step('retriever', retrieval);
    await step('tool', tool);
    for (const llm of llms) await generate(llm);
    agent.update({ output: root.output });
  };
  return propagateAttributes({ userId, sessionId }, () => startActiveObservation(root.name, run, { asType: 'agent' }));
}

export const flush = () => processor.forceFlush();
export const shutdown = () => provider.shutdown();
