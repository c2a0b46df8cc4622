import { afterAll, beforeAll, describe, test } from 'vitest';
import { wrapAnthropic } from '../../src/integrations/anthropic.ts';
import { betaPrograms, clientPrograms, messagePrograms } from './anthropic-programs.ts';
import { anthropicMajors, type FakeLlm, startProvider } from './providers.ts';
import { expectTransparent } from './transparency.ts';

let fake: FakeLlm;
beforeAll(async () => {
  fake = await startProvider();
});
afterAll(() => fake.close());

// What a program gets, and what its provider gets, is the same with the wrapped client as with the bare one.
describe.each(anthropicMajors)('%s', (_major, create) => {
  describe.each(Object.entries({ messages: messagePrograms, beta: betaPrograms, client: clientPrograms }))(
    '%s',
    (_resource, programs) => {
      test.each(Object.entries(programs))('%s', async (_title, program) => {
        await expectTransparent(fake, () => create(fake), wrapAnthropic, program);
      });
    },
  );
});
