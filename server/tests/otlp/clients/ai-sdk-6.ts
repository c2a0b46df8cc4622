// An application with the AI SDK 6 and its built-in telemetry.
import { createOpenAI } from '@ai-sdk/openai-3';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node-2';
import { stepCountIs, streamText, tool } from 'ai-6';
import { z } from 'zod';
import { getWeather, model, question, setting, system, tell } from './conversation.ts';

const provider = new NodeTracerProvider({
  spanProcessors: [
    new BatchSpanProcessor(
      new OTLPTraceExporter({
        url: `${setting('SERVER_URL')}/v1/traces`,
        headers: { 'x-api-key': setting('SERVER_KEY') },
      }),
    ),
  ],
});
provider.register();

const openai = createOpenAI({ apiKey: 'any', baseURL: setting('LLM_URL') });
const result = streamText({
  model: openai.chat(model),
  system,
  prompt: question,
  tools: {
    get_weather: tool({
      description: 'Current weather of a city',
      inputSchema: z.object({ city: z.string() }),
      execute: getWeather,
    }),
  },
  stopWhen: stepCountIs(3),
  experimental_telemetry: {
    isEnabled: true,
    functionId: 'weather-agent',
    metadata: { userId: 'ada', sessionId: 'session-1', tags: ['demo'] },
  },
});
const answer = await result.text;
const steps = await result.steps;
// The outer span ends a moment later.
await new Promise(setImmediate);
await provider.shutdown();
tell({
  answer,
  usage: steps.map(({ usage }) => ({ input: usage.inputTokens ?? 0, output: usage.outputTokens ?? 0 })),
});
