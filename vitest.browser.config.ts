import { defineConfig } from 'vitest/config';

const conditions = ['@llm-tracer/source', 'module', 'node', 'development|production'];

/** `pnpm test:browser`: the viewer in a real Chromium, against a real server, whose store the variable `STORE` names. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name: 'browser',
    include: ['server/viewer/tests/browser/**/*.test.ts'],
    globalSetup: ['server/viewer/tests/browser/harness/global-setup.ts'],
    tags: [
      { name: 'each-store', description: 'What depends on the store: `pnpm test:dynamodb` runs it on DynamoDB too.' },
    ],
    testTimeout: 45_000,
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 60_000,
    // Each file has a tab of one browser; more would only take the processor from each other.
    maxWorkers: 2,
  },
});
