// Runtimes are hundreds of megabytes, so they are no dependencies of the workspace: `pnpm test:runtimes` installs them in
// `tools/`.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { node, type Runtime } from '../delivery/rig.ts';

const folder = fileURLToPath(new URL('tools', import.meta.url));

/** What the suite uses of the packages there; their own types are not installed where `pnpm check` runs. */
interface Tools {
  readonly esbuild: { build(options: object): Promise<{ readonly outputFiles: readonly { readonly text: string }[] }> };
  readonly miniflare: { readonly Miniflare: new (options: object) => Worker };
  readonly 'playwright-core': { readonly chromium: { launch(options: object): Promise<Browser> } };
}
interface Worker {
  dispatchFetch(url: string): Promise<Response>;
  dispose(): Promise<void>;
}
interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}
interface Page {
  goto(url: string): Promise<unknown>;
  addScriptTag(options: { readonly content: string }): Promise<unknown>;
  evaluate<Given, Result>(work: (given: Given) => Result | Promise<Result>, given: Given): Promise<Result>;
}

/** Imports a package that is installed there. */
export const importTool = <Name extends keyof Tools>(name: Name): Promise<Tools[Name]> =>
  import(createRequire(join(folder, 'package.json')).resolve(name));

/** Installs what its package.json names; nothing, when it has been. */
export default function install(): void {
  const wanted = readFileSync(join(folder, 'package.json'), 'utf8');
  const stamp = join(folder, 'node_modules/.installed.json');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('installing runtimes: Node 24, Bun, Deno, workerd …');
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  const options = ['--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'];
  execFileSync('npm', ['install', ...options], { cwd: folder, env: { ...process.env, PATH: path }, stdio: 'inherit' });
  writeFileSync(stamp, wanted);
}

const isArm = process.arch === 'arm64';

/** The runtimes that run the programs of the delivery suite as they are. */
export function runtimes(): Readonly<Record<string, Runtime>> {
  if (process.platform !== 'linux')
    throw new Error('pnpm test:runtimes needs Linux: the runtimes are installed as its builds.');
  const program = (path: string): string => join(folder, 'node_modules', path);
  return {
    'Node 22': node(process.execPath),
    'Node 24': node(program(`node24-linux-${process.arch}/bin/node`)),
    Bun: [program(`@oven/bun-linux-${isArm ? 'aarch64' : 'x64'}/bin/bun`), 'run'],
    Deno: [program(`@deno/linux-${process.arch}-glibc/deno`), 'run', '--allow-all', '--quiet'],
  };
}

/** Chromium, for what runs in pages. */
export function chromium(): string {
  const found = [
    process.env['CHROMIUM_PATH'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  const path = found.find((candidate) => candidate !== undefined && existsSync(candidate));
  if (path === undefined)
    throw new Error('pnpm test:runtimes needs Chromium: apt-get install chromium, or set CHROMIUM_PATH.');
  return path;
}
