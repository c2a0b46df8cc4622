// An application with OpenInference's instrumentation of the openai client.
import { setMetadata, setSession, setTags, setUser } from '@arizeai/openinference-core';
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai';
import { context, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node-2';
import OpenAI from 'openai';
import { converse, getWeather, question, setting, tell } from './conversation.ts';

const provider = new NodeTracerProvider({
  spanProcessors: [
    new BatchSpanProcessor(
      new OTLPTraceExporter({
        url: `${setting('SERVER_URL')}/v1/traces`,
        headers: { authorization: `Bearer ${setting('SERVER_KEY')}` },
      }),
    ),
  ],
});
provider.register();
const instrumentation = new OpenAIInstrumentation({ tracerProvider: provider });
instrumentation.manuallyInstrument(OpenAI);

const openai = new OpenAI({ apiKey: 'any', baseURL: setting('LLM_URL') });
const tracer = trace.getTracer('openinference-app');
const said = [
  (active: ReturnType<typeof context.active>) => setSession(active, { sessionId: 'session-1' }),
  (active: ReturnType<typeof context.active>) => setUser(active, { userId: 'ada' }),
  (active: ReturnType<typeof context.active>) => setTags(active, ['demo']),
  (active: ReturnType<typeof context.active>) => setMetadata(active, { tenant: 'acme' }),
].reduce((active, say) => say(active), context.active());

const told = await context.with(said, () =>
  tracer.startActiveSpan(
    'weather-agent',
    { attributes: { 'openinference.span.kind': 'AGENT', 'input.value': question } },
    async (agent) => {
      const result = await converse(openai, (name, input, callId) =>
        tracer.startActiveSpan(
          name,
          {
            attributes: {
              'openinference.span.kind': 'TOOL',
              'tool.name': name,
              'tool_call.id': callId,
              'input.value': JSON.stringify(input),
              'input.mime_type': 'application/json',
            },
          },
          async (span) => {
            const output = await getWeather(input);
            span.setAttribute('output.value', JSON.stringify(output));
            span.setAttribute('output.mime_type', 'application/json').end();
            return output;
          },
        ),
      );
      agent.setAttribute('output.value', result.answer).end();
      return result;
    },
  ),
);
await provider.shutdown();
tell(told);
