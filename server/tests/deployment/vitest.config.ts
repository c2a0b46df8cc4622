import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// What `just output-dev` prints belongs there; what is set already wins.
const environmentFile = fileURLToPath(new URL('../../../.env', import.meta.url));
if (existsSync(environmentFile)) process.loadEnvFile(environmentFile);

// Not `module`, as for other tests: what the AWS SDK has there is for bundlers, and Node cannot load it.
const conditions = ['@llm-tracer/source', 'node', 'development|production'];

/** `pnpm test:deployment`: tests of a deployment, by its URL. `pnpm test` has none of them. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name: 'deployment',
    include: ['server/tests/deployment/*.test.ts'],
    // A function that was not called for a while starts first, and lists may lag by 5 s.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A test that passes at the second try is a finding, not a success.
    retry: 0,
  },
});
