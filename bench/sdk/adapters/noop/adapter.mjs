// The harness itself: the same control flow without a tracer.
import { getTrace, work } from '../../lib/workload.mjs';

const step = async ({ output }) => {
  await work();
  return output;
};

export async function init() {}
export async function runTrace(index) {
  const { root, retrieval, tool, llms } = getTrace(index);
  return (async () => {
    await step(retrieval);
    await step(tool);
    for (const llm of llms) await step(llm);
    return root.output;
  })();
}
export async function flush() {}
export async function shutdown() {}
