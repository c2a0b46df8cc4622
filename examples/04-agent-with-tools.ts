// An agent: the model asks for tools, they run in parallel, one of them fails, and the model answers from what it got.
//
//   pnpm example 04
import { Tracer } from 'llm-tracer';
import { wrapOpenAI } from 'llm-tracer/openai';
import OpenAI from 'openai';

const tracer = new Tracer();
const openai = wrapOpenAI(new OpenAI(), tracer);

const weather: Record<string, string> = { Paris: '18 °C, light rain', Tokyo: '26 °C, clear' };

async function getWeather({ city }: { city: string }): Promise<string> {
  const report = weather[city];
  if (report === undefined) throw new Error(`no weather station in ${city}`);
  return report;
}

const tools: OpenAI.Chat.ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      description: 'The weather in one city, now.',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
];

/** Runs one tool call in a span of its own. The span records what was thrown; the model is told, so that it can go on. */
async function runTool(
  call: OpenAI.Chat.ChatCompletionMessageToolCall,
): Promise<OpenAI.Chat.ChatCompletionToolMessageParam> {
  const answer = (content: string) => ({ role: 'tool' as const, tool_call_id: call.id, content });
  if (call.type !== 'function' || call.function.name !== 'get_weather') return answer('error: there is no such tool');
  try {
    const input = JSON.parse(call.function.arguments);
    return answer(await tracer.span(call.function.name, { kind: 'tool', input }, () => getWeather(input)));
  } catch (error) {
    return answer(`error: ${error instanceof Error ? error.message : error}`);
  }
}

async function runAgent(question: string): Promise<string> {
  const messages: OpenAI.Chat.ChatCompletionMessageParam[] = [{ role: 'user', content: question }];
  for (let turn = 1; turn <= 5; turn++) {
    const completion = await openai.chat.completions.create({ model: 'gpt-4.1-mini', messages, tools });
    const message = completion.choices[0]?.message;
    if (message?.tool_calls === undefined) return message?.content ?? '';

    // Parallel calls are siblings in the trace: each keeps its own place, whatever finishes first.
    messages.push(message, ...(await Promise.all(message.tool_calls.map(runTool))));
  }
  throw new Error('the agent found no answer in 5 turns');
}

await tracer.trace('travel-assistant', { userId: 'ada', tags: ['example', 'agent'] }, async (trace) => {
  const question = 'What is the weather in Paris, Tokyo and Atlantis?';
  trace.setInput(question);

  // The agent is a span as well, so that a trace with several agents shows which did what.
  const answer = await tracer.span('weather-agent', { kind: 'agent', input: question }, () => runAgent(question));

  console.log(`${question}\n  ${answer}\n  Trace: ${trace.url}`);
  return answer;
});

await tracer.flush();
