// An application with the AI SDK 7 and its OpenTelemetry integration.
import { createOpenAI } from '@ai-sdk/openai';
import { OpenTelemetry } from '@ai-sdk/otel';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node-2';
import { generateText, isStepCount, registerTelemetry, tool } from 'ai';
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
registerTelemetry(new OpenTelemetry());

const openai = createOpenAI({ apiKey: 'any', baseURL: setting('LLM_URL') });
const { text, steps } = await generateText({
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
  stopWhen: isStepCount(3),
  telemetry: { functionId: 'weather-agent' },
});
await provider.shutdown();
tell({
  answer: text,
  usage: steps.map(({ usage }) => ({ input: usage.inputTokens ?? 0, output: usage.outputTokens ?? 0 })),
});
