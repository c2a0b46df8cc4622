// OpenAI's Responses interface: a reasoning model, and an answer that is made in the background.
//
//   pnpm example 07
import { setTimeout as sleep } from 'node:timers/promises';
import { Tracer } from 'llm-tracer';
import { wrapOpenAI } from 'llm-tracer/openai';
import OpenAI from 'openai';

const tracer = new Tracer();
const openai = wrapOpenAI(new OpenAI(), tracer);

await tracer.trace('plan-a-trip', { userId: 'ada', tags: ['example'] }, async (trace) => {
  // The summary of what the model thought is recorded beside its answer, its reasoning tokens beside the others.
  const idea = await openai.responses.create({
    model: 'gpt-5-mini',
    instructions: 'You answer in two sentences.',
    input: 'Where should I go in May?',
    reasoning: { summary: 'auto' },
  });
  console.log(idea.output_text);

  // In the background the first answer says only that the work is queued. Whoever sees it done first records it, as a
  // child of the span that began it: once, however often you ask.
  let plan = await openai.responses.create({
    model: 'gpt-5-mini',
    previous_response_id: idea.id,
    input: 'Make a plan for three days.',
    background: true,
  });
  while (plan.status === 'queued' || plan.status === 'in_progress') {
    await sleep(50);
    plan = await openai.responses.retrieve(plan.id);
  }

  console.log(`${plan.output_text}\n\nTrace: ${trace.url}`);
  return plan.output_text;
});

await tracer.flush();
