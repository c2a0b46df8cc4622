// An application with OpenLLMetry (Traceloop's SDK).
import { createRequire } from 'node:module';
import * as traceloop from '@traceloop/node-server-sdk';
import { converse, getWeather, question, setting, tell } from './conversation.ts';

const { OpenAI } = createRequire(import.meta.url)('openai-6');
traceloop.initialize({
  appName: 'traceloop-app',
  baseUrl: setting('SERVER_URL'),
  apiKey: setting('SERVER_KEY'),
  disableBatch: false,
  silenceInitializationMessage: true,
  traceloopSyncEnabled: false,
  instrumentModules: { openAI: OpenAI },
});
const openai = new OpenAI({ apiKey: 'any', baseURL: setting('LLM_URL') });

const told = await traceloop.withAssociationProperties(
  { user_id: 'ada', session_id: 'session-1', tenant: 'acme' },
  () =>
    traceloop.withWorkflow(
      { name: 'weather_workflow' },
      (_question: string) =>
        converse(openai, (name, input) =>
          traceloop.withTool({ name }, (asked: { city: string }) => getWeather(asked), input),
        ),
      question,
    ),
);
await traceloop.forceFlush();
tell(told);
