import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: { conditions: ['@llm-tracer/source'] },
  ssr: { resolve: { conditions: ['@llm-tracer/source', 'node'] } },
  test: {
    name: 'runtimes',
    include: ['*.spec.ts'],
    globalSetup: ['install.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
