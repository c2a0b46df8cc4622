// A conversation with OpenAI: wrap the client once, and every chat completion is recorded with its messages, tokens and cost.
//
//   pnpm example 02
import { Tracer } from 'llm-tracer';
import { wrapOpenAI } from 'llm-tracer/openai';
import OpenAI from 'openai';

const tracer = new Tracer();
// The wrapped client is the same client with the same types. It reads OPENAI_API_KEY and OPENAI_BASE_URL as ever.
const openai = wrapOpenAI(new OpenAI(), tracer);

const messages: OpenAI.Chat.ChatCompletionMessageParam[] = [{ role: 'system', content: 'You answer in one sentence.' }];

/** One turn of the conversation is one trace. Traces with the same `sessionId` are shown together, in order. */
const ask = (question: string) =>
  tracer.trace(
    'answer-question',
    { input: question, userId: 'ada', sessionId: 'geography-lesson', tags: ['example'] },
    async (trace) => {
      messages.push({ role: 'user', content: question });

      // Nothing to add here: the call becomes a span of kind `llm` below the trace that is active.
      const completion = await openai.chat.completions.create({ model: 'gpt-4.1-mini', messages, temperature: 0.2 });

      const answer = completion.choices[0]?.message.content ?? '';
      messages.push({ role: 'assistant', content: answer });
      console.log(`${question}\n  ${answer}\n  Trace: ${trace.url}`);
      return answer;
    },
  );

await ask('What is the capital of France?');
await ask('And what is 17 * 23?');

await tracer.flush();
