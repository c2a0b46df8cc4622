import { defineConfig } from 'tsup';

export default defineConfig({
  // Threads are started by the name of their file, which must stand beside the bundle (stores/sqlite/threads.ts).
  entry: {
    main: 'src/main.ts',
    cli: 'src/cli.ts',
    'reader-thread': 'src/stores/sqlite/reader-thread.ts',
    'search-thread': 'src/stores/sqlite/search-thread.ts',
  },
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
