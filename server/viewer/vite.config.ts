import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

// What is built is what is shipped, whoever builds it: Vitest's environment would make it React for development, twice the size
// and with the paths of this machine in it.
process.env['NODE_ENV'] = 'production';

export default defineConfig({
  root: import.meta.dirname,
  // Addresses relative to the page: the server may stand behind any path of a proxy. It corrects them for pages that lie deeper.
  base: './',
  resolve: {
    conditions: ['@llm-tracer/source', 'module', 'browser', 'development|production'],
    // The server's reading of OTLP, which opened files are read by, stands beside code that hashes.
    alias: { 'node:crypto': join(import.meta.dirname, 'src/file/engine/no-crypto.ts') },
  },
  plugins: [react(), precompressed()],
  worker: { format: 'es', plugins: () => [withoutDocument()] },
  build: {
    target: 'es2022',
    // Everything is a file of this server: the content security policy allows neither inline scripts nor data: fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: {
      onwarn(warning, warn) {
        // A package that is not installed: the page would ask for it by a name that no browser knows.
        if (warning.code === 'UNRESOLVED_IMPORT') throw new Error(warning.message);
        warn(warning);
      },
      // Small files compress badly: what every page begins with is one, 4 kB less than six, and what a conversation is made of another.
      output: {
        codeSplitting: {
          groups: [
            { name: 'frame', tags: ['$initial'], priority: 1 },
            { name: 'messages', test: /[\\/]views[\\/]trace[\\/]panel[\\/]message-(list|view|part)/ },
          ],
        },
      },
    },
  },
});

/** A worker has no document, by which pages decode `&amp;` and the like: it brings the list of their names. */
function withoutDocument(): Plugin {
  return {
    name: 'without-document',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (source !== 'decode-named-character-reference') return null;
      const found = await this.resolve(source, importer, { skipSelf: true });
      return found?.id.replace(/index\.dom\.js$/, 'index.js');
    },
  };
}

/** Writes each text file compressed beside itself, once, so that the server does not do it for each visitor. */
function precompressed(): Plugin {
  let folder = '';
  return {
    name: 'precompressed',
    apply: 'build',
    configResolved({ root, build }) {
      folder = resolve(root, build.outDir, build.assetsDir);
    },
    async closeBundle() {
      const files = (await readdir(folder)).filter((name) => /\.(js|css)$/.test(name));
      await Promise.all(
        files.map(async (name) => {
          const file = join(folder, name);
          const content = await readFile(file);
          const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
          await writeFile(`${file}.br`, await promisify(brotliCompress)(content, best));
          await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
        }),
      );
    },
  };
}
