// LangChain and LangGraph: a chain, then a graph with a tool, recorded by one callback handler.
//
//   pnpm example 10
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { tool } from '@langchain/core/tools';
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode, toolsCondition } from '@langchain/langgraph/prebuilt';
import { ChatOpenAI } from '@langchain/openai';
import { Tracer } from 'llm-tracer';
import { langchainHandler } from 'llm-tracer/langchain';
import { z } from 'zod';

const tracer = new Tracer();
const callbacks = [langchainHandler(tracer)];
const model = new ChatOpenAI({ model: 'gpt-4.1-mini' });

const getWeather = tool(async ({ city }: { city: string }) => `18 °C, light rain in ${city}`, {
  name: 'get_weather',
  description: 'The weather in one city, now.',
  schema: z.object({ city: z.string() }),
});

const agent = new StateGraph(MessagesAnnotation)
  .addNode('think', async ({ messages }) => ({ messages: [await model.bindTools([getWeather]).invoke(messages)] }))
  .addNode('tools', new ToolNode([getWeather]))
  .addEdge(START, 'think')
  .addConditionalEdges('think', toolsCondition, ['tools', END])
  .addEdge('tools', 'think')
  .compile();

await tracer.trace('pack-for-a-trip', { userId: 'ada', tags: ['example', 'langchain'] }, async (trace) => {
  const question = 'What is the weather in Paris and Tokyo?';
  const { messages } = await agent.invoke(
    { messages: [{ role: 'user', content: question }] },
    { callbacks, runName: 'weather-agent' },
  );
  const weather = messages.at(-1)?.text ?? '';
  console.log(weather);

  const advise = ChatPromptTemplate.fromMessages([
    ['system', 'You plan trips, in one sentence.'],
    ['user', 'The weather: {weather} Where shall I go?'],
  ])
    .pipe(model)
    .pipe(new StringOutputParser());
  for await (const text of await advise.stream({ weather }, { callbacks, runName: 'advice' }))
    process.stdout.write(text);

  console.log(`\n  Trace: ${trace.url}`);
});

await tracer.flush();
