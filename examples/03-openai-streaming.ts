// A streamed answer: text is shown as it comes, and the span records the whole of it when the stream ends.
//
//   pnpm example 03
import { Tracer } from 'llm-tracer';
import { wrapOpenAI } from 'llm-tracer/openai';
import OpenAI from 'openai';

const tracer = new Tracer();
const openai = wrapOpenAI(new OpenAI(), tracer);

await tracer.trace('write-a-poem', { input: { topic: 'tracing' }, tags: ['example'] }, async (trace) => {
  const stream = await openai.chat.completions.create({
    model: 'gpt-4.1-mini',
    messages: [{ role: 'user', content: 'Write a haiku about tracing.' }],
    stream: true,
    // OpenAI tells the tokens of a stream only when asked to.
    stream_options: { include_usage: true },
  });

  // The span is open while you read. It ends with the stream, with an error in it, or when you `break` out; the time to the
  // first token is recorded beside the whole duration.
  let poem = '';
  for await (const chunk of stream) {
    const piece = chunk.choices[0]?.delta.content ?? '';
    process.stdout.write(piece);
    poem += piece;
  }

  console.log(`\n\nTrace: ${trace.url}`);
  return poem;
});

await tracer.flush();
