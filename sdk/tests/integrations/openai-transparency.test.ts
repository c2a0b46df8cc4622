import { afterAll, beforeAll, describe, test } from 'vitest';
import { wrapOpenAI } from '../../src/integrations/openai.ts';
import { chatPrograms, otherPrograms, responsesPrograms } from './openai-programs.ts';
import { type FakeLlm, openAIMajors, startProvider } from './providers.ts';
import { expectTransparent } from './transparency.ts';

let fake: FakeLlm;
beforeAll(async () => {
  fake = await startProvider();
});
afterAll(() => fake.close());

// What a program gets, and what its provider gets, is the same with the wrapped client as with the bare one.
describe.each(openAIMajors)('%s', (_major, create) => {
  describe.each(Object.entries({ chat: chatPrograms, responses: responsesPrograms, others: otherPrograms }))(
    '%s',
    (_resource, programs) => {
      test.each(Object.entries(programs))('%s', async (_title, program) => {
        await expectTransparent(fake, () => create(fake), wrapOpenAI, program);
      });
    },
  );
});
