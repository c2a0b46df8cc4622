import { defineConfig } from 'vitest/config';

/** `pnpm test:infrastructure`: Terraform, the recipes, and a deployment to an AWS emulator on this machine. */
export default defineConfig({
  test: {
    name: 'infrastructure',
    include: ['infrastructure/tests/*.test.ts'],
    globalSetup: 'infrastructure/tests/support/tools.ts',
    // A whole deployment takes a minute, most of which is Terraform waiting for what AWS shows late.
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
});
