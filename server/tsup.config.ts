import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/main.ts'],
  format: 'esm',
  target: 'node22',
  platform: 'node',
  clean: true,
  // node:sqlite has no name without its protocol.
  removeNodeProtocol: false,
  // The wire is inlined from source, so that this package needs no build of the SDK. Everything else stays a dependency.
  noExternal: ['llm-tracer'],
  esbuildOptions: (options) => {
    options.conditions = ['@llm-tracer/source'];
  },
});
