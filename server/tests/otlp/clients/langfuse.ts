// An application with Langfuse's SDK, which is sent here by its base URL and keys alone.
import { observeOpenAI } from '@langfuse/openai';
import { LangfuseSpanProcessor } from '@langfuse/otel';
import { propagateAttributes, startActiveObservation } from '@langfuse/tracing';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node-2';
import OpenAI from 'openai';
import { converse, getWeather, question, setting, tell } from './conversation.ts';

const processor = new LangfuseSpanProcessor({
  baseUrl: setting('SERVER_URL'),
  publicKey: 'pk-lf-any',
  secretKey: setting('SERVER_KEY'),
  environment: 'test',
  release: 'v1.2.3',
});
new NodeTracerProvider({ spanProcessors: [processor] }).register();
const openai = observeOpenAI(new OpenAI({ apiKey: 'any', baseURL: setting('LLM_URL') }));

const told = await propagateAttributes(
  { userId: 'ada', sessionId: 'session-1', tags: ['demo'], traceName: 'weather' },
  () =>
    startActiveObservation(
      'weather-agent',
      async (agent) => {
        agent.update({ input: { question } });
        const result = await converse(openai, (name, input) =>
          startActiveObservation(
            name,
            async (tool) => {
              const output = await getWeather(input);
              tool.update({ input, output });
              return output;
            },
            { asType: 'tool' },
          ),
        );
        agent.update({ output: result.answer });
        return result;
      },
      { asType: 'agent' },
    ),
);
await processor.forceFlush();
tell(told);
