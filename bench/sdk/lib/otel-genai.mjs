// Idiomatic OpenTelemetry: startActiveSpan, and the attributes of the GenAI semantic conventions (content as JSON).
import { getTrace, work } from './workload.mjs';

const shared = ({ tenant, region, feature, release, bench }) => ({
  'app.tenant': tenant,
  'app.region': region,
  'app.feature': feature,
  'app.release': release,
  'app.bench': bench,
});

export function otelRunTrace(tracer, { INTERNAL, CLIENT }) {
  const step = (name, kind, attributes, end) =>
    tracer.startActiveSpan(name, { kind, attributes }, async (span) => {
      try {
        await work();
        span.setAttributes(end);
      } finally {
        span.end();
      }
    });

  const retrieve = ({ name, input, output, metadata }) =>
    step(
      name,
      INTERNAL,
      {
        'gen_ai.operation.name': 'retrieval',
        'gen_ai.retrieval.query': JSON.stringify(input),
        ...shared(metadata),
      },
      { 'gen_ai.retrieval.documents': JSON.stringify(output) },
    );

  const useTool = ({ name, input, output, metadata }) =>
    step(
      `execute_tool ${name}`,
      INTERNAL,
      {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': name,
        'gen_ai.tool.call.arguments': JSON.stringify(input),
        ...shared(metadata),
      },
      { 'gen_ai.tool.call.result': JSON.stringify(output) },
    );

  const chat = ({ name, model, provider, temperature, maxTokens, messages, output, usage, cost, metadata }) =>
    step(
      name,
      CLIENT,
      {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': provider,
        'gen_ai.request.model': model,
        'gen_ai.request.temperature': temperature,
        'gen_ai.request.max_tokens': maxTokens,
        'gen_ai.input.messages': JSON.stringify(messages),
        ...shared(metadata),
      },
      {
        'gen_ai.output.messages': JSON.stringify([output]),
        'gen_ai.response.model': model,
        'gen_ai.usage.input_tokens': usage.input,
        'gen_ai.usage.output_tokens': usage.output,
        'gen_ai.usage.cost': cost.total,
      },
    );

  return (index) => {
    const { root, retrieval, tool, llms } = getTrace(index);
    const attributes = {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': root.name,
      'user.id': root.userId,
      'session.id': root.sessionId,
      'gen_ai.input.messages': JSON.stringify(root.input),
      ...shared(root.metadata),
    };
    return tracer.startActiveSpan(`invoke_agent ${root.name}`, { attributes }, async (span) => {
      try {
        await retrieve(retrieval);
        await useTool(tool);
        for (const llm of llms) await chat(llm);
        span.setAttribute('gen_ai.output.messages', JSON.stringify(root.output));
      } finally {
        span.end();
      }
    });
  };
}
