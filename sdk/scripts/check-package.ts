// Looks at the package as its users get it: the tarball that `pnpm pack` makes of dist/, linted, measured, and installed
// by a program of its own. Run by `pnpm check` after the build; `pnpm --filter llm-tracer check:package` builds first.
import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sdk = fileURLToPath(new URL('..', import.meta.url));

class Failure extends Error {}

/** Runs a program to its end; its output is shown only if it fails. */
function run(name: string, command: string, args: readonly string[], cwd: string): Promise<string> {
  const started = performance.now();
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, PATH: path } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => {
      console.log(`${code === 0 ? '✓' : '✗'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
      if (code === 0) resolve(output);
      else reject(new Failure(`${command} ${args.join(' ')}\n${output}`));
    });
  });
}

const pnpm = (name: string, args: readonly string[], cwd: string): Promise<string> =>
  run(name, 'npx', ['-y', 'pnpm@12', ...args], cwd);

const esm = `
import { Tracer } from 'llm-tracer';
import { MemoryTransport } from 'llm-tracer/testing';
import { wrapAnthropic } from 'llm-tracer/anthropic';
import { wrapOpenAI } from 'llm-tracer/openai';
import { withLambda } from 'llm-tracer/lambda';
import { redact } from 'llm-tracer/redact';
import { IngestBody } from 'llm-tracer/schema';
const transport = new MemoryTransport();
const tracer = new Tracer({ transport, mask: redact() });
await withLambda(async () => tracer.span('outer', { input: 'a@b.example' }, async () => tracer.span('inner', () => 1)), tracer)();
if (transport.span('outer').input_data !== '[email]') throw new Error('nothing is masked');
await tracer.close();
if (transport.span('inner').parent_span_id !== transport.span('outer').span_id) throw new Error('context is lost');
if (!IngestBody.safeParse({ spans: transport.spans }).success || typeof wrapOpenAI !== 'function' || typeof wrapAnthropic !== 'function') throw new Error('entries');
`;

const commonJs = `
const { Tracer, TracerError } = require('llm-tracer');
const { MemoryTransport } = require('llm-tracer/testing');
const { wrapAnthropic } = require('llm-tracer/anthropic');
const { wrapOpenAI } = require('llm-tracer/openai');
const { withLambda } = require('llm-tracer/lambda');
const { redact } = require('llm-tracer/redact');
const { IngestBody } = require('llm-tracer/schema');
const transport = new MemoryTransport();
const tracer = new Tracer({ transport });
tracer.span('one', () => 1);
tracer.close().then(() => {
  if (transport.spans.length !== 1 || typeof withLambda !== 'function' || typeof redact() !== 'function' || typeof IngestBody.parse !== 'function') throw new Error('entries');
  for (const wrap of [wrapOpenAI, wrapAnthropic]) {
    try { wrap({}, tracer); } catch (error) { if (error instanceof TracerError) continue; }
    throw new Error('the entries have an error class each');
  }
});
`;

/** Strict, and the declarations themselves are checked: `skipLibCheck` would hide what a consumer cannot. */
const tsconfig = (
  lib: readonly string[],
  types: readonly string[],
  files: readonly string[],
  skipLibCheck: boolean,
) => ({
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: 'nodenext',
    target: 'es2022',
    noEmit: true,
    skipLibCheck,
    lib,
    types,
  },
  files,
});

async function checkConsumer(tarball: string, folder: string): Promise<void> {
  const write = (name: string, content: unknown): Promise<void> =>
    writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  const { devDependencies } = createRequire(import.meta.url)('../../package.json') as {
    devDependencies: Record<string, string>;
  };
  await write('package.json', {
    name: 'consumer',
    private: true,
    type: 'module',
    dependencies: { 'llm-tracer': `file:${tarball}`, '@anthropic-ai/sdk': '^1.0.0', openai: '^7.0.0' },
    devDependencies: {
      '@types/node': '^22',
      typescript5: 'npm:typescript@5.9.3',
      typescript6: devDependencies['typescript'],
      typescript7: devDependencies['@typescript/native'],
    },
  });
  await write('esm.js', esm);
  await write('commonjs.cjs', commonJs);
  await cp(join(sdk, 'tests/fixtures/consumer'), folder, { recursive: true });
  await write('tsconfig.node.json', tsconfig(['es2022'], ['node'], ['main.ts'], false));
  await write('tsconfig.browser.json', tsconfig(['es2022', 'dom'], [], ['main.ts'], false));
  await write('tsconfig.providers.json', tsconfig(['es2022', 'dom'], ['node'], ['openai.ts', 'anthropic.ts'], true));

  await pnpm(
    'a consumer installs the tarball',
    ['install', '--prefer-offline', '--ignore-workspace', '--ignore-scripts'],
    folder,
  );
  await run('it runs as ESM', process.execPath, ['esm.js'], folder);
  await run('it runs as CommonJS', process.execPath, ['commonjs.cjs'], folder);
  await Promise.all(['5', '6', '7'].map((version) => checkTypes(version, folder)));
}

async function checkTypes(version: string, folder: string): Promise<void> {
  const compiler = join(folder, `node_modules/typescript${version}`);
  const { bin } = createRequire(import.meta.url)(join(compiler, 'package.json')) as { bin: Record<string, string> };
  // The name differs where a version lives beside another.
  const [, tsc = ''] = Object.entries(bin).find(([name]) => name.startsWith('tsc')) ?? [];
  for (const target of ['node', 'browser', 'providers']) {
    const args = [join(compiler, tsc), '-p', `tsconfig.${target}.json`];
    await run(`it type-checks with TypeScript ${version} (${target})`, process.execPath, args, folder);
  }
}

const folder = await mkdtemp(join(tmpdir(), 'llm-tracer-package-'));
try {
  const packed = await pnpm('pack', ['pack', '--json', '--pack-destination', folder], sdk);
  const { filename } = JSON.parse(packed.slice(packed.indexOf('{'))) as { filename: string };
  await pnpm('publint', ['run', 'publint', filename], sdk);
  await pnpm('attw', ['run', 'attw', filename], sdk);
  await pnpm('size-limit', ['run', 'size'], sdk);
  const consumer = await mkdtemp(join(folder, 'consumer-'));
  await checkConsumer(filename, consumer);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.log(error.message);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
