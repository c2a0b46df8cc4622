// Claude with a tool: the model asks for the weather, the tool gives it, and the answer is streamed.
//
//   pnpm example 08
import Anthropic from '@anthropic-ai/sdk';
import { Tracer } from 'llm-tracer';
import { wrapAnthropic } from 'llm-tracer/anthropic';

const tracer = new Tracer();
// The wrapped client is the same client with the same types. It reads ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL as ever.
const anthropic = wrapAnthropic(new Anthropic(), tracer);

/** A wrapped function is a span whenever it is called. */
const getWeather = tracer.wrap('get_weather', { kind: 'tool' }, async (city: string) =>
  city === 'Paris' ? '18 °C, light rain' : 'unknown',
);

const request = {
  model: 'claude-haiku-4-5',
  max_tokens: 500,
  system: 'You answer in one sentence.',
  tools: [
    {
      name: 'get_weather',
      description: 'The weather in one city, now.',
      input_schema: { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] },
    },
  ],
};

await tracer.trace('ask-claude', { userId: 'ada', tags: ['example'] }, async (trace) => {
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'What is the weather in Paris?' }];
  const first = await anthropic.messages.create({ ...request, messages });
  const calls = first.content.filter((block) => block.type === 'tool_use');

  const results = await Promise.all(
    calls.map(async ({ id, input }) => ({
      type: 'tool_result' as const,
      tool_use_id: id,
      content: await getWeather((input as { city: string }).city),
    })),
  );
  messages.push({ role: 'assistant', content: first.content }, { role: 'user', content: results });

  // The helper's events come as ever. The span ends with the stream, and knows when the first token came.
  const stream = anthropic.messages.stream({ ...request, messages }).on('text', (text) => process.stdout.write(text));
  const answer = await stream.finalText();
  console.log(`\n\nTrace: ${trace.url}`);
  return answer;
});

await tracer.flush();
