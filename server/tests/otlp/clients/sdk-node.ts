// An application with OpenTelemetry's own SDK: its openai instrumentation, spans by hand, protobuf and gzip.
import { createRequire } from 'node:module';
import { SpanKind, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { converse, getWeather, setting, tell } from './conversation.ts';

const sdk = new NodeSDK({
  serviceName: 'sdk-node-app',
  instrumentations: [new OpenAIInstrumentation()],
  traceExporter: new OTLPTraceExporter({
    url: `${setting('SERVER_URL')}/v1/traces`,
    headers: { Authorization: `Bearer ${setting('SERVER_KEY')}` },
    compression: CompressionAlgorithm.GZIP,
  }),
});
sdk.start();

// The instrumentation knows version 6, and patches what is required.
const { OpenAI } = createRequire(import.meta.url)('openai-6');
const openai = new OpenAI({ apiKey: 'any', baseURL: setting('LLM_URL') });
const tracer = trace.getTracer('sdk-node-app');

const told = await tracer.startActiveSpan(
  'invoke_agent weather',
  {
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'weather',
      'gen_ai.conversation.id': 'conversation-1',
      'user.id': 'ada',
    },
  },
  async (agent) => {
    const result = await converse(openai, (name, input, callId) =>
      tracer.startActiveSpan(
        `execute_tool ${name}`,
        {
          kind: SpanKind.INTERNAL,
          attributes: {
            'gen_ai.operation.name': 'execute_tool',
            'gen_ai.tool.name': name,
            'gen_ai.tool.call.id': callId,
            'gen_ai.tool.call.arguments': JSON.stringify(input),
          },
        },
        async (span) => {
          const output = await getWeather(input);
          span.setAttribute('gen_ai.tool.call.result', JSON.stringify(output)).end();
          return output;
        },
      ),
    );
    agent.end();
    return result;
  },
);
await sdk.shutdown();
tell(told);
