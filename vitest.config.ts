import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const conditions = ['@llm-tracer/source'];

/**
 * Tests read source, never `dist`: workspace packages resolve by the source condition. Without Vite's `module`: Node imports
 * the packages themselves, and builds for bundlers (`@opentelemetry/api`, which the AI SDK brings) are none that it can load.
 */
const resolve = { conditions: [...conditions, 'node', 'development|production'] };
const ssr = { resolve: { conditions: [...conditions, 'node', 'development|production'] } };

export default defineConfig({
  test: {
    coverage: { provider: 'v8' },
    // Many tests wait for processes of their own. One file at a time, the default on two cores, would leave them idle.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    projects: [
      ...['sdk', 'server', 'examples', 'scripts'].map((name) => ({ name, folder: `${name}/tests` })),
      // What a page computes is tested in Node; the pages themselves in a browser, by `pnpm test:browser`.
      { name: 'viewer', folder: 'server/viewer/tests/model' },
    ].map(({ name, folder }) => ({
      resolve,
      ssr,
      test: {
        name,
        include: [`${folder}/**/*.test.ts`],
        // Each has a configuration of its own: `pnpm test:dynamodb`, `pnpm test:deployment`.
        exclude: ['**/node_modules/**', 'server/tests/dynamodb/**', 'server/tests/deployment/**'],
        testTimeout: 20_000,
        hookTimeout: 20_000,
      },
    })),
  },
});
