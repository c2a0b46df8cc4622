import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    openai: 'src/integrations/openai.ts',
    schema: 'src/schema/index.ts',
    testing: 'src/testing.ts',
  },
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  dts: true,
  clean: true,
  // Shared chunks, so that a class is the same one from every entry. CommonJS needs to be told.
  splitting: true,
  treeshake: true,
});
