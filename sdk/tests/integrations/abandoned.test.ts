import { afterAll, describe, expect, test, vi } from 'vitest';
import { Tracer } from '../../src/index.ts';
import { wrapOpenAI } from '../../src/integrations/openai.ts';
import { MemoryTransport } from '../../src/testing.ts';
import { collectGarbage } from './garbage.ts';
import { openAIMajors, startProvider } from './providers.ts';

const fake = await startProvider();
afterAll(() => fake.close());

type Create = (typeof openAIMajors)[number][1];

const question = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Hi' }] };

const completion = {
  id: 'c-1',
  object: 'chat.completion',
  model: 'gpt-4o-mini',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello' } }],
};

/** A client whose answers come when they are let go. */
function waiting(create: Create) {
  let letGo: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const transport = new MemoryTransport();
  const tracer = new Tracer({ transport });
  const bare = create(fake, {
    fetch: async () => {
      await held;
      return Response.json(completion);
    },
  });
  const spans = async (): Promise<MemoryTransport['spans']> => {
    await tracer.flush();
    // A call that takes long is announced as running first.
    return transport.spans.filter(({ end_time }) => end_time);
  };
  return { openai: wrapOpenAI(bare, tracer), letGo, spans };
}

const collectOften = async (): Promise<void> => {
  for (let time = 0; time < 5; time += 1) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

describe.concurrent.each(openAIMajors)('a call of %s', (_major, create) => {
  test('is not taken for abandoned while somebody waits for what was derived from its promise', async () => {
    const { openai, letGo, spans } = waiting(create);

    // `parse` derives its promise from that of `create`, and nobody holds that one.
    const answer = openai.chat.completions.parse(question).then(({ choices }) => choices[0]?.message.content);
    const derived = openai.chat.completions.parse(question);
    // Long enough to be registered, had it not been asked for.
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await collectOften();
    letGo();

    expect(await answer).toBe('Hello');
    expect((await derived).choices).toHaveLength(1);
    const recorded = await spans();
    expect(recorded).toHaveLength(2);
    for (const span of recorded) {
      expect(span.events).toBeUndefined();
      expect(span.output_data).toEqual({ messages: [{ role: 'assistant', content: 'Hello' }] });
    }
  });

  test('ends as abandoned when its promise is collected before anybody asked', async () => {
    const { openai, letGo, spans } = waiting(create);

    void openai.chat.completions.create(question);
    letGo();

    await vi.waitFor(
      async () => {
        collectGarbage();
        expect(await spans()).toMatchObject([{ events: [{ name: 'abandoned' }] }]);
      },
      { timeout: 10_000, interval: 100 },
    );
  });

  test('is recorded whole when it is asked for late', async () => {
    const { openai, letGo, spans } = waiting(create);

    const promise = openai.chat.completions.create(question);
    letGo();
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await collectOften();

    expect((await promise).id).toBe('c-1');
    const [span] = await spans();
    expect(span?.output_data).toEqual({ messages: [{ role: 'assistant', content: 'Hello' }] });
    expect(span?.events).toBeUndefined();
  });
});
