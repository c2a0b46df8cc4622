import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** `pnpm test:soak`: a suite of its own, since for minutes it waits more than it computes. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: { conditions: ['@llm-tracer/source'] },
  ssr: { resolve: { conditions: ['@llm-tracer/source', 'node'] } },
  test: { name: 'soak', include: ['*.spec.ts'] },
});
