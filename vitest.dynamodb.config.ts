import { defineConfig } from 'vitest/config';

/** `pnpm test:dynamodb`: what needs Java and Python beside Node, so apart from `pnpm test`. */
// Without `module`: the AWS SDK's ES modules under that condition are for bundlers.
const resolve = { conditions: ['@llm-tracer/source', 'node', 'development|production'] };

export default defineConfig({
  resolve,
  ssr: { resolve },
  test: {
    name: 'dynamodb',
    include: ['server/tests/dynamodb/**/*.test.ts'],
    globalSetup: ['server/tests/dynamodb/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
