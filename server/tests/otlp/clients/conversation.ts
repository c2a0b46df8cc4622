// What every program here does: ask about the weather, run the tools that the model asks for, stream the answer.

export const question = 'What is the weather in Paris and Tokyo?';
export const system = 'You are a terse weather assistant.';
export const model = 'gpt-4o-mini';

export const getWeather = async ({ city }: { city: string }) => ({ city, temperature: city === 'Paris' ? 18 : 26 });

export const tools = [
  {
    type: 'function' as const,
    function: {
      name: 'get_weather',
      description: 'Current weather of a city',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
        additionalProperties: false,
      },
    },
  },
];

interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

/** What the provider said, which is what should be stored. */
export interface Told {
  readonly usage: readonly { readonly input: number; readonly output: number }[];
  readonly answer: string;
}

// biome-ignore lint/suspicious/noExplicitAny: two majors of the client, wrapped by several instrumentations
type OpenAI = any;
type RunTool = (name: string, input: { city: string }, callId: string) => Promise<unknown>;

export async function converse(openai: OpenAI, runTool: RunTool): Promise<Told> {
  const usage: Usage[] = [];
  const messages: unknown[] = [
    { role: 'system', content: system },
    { role: 'user', content: question },
  ];
  const first = await openai.chat.completions.create({ model, messages, tools, temperature: 0.2 });
  usage.push(first.usage);
  const { message } = first.choices[0];
  messages.push(message);
  for (const { id, function: called } of message.tool_calls) {
    const result = await runTool(called.name, JSON.parse(called.arguments), id);
    messages.push({ role: 'tool', tool_call_id: id, content: JSON.stringify(result) });
  }

  const stream = await openai.chat.completions.create({
    model,
    messages,
    tools,
    temperature: 0.2,
    stream: true,
    stream_options: { include_usage: true },
  });
  let answer = '';
  for await (const chunk of stream) {
    answer += chunk.choices[0]?.delta?.content ?? '';
    if (chunk.usage) usage.push(chunk.usage);
  }
  return {
    answer,
    usage: usage.map(({ prompt_tokens, completion_tokens }) => ({ input: prompt_tokens, output: completion_tokens })),
  };
}

/** Where the program sends to, and whom it asks: the test that runs it says so. */
export function setting(name: 'SERVER_URL' | 'SERVER_KEY' | 'LLM_URL'): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} must be set`);
  return value;
}

export const tell = (told: Told): void => console.log(JSON.stringify(told));
