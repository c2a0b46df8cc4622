import { Client } from 'langsmith';
import { traceable } from 'langsmith/traceable';
import { getTrace, work } from '../../lib/workload.mjs';

let client;
export async function init(url) {
  process.env.LANGSMITH_TRACING = 'true';
  client = new Client({ apiUrl: url, apiKey: 'lsv2_bench' });
}

const settings = (runType, { name, metadata }, extra) => ({
  name,
  run_type: runType,
  client,
  tracingEnabled: true,
  project_name: 'bench',
  metadata: { ...metadata, ...extra },
});

const step = (runType, content, { input = content.input, output = content.output, extra } = {}) => {
  const run = async () => {
    await work();
    return output;
  };
  return traceable(run, { ...settings(runType, content, extra), processInputs: () => input })();
};

const call = (llm) => {
  const { model, provider, temperature, maxTokens, messages, output, usage, cost } = llm;
  return step('llm', llm, {
    input: { messages },
    output: {
      choices: [{ message: output }],
      usage_metadata: {
        input_tokens: usage.input,
        output_tokens: usage.output,
        total_tokens: usage.total,
        total_cost: cost.total,
      },
    },
    extra: { ls_provider: provider, ls_model_name: model, ls_temperature: temperature, ls_max_tokens: maxTokens },
  });
};

export function runTrace(index) {
  const { root, retrieval, tool, llms } = getTrace(index);
  const run = async (_input) => {
    await step('retriever', retrieval);
    await step('tool', tool);
    for (const llm of llms) await call(llm);
    return root.output;
  };
  return traceable(run, settings('chain', root, { user_id: root.userId, session_id: root.sessionId }))(root.input);
}

export const flush = async () => {
  await client.flush();
  await client.awaitPendingTraceBatches();
};
export const shutdown = () => client.awaitPendingTraceBatches();
