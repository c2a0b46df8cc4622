import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    'ai-sdk': 'src/integrations/ai-sdk.ts',
    anthropic: 'src/integrations/anthropic.ts',
    index: 'src/index.ts',
    lambda: 'src/lambda.ts',
    langchain: 'src/integrations/langchain.ts',
    openai: 'src/integrations/openai.ts',
    redact: 'src/redact.ts',
    schema: 'src/schema/index.ts',
    testing: 'src/testing.ts',
  },
  format: ['esm', 'cjs'],
  target: 'es2022',
  // Nothing of Node is imported: what a runtime has is asked for when it runs (src/node-builtin.ts).
  platform: 'neutral',
  dts: {
    // Handles are disposables; a consumer's own `lib` need not know about those.
    banner: '/// <reference lib="esnext.disposable" />',
    compilerOptions: { stripInternal: true },
  },
  clean: true,
  // Shared chunks in CommonJS as well, so that a class is the same one from every entry.
  splitting: true,
  esbuildOptions(options) {
    // A folder of their own, so that what an entry adds can be measured without them.
    options.chunkNames = 'shared/[hash]';
  },
});
