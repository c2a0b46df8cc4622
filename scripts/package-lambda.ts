// `pnpm package:lambda`: the server as a Lambda function, server/dist/lambda.zip. The same sources give the same bytes.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { type Zippable, zipSync } from 'fflate';
import { apiDocument } from './api-document.ts';
import { buildViewerIfNeeded } from './build-viewer.ts';
import { callsPage } from './calls-page.ts';
import { root } from './workspace.ts';

const folder = join(root, 'server/dist/lambda');
const archive = join(root, 'server/dist/lambda.zip');

/** What a function never runs: the OpenAPI document is made here, and the app brings its own compilers of schemas. */
const left = [
  '@fastify/swagger',
  '@fastify/swagger-ui',
  'fastify-type-provider-zod',
  '@fastify/ajv-compiler',
  '@fastify/fast-json-stringify-compiler',
];

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

await build({
  entryPoints: { index: join(root, 'server/src/lambda.ts') },
  outdir: folder,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node22',
  // Split modules: the SDK's rarer credential providers, S3 and the price table are loaded when they are needed.
  format: 'esm',
  splitting: true,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[hash]',
  // ES sources where a package has them, so that what is unused falls away.
  mainFields: ['module', 'main'],
  conditions: ['@llm-tracer/source'],
  external: left,
  legalComments: 'none',
  absWorkingDir: root,
  banner: {
    // What CommonJS parts expect to find.
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

await buildViewerIfNeeded();
cpSync(join(root, 'server/viewer/dist'), join(folder, 'viewer'), { recursive: true });

const document = await apiDocument();
writeFileSync(join(folder, 'openapi.json'), JSON.stringify(document));
writeFileSync(join(folder, 'docs.html'), callsPage(document));

const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  .sort();
// The earliest time that the format knows, and no attributes of this machine.
const entries: Zippable = Object.fromEntries(
  files.map((file) => [
    file,
    [readFileSync(join(folder, file)), { mtime: '1980-01-01', os: 3, attrs: 0o100644 << 16 }],
  ]),
);
const zip = zipSync(entries, { level: 9 });
writeFileSync(archive, zip);
console.log(`server/dist/lambda.zip: ${files.length} files, ${Math.ceil(zip.length / 1024)} KB`);
