// Retrieval, then an answer: embed the question, find the nearest documents, and let the model answer from them.
//
//   pnpm example 05
import { Tracer } from 'llm-tracer';
import { wrapOpenAI } from 'llm-tracer/openai';
import OpenAI from 'openai';

const tracer = new Tracer();
const openai = wrapOpenAI(new OpenAI(), tracer);

const documents = [
  { id: 'refunds', text: 'Refunds are paid within 14 days of the return.' },
  { id: 'shipping', text: 'Shipping is free for orders over 50 euros.' },
  { id: 'warranty', text: 'Every lamp has a warranty of three years.' },
];

/** The call becomes a span of kind `embedding`. It holds how many vectors came, not the vectors: nobody reads those. */
async function embed(texts: string[]): Promise<number[][]> {
  const { data } = await openai.embeddings.create({ model: 'text-embedding-3-small', input: texts });
  return data.map((item) => item.embedding);
}

const similarity = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

/** A span of kind `retrieval` whose output has `documents`: what was found, best first, with scores. */
const retrieve = (question: string, count: number) =>
  tracer.span('retrieve', { kind: 'retrieval', input: { question, count } }, async (span) => {
    const [asked = [], ...known] = await embed([question, ...documents.map((document) => document.text)]);
    const found = documents
      .map((document, i) => ({ ...document, score: similarity(asked, known[i] ?? []) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, count);
    span.setOutput({ documents: found });
    return found;
  });

const question = 'How long is the warranty of a lamp?';
await tracer.trace('answer-from-documents', { input: question, tags: ['example', 'rag'] }, async (trace) => {
  const found = await retrieve(question, 2);

  const completion = await openai.chat.completions.create({
    model: 'gpt-4.1-mini',
    messages: [
      {
        role: 'system',
        content: `Answer from these documents:\n${found.map(({ id, text }) => `[${id}] ${text}`).join('\n')}`,
      },
      { role: 'user', content: question },
    ],
  });

  const answer = completion.choices[0]?.message.content ?? '';
  console.log(`${question}\n  ${answer}\n  Trace: ${trace.url}`);
  return answer;
});

await tracer.flush();
