// The Vercel AI SDK: an agent with a tool, then a streamed answer, both recorded by its telemetry interface.
//
//   pnpm example 09
import { openai } from '@ai-sdk/openai';
import { generateText, isStepCount, registerTelemetry, streamText, tool } from 'ai';
import { Tracer } from 'llm-tracer';
import { aiSdkTelemetry } from 'llm-tracer/ai-sdk';
import { z } from 'zod';

const tracer = new Tracer();
// For every call of the process. `telemetry: { integrations: [aiSdkTelemetry(tracer)] }` is the same for one call. With
// the AI SDK 5 and 6: `experimental_telemetry: { isEnabled: true, tracer: aiSdkTracer(tracer) }`.
registerTelemetry(aiSdkTelemetry(tracer));

const getWeather = tool({
  description: 'The weather in one city, now.',
  inputSchema: z.object({ city: z.string() }),
  // What happens in here stands below the tool call in the trace.
  execute: ({ city }) =>
    tracer.span('look-up', { kind: 'retrieval', input: city }, async () => `18 °C, light rain in ${city}`),
});

await tracer.trace('plan-a-day', { userId: 'ada', tags: ['example', 'ai-sdk'] }, async (trace) => {
  const { text: weather } = await generateText({
    model: openai.chat('gpt-4.1-mini'),
    prompt: 'What is the weather in Paris and Tokyo?',
    tools: { get_weather: getWeather },
    stopWhen: isStepCount(5),
    telemetry: { functionId: 'weather-agent' },
  });
  console.log(weather);

  const { textStream } = streamText({
    model: openai.chat('gpt-4.1-mini'),
    system: 'You plan days, in one sentence.',
    prompt: `The weather: ${weather} Where shall I go?`,
    telemetry: { functionId: 'advice' },
  });
  for await (const text of textStream) process.stdout.write(text);

  console.log(`\n  Trace: ${trace.url}`);
});

await tracer.flush();
