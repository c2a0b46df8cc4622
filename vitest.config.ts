import { defineConfig } from 'vitest/config';

const conditions = ['@llm-tracer/source'];

/** Tests read source, never `dist`: workspace packages resolve by the source condition. */
const resolve = { conditions: [...conditions, 'module', 'node', 'development|production'] };
const ssr = { resolve: { conditions: [...conditions, 'module', 'node', 'development|production'] } };

export default defineConfig({
  test: {
    coverage: { provider: 'v8' },
    projects: ['sdk', 'server', 'examples', 'scripts'].map((name) => ({
      resolve,
      ssr,
      test: { name, include: [`${name}/tests/**/*.test.ts`], testTimeout: 20_000, hookTimeout: 20_000 },
    })),
  },
});
